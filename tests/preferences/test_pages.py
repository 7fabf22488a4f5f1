"""The settings page: meanings and rules beside every field, only tightening, nobody's change lost."""

import json
import re

import pytest
from flask import Flask

from school.audit.queries import AuditFilter, count_entries, entries
from school.db import db
from school.preferences.queries import get_preferences
from school.preferences.rules import Preferences
from tests.accounts.cast import administrator, guardian, office, principal, signed_in, teacher
from tests.support.client import SchoolClient
from tests.support.html import parse


def typed_in(client: SchoolClient) -> dict[str, str]:
    """The form as the page shows it, ready to be sent back."""
    document = parse(client.get("/settings").text)
    values: dict[str, str] = {}
    for element in document.all("input"):
        is_on = element.get("type") != "checkbox" or "checked" in element.attrib
        if element.get("name") not in (None, "csrf_token") and is_on:
            values[element.get("name")] = element.get("value", "")
    for element in document.all("textarea"):
        values[element.get("name")] = (element.text or "").strip()
    for element in document.all("select"):
        chosen = [option.get("value") for option in element.iter("option") if "selected" in option.attrib]
        values[element.get("name")] = chosen[0] if chosen else element.find(".//option").get("value")
    return values


def save(client: SchoolClient, values: dict[str, str]) -> tuple[int, str]:
    answer = client.post_form("/settings", values)
    return answer.status_code, answer.text


def present() -> Preferences:
    db.session.rollback()
    return get_preferences()


def sentences() -> list[str]:
    return [entry.sentence for entry in reversed(entries(AuditFilter(), offset=0, limit=50))]


def test_every_setting_is_on_the_page_with_meaning_and_rule(app: Flask) -> None:
    page = signed_in(app, principal()).get("/settings").text
    for text in (
        "公示截止时间",
        "晚于这个时间公示算迟公示",
        "规则 HW-06",
        "三年级上限（分钟）",
        "国家规定 60 分钟",
        "误报放行的词句",
    ):
        assert text in page


def test_saving_what_is_shown_changes_nothing(app: Flask) -> None:
    client = signed_in(app, principal())
    before = count_entries(AuditFilter())
    assert save(client, typed_in(client))[0] == 303
    assert present() == Preferences()
    assert count_entries(AuditFilter()) == before


def test_changes_are_stored_and_recorded_from_old_to_new(app: Flask) -> None:
    client = signed_in(app, office())
    changes = {
        "school_name": "第二实验小学",
        "cap_3": "30",
        "cap_5": "45",
        "publish_by": "15:30",
        "needs_approval": "y",
        "no_homework_weekday": "3",
        "trial_treatment": "warn",
    }
    assert save(client, typed_in(client) | changes)[0] == 303
    now = present()
    assert (now.school_name, now.school_caps, now.publish_by) == ("第二实验小学", {3: 30, 5: 45}, "15:30")
    assert (now.needs_approval, now.no_homework_weekday, now.trial_treatment.value) == (True, 3, "warn")
    assert sorted(sentences()) == sorted(
        [
            "把学校设置“学校名称”从 示范小学 改为 第二实验小学",
            "把学校设置“各年级上限（分钟）”从 国家规定 改为 三年级 30 分钟、五年级 45 分钟",
            "把学校设置“公示截止时间”从 16:00 改为 15:30",
            "把学校设置“公示前需审核”从 否 改为 是",
            "把学校设置“无作业日”从 不设 改为 周三",
            "把学校设置“教师试做”从 不检查 改为 提醒并写明理由",
        ]
    )
    assert typed_in(client)["cap_3"] == "30"
    assert save(client, typed_in(client) | {"cap_3": "", "cap_5": ""})[0] == 303
    assert present().caps == {}


