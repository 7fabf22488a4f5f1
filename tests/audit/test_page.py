"""Who reads the audit, and how one finds an entry."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from school.audit.service import Actor, record
from school.clock import ZONE
from school.db import transaction
from tests.accounts.cast import administrator, guardian, office, principal, signed_in, teacher
from tests.support.client import SchoolClient


def acts(freeze: Callable[[datetime], None]) -> None:
    """Three acts, around midnight in Shanghai."""
    for moment, label, sentence, reason in (
        (datetime(2026, 11, 23, 23, 59, tzinfo=ZONE), "李主任", "批准了三年级2班放宽", "运动会"),
        (datetime(2026, 11, 24, 0, 0, tzinfo=ZONE), "陈老师", "公示了三年级2班的作业", ""),
        (datetime(2026, 11, 25, 8, 0, tzinfo=ZONE), "<b>外人</b>", "填了 100%", ""),
    ):
        freeze(moment)
        with transaction():
            record(Actor(None, label, "10.0.0.7"), "test", sentence, subject_type="test", reason=reason)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["填了 100%", "公示了三年级2班的作业", "批准了三年级2班放宽"]),
        ("?words=三年级2班", ["公示了三年级2班的作业", "批准了三年级2班放宽"]),
        ("?words=陈老师", ["公示了三年级2班的作业"]),
        ("?words=运动会", ["批准了三年级2班放宽"]),
        ("?words=%25", ["填了 100%"]),
        ("?from=2026-11-24", ["填了 100%", "公示了三年级2班的作业"]),
        ("?to=2026-11-23", ["批准了三年级2班放宽"]),
        ("?from=2026-11-24&to=2026-11-24", ["公示了三年级2班的作业"]),
        ("?words=没有的事", []),
    ],
)
def test_the_principal_finds_by_words_and_days(
    app: Flask, freeze: Callable[[datetime], None], query: str, found: list[str]
) -> None:
    acts(freeze)
    page = signed_in(app, principal()).get(f"/audit{query}").text
    places = {sentence: page.find(f">{sentence}<") for sentence in ("填了 100%", "公示了三年级2班的作业", "批准了三年级2班放宽")}
    assert sorted((s for s in places if places[s] >= 0), key=places.get) == found
    assert "<b>外人" not in page


def test_long_lists_come_in_pages(app: Flask) -> None:
    with transaction():
        for number in range(60):
            record(Actor(None, "系统"), "test", f"第 {number:02} 件事", subject_type="test")
    client = signed_in(app, principal())
    first, second = client.get("/audit?words=件事").text, client.get("/audit?words=件事&page=2").text
    assert "第 59 件事" in first
    assert "第 09 件事" not in first
    assert "第 09 件事" in second
    assert "words=" in first.split('rel="next"')[0].rsplit("href=", 1)[1]


def test_a_day_that_is_none_is_a_bad_request(app: Flask) -> None:
    assert signed_in(app, principal()).get("/audit?from=2026-02-30").status_code == 400


def test_only_principal_and_administrator_read_it(app: Flask, client: SchoolClient) -> None:
    assert client.get("/audit").status_code == 302
    for user, status in ((administrator(), 200), (teacher(), 403), (guardian(), 403), (office(), 403)):
        assert signed_in(app, user).get("/audit").status_code == status
