"""Answers of those who were present: one a family, five come to light together, and nothing that is kept ties one to a family."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect

from school.audit.models import AuditEntry
from school.db import db, transaction
from school.parentschool.models import FamilyPresence, SessionFeedback
from school.parentschool.queries.feedback import answers_by_session, attendances_of
from school.parentschool.rules.feedback import shown
from school.parentschool.service import feedback, presence
from tests.homework.small_school import TESTER
from tests.parentschool.attendance import ENDS, Freeze, answer, answers, come, refused, speaker
from tests.parentschool.small_families import FRIDAY_EVENING, SATURDAY_MORNING, Families

SECOND, MONTH = timedelta(seconds=1), timedelta(days=30)


@pytest.fixture
def present(families: Families, freeze: Freeze) -> list[int]:
    """Six families were there; the session is over."""
    freeze(FRIDAY_EVENING)
    ids = come(families, 1, 2, 3, 4, 5, 6)
    freeze(ENDS)
    return ids


def visible(families: Families) -> list[str]:
    """The texts that may be read."""
    return [one.text for one in shown(answers_by_session([families.session.id])[families.session.id])]


def test_five_answers_come_to_light_together_and_the_sixth_waits(families: Families, present: list[int]) -> None:
    for number, one in enumerate(present[:4]):
        answer(one, text=f"话{number}")
        assert visible(families) == []
        assert not any(found.is_shown for found in answers(families.session))
    answer(present[4], text="话4")
    assert sorted(visible(families)) == ["话0", "话1", "话2", "话3", "话4"]
    before = visible(families)
    answer(present[5], text="最晚的一份")
    assert visible(families) == before


def test_the_last_answers_stay_in_the_dark_when_the_time_is_over(families: Families, present: list[int], freeze: Freeze) -> None:
    for one in present[:5]:
        answer(one, text="早")
    answer(present[5], text="晚")
    freeze(ENDS + MONTH + SECOND)
    assert visible(families) == ["早"] * 5


def test_both_dates_of_a_topic_fill_one_batch(families: Families, freeze: Freeze) -> None:
    freeze(FRIDAY_EVENING)
    ids = come(families, 1, 2, 3)
    freeze(SATURDAY_MORNING)
    ids += come(families, 4, 5, at=families.saturday)
    freeze(SATURDAY_MORNING + timedelta(hours=2))
    for one in ids[:4]:
        answer(one)
    assert visible(families) == []
    answer(ids[4])
    assert len(visible(families)) == 5


def test_a_family_answers_once_whichever_guardian_and_child(families: Families, present: list[int]) -> None:
    answer(present[0], 5, "好")
    assert "每家一份" in refused(lambda: answer(present[0], 1, "改主意了")).message
    father = attendances_of([families.father.id], {families.families[0].child.id})
    assert [(one.presence_id, one.has_answered) for one in father] == [(present[0], True)]
    assert [one.text for one in answers(families.session)] == ["好"]


@pytest.mark.parametrize(
    ("moment", "words"), [(ENDS - SECOND, "活动结束后"), (ENDS + MONTH + SECOND, "已经截止"), (ENDS, ""), (ENDS + MONTH, "")]
)
def test_answers_are_taken_from_the_end_for_thirty_days(
    families: Families, present: list[int], freeze: Freeze, moment: object, words: str
) -> None:
    freeze(moment)  # type: ignore[arg-type]
    if words:
        assert words in refused(lambda: answer(present[0])).message
    else:
        answer(present[0])
    assert len(answers(families.session)) == (0 if words else 1)


def test_who_was_not_there_or_was_taken_off_the_list_has_nothing_to_answer(families: Families, present: list[int]) -> None:
    with transaction():
        presence.remove(present[0], reason="没有来", is_office=True, actor=TESTER)
    assert "没有您家的签到记录" in refused(lambda: answer(present[0])).message
    assert "没有您家的签到记录" in refused(lambda: answer(987654321)).message
    assert answers(families.session) == []


def test_every_speaker_is_rated_and_stars_for_anybody_else_are_left_out(families: Families, present: list[int]) -> None:
    first, second = speaker(families.session, "周医生"), speaker(families.session, "何老师")
    assert refused(lambda: answer(present[0], 5, "", **{f"s{first}": 5})).field == f"speaker_{second}"
    stars = {f"s{first}": 4, f"s{second}": 3}
    answer(present[0], 5, "", **stars, s999=1)
    (kept,) = answers(families.session)
    assert kept.speaker_stars == {str(first): 4, str(second): 3}
    assert db.session.get(FamilyPresence, present[0]).has_answered  # type: ignore[union-attr]


def test_a_refused_answer_leaves_the_family_free_to_answer(families: Families, present: list[int]) -> None:
    assert refused(lambda: answer(present[0], 6)).field == "stars"
    assert refused(lambda: answer(present[0], 5, "长" * 501)).field == "text"
    answer(present[0], 5, "长" * 500)
    assert len(answers(families.session)) == 1


def test_nothing_that_is_kept_tells_whose_answer_it_is(families: Families, present: list[int]) -> None:
    entries = db.session.query(AuditEntry).count()
    for number, one in enumerate(reversed(present)):
        answer(one, text=f"话{number}")
    assert db.session.query(AuditEntry).count() == entries, "an entry would say who answered when"
    columns = {one.key for one in inspect(SessionFeedback).columns}
    assert columns == {"id", "date_id", "stars", "speaker_stars", "text", "is_shown"}, "no person, no presence, no time"
    marks = {one.key for one in inspect(FamilyPresence).columns if "answer" in one.key or "feedback" in one.key}
    assert marks == {"has_answered"}, "that a family answered, and nothing else"
    kept = answers(families.session)
    assert len({one.id for one in kept}) == 6
    assert {len(one.id) for one in kept} == {32}
    assert len({one.id[:8] for one in kept}) == 6, "random throughout, not counted up"


def test_the_order_shown_is_not_the_order_of_answering(
    families: Families, present: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["d" * 32, "b" * 32, "e" * 32, "a" * 32, "c" * 32])
    monkeypatch.setattr(feedback, "token_hex", lambda _bytes: next(drawn))
    for number, one in enumerate(present[:5]):
        answer(one, text=f"话{number}")
    assert visible(families) == ["话3", "话1", "话4", "话0", "话2"]


def test_taking_a_family_off_the_list_tells_nothing_of_its_answer(families: Families, present: list[int]) -> None:
    for one in present[:5]:
        answer(one, text="好")
    before = visible(families)
    with transaction():
        presence.remove(present[0], reason="认错了人", is_office=True, actor=TESTER)
    assert visible(families) == before