@pytest.mark.parametrize("minutes", ["0", "1", "59", "60"])
def test_a_cap_may_be_as_strict_as_one_likes(app: Flask, minutes: str) -> None:
    client = signed_in(app, office())
    assert save(client, typed_in(client) | {"cap_6": minutes})[0] == 303
    assert present().school_caps == {6: int(minutes)}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"cap_6": "61"}, "六年级国家规定的上限是 60 分钟，学校只能定得更严"),
        ({"cap_3": "-1"}, "请填 0 到 60"),
        ({"cap_3": "半小时"}, "请填整数"),
        ({"weekend_percent": "101"}, "请填 10 到 100 之间的整数"),
        ({"weekend_percent": "9"}, "请填 10 到 100 之间的整数"),
        ({"near_percent": ""}, "请填写这一项"),
        ({"repeat_limit": "4"}, "请填 2 到 3 之间的整数"),
        ({"publish_by": "25:00"}, "不是有效的时间"),
        ({"publish_by": ""}, "请按 16:00 这样的格式填写时间"),
        ({"school_name": ""}, "校名要有 1 到 40 个字"),
        ({"public_log": "link"}, "要设口令"),
        ({"public_log": "nobody"}, "不是有效的选择"),
    ],
)
def test_a_refused_setting_writes_nothing_and_keeps_what_was_typed(app: Flask, changed: dict[str, str], sentence: str) -> None:
    client = signed_in(app, office())
    before = count_entries(AuditFilter())
    status, page = save(client, typed_in(client) | {"close_after_days": "21"} | changed)
    assert status == 422
    assert sentence in page
    assert 'value="21"' in page
    assert present() == Preferences()
    assert count_entries(AuditFilter()) == before


def test_a_nine_year_school_sets_caps_up_to_grade_nine(app: Flask) -> None:
    client = signed_in(app, office())
    assert "cap_7" not in typed_in(client)
    assert save(client, typed_in(client) | {"last_grade": "9"})[0] == 303
    assert save(client, typed_in(client) | {"cap_7": "90", "cap_9": "0"})[0] == 303
    assert present().school_caps == {7: 90, 9: 0}
    status, page = save(client, typed_in(client) | {"cap_7": "91"})
    assert (status, "七年级国家规定的上限是 90 分钟" in page) == (422, True)


def test_a_link_key_is_never_in_the_record(app: Flask) -> None:
    client = signed_in(app, office())
    assert save(client, typed_in(client) | {"public_log": "link", "public_log_key": "spring2026"})[0] == 303
    assert present().public_log_key == "spring2026"
    assert "spring2026" not in "".join(sentences())


def test_a_false_alarm_is_the_principals_to_allow_and_needs_a_reason(app: Flask) -> None:
    clerk, head = signed_in(app, office()), signed_in(app, principal())
    assert "allowed_wordings" not in typed_in(clerk)
    save(clerk, typed_in(clerk) | {"allowed_wordings": "请家长欣赏", "reason": "试试"})
    assert present().allowed_wordings == ()
    values = typed_in(head) | {"allowed_wordings": "请家长欣赏\n\n 家长会 \n家长会"}
    status, page = save(head, values)
    assert (status, "要写明原因" in page) == (422, True)
    assert save(head, values | {"reason": "语文课文原句"})[0] == 303
    assert present().allowed_wordings == ("请家长欣赏", "家长会")
    [entry] = entries(AuditFilter(words="误报放行"), offset=0, limit=9)
    assert entry.reason == "语文课文原句"


def test_two_people_changing_different_settings_both_win(app: Flask) -> None:
    one, other = signed_in(app, office()), signed_in(app, administrator())
    theirs = typed_in(one)
    assert save(other, typed_in(other) | {"near_percent": "90"})[0] == 303
    assert save(one, theirs | {"close_after_days": "30"})[0] == 303
    assert (present().near_percent, present().close_after_days) == (90, 30)


def test_two_people_changing_one_setting_the_second_is_told(app: Flask) -> None:
    one, other = signed_in(app, office()), signed_in(app, administrator())
    theirs = typed_in(one)
    save(other, typed_in(other) | {"publish_by": "15:00", "near_percent": "90"})
    status, page = save(one, theirs | {"publish_by": "17:00"})
    assert status == 422
    assert "别人已把“公示截止时间”改为 15:00" in page
    assert 'value="17:00"' in page
    assert present().publish_by == "15:00"
    seen = json.loads(next(e.get("value") for e in parse(page).all("input") if e.get("name") == "seen"))
    assert seen["publish_by"] == "15:00"
    assert save(one, theirs | {"publish_by": "17:00", "seen": json.dumps(seen)})[0] == 303
    assert (present().publish_by, present().near_percent) == ("17:00", 90)


def test_settings_need_sign_in_and_the_permission(app: Flask, client: SchoolClient) -> None:
    answer = client.post("/settings", data={"school_name": "别的学校"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 401
    assert re.search("您填写的内容还在", answer.text)
    for user in (teacher(), guardian()):
        their = signed_in(app, user)
        assert their.get("/settings").status_code == 403
        assert their.post_form("/settings", {"school_name": "别的学校"}, page="/account").status_code == 403
    assert present() == Preferences()
