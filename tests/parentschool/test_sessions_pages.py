"""Sessions as the office's pages show and write them: list, form, page, announcing, dates, calling off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from school.accounts.models import User
from school.clock import frozen
from school.db import db, transaction
from school.parentschool.enums import EventKind, SessionState
from school.parentschool.models import ParentSession, SignUp
from school.parentschool.service import sessions, signups
from tests.parentschool.office_school import FRIDAY, NOW, SATURDAY, OfficeSchool, date_values, told
from tests.parentschool.small_families import Family, build_family
from tests.support.client import SchoolClient

Device = Callable[[User], SchoolClient]
SESSIONS = "/parent-school/sessions"


def typed(**changes: Any) -> dict[str, Any]:
    """What the office types of a new session."""
    present = {
        "topic": "怎样陪孩子写作业",
        "kind": "training",
        "plan_row_id": "",
        "description": "三个在家就能用的办法。",
        "guest": "王医生",
        "grades": ["3"],
        "most_adults": "2",
        "sign_up_opens_at": "2026-11-25T08:00",
        "sign_up_closes_at": "",
        "on_day": "2026-11-27",
        "starts": "19:00",
        "ends": "20:30",
        "place": "多功能厅",
        "online_link": "",
        "chairs": "30",
    }
    return present | changes


def date_typed(**changes: Any) -> dict[str, Any]:
    """What the office types of a date on Saturday."""
    present = {"on_day": "2026-11-28", "starts": "09:00", "ends": "10:30", "place": "多功能厅", "online_link": "", "chairs": "30"}
    return present | changes


def stored() -> list[ParentSession]:
    """The sessions as they are now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.query(ParentSession).order_by(ParentSession.id).all()


def seat(office: OfficeSchool, session: ParentSession, count: int) -> list[Family]:
    """Families of 三年级2班 sign up for the first date, one adult each."""
    made = [build_family(number, office.school.third_2) for number in range(1, count + 1)]
    db.session.commit()
    for one in made:
        with transaction():
            signups.sign_up(session.id, session.dates[0].id, one.mother, one.child.id, 1, by=one.actor)
    return made


def test_a_session_comes_out_of_the_plan_and_is_announced(office: OfficeSchool, as_user: Device) -> None:
    row = office.row(kind=EventKind.READING, topic="共读一本书", grades=frozenset({3}))
    device = as_user(office.school.office)
    form = device.get(f"{SESSIONS}/new?plan={row.id}").text
    assert 'value="共读一本书"' in form
    assert '<option selected value="reading">' in form
    sent = typed(topic="共读一本书", kind="reading", plan_row_id=str(row.id), guest="")
    answer = device.post_form(f"{SESSIONS}/new?plan={row.id}", sent)
    assert answer.status_code == 303
    (session,) = stored()
    assert answer.headers["Location"] == f"{SESSIONS}/{session.id}"
    assert session.sign_up_closes_at == FRIDAY, "left empty: until the first date begins"
    assert (session.plan_row_id, session.grades, session.dates[0].chairs) == (row.id, [3], 30)
    page = device.get(answer.headers["Location"]).text
    for words in ("发布前还缺：主讲人（导师应允或写明嘉宾）。", "三年级", "30 个座位", "共读一本书", "免费"):
        assert words in page, words
    answer = device.post_form(f"{SESSIONS}/{session.id}/announce", page=f"{SESSIONS}/{session.id}/change")
    assert answer.status_code == 422
    assert "家长要知道的还缺：主讲人" in answer.text
    office.confirm(office.ask(session, office.doctor))
    address = f"{SESSIONS}/{session.id}"
    assert device.post_form(f"{address}/announce", page=address).status_code == 303
    page = device.get(address).text
    assert "已发布，受邀的家长现在看得到。" in page
    assert "周医生" in page
    assert stored()[0].state is SessionState.ANNOUNCED
    assert "已发布" in device.get("/parent-school/plan").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"topic": ""}, "请填写这一项"),
        ({"kind": "party"}, "有效"),
        ({"on_day": "2026-11-24"}, "已经过去"),
        ({"on_day": "2027-09-02"}, "校历里还没有2027—2028学年"),
        ({"on_day": "明天"}, "有效"),
        ({"ends": "19:00"}, "结束时间要晚于开始时间"),
        ({"starts": "七点"}, "有效"),
        ({"online_link": "http://example.cn"}, "https:// 开头"),
        ({"chairs": "0"}, "1 到 5000"),
        ({"chairs": "很多"}, "请填整数"),
        ({"most_adults": "7"}, "1 到 6"),
        ({"grades": ["9"]}, "选项里没有这一项"),
        ({"class_ids": ["999"]}, "选项里没有这一项"),
        ({"sign_up_opens_at": "2026-11-27T20:00"}, "报名截止要晚于报名开始"),
        ({"sign_up_closes_at": "2026-11-27T19:01"}, "不能晚于最后一场"),
        ({"sign_up_opens_at": "随时"}, "有效"),
    ],
)
def test_a_refused_session_keeps_what_was_typed(
    office: OfficeSchool, as_user: Device, changes: dict[str, Any], words: str
) -> None:
    answer = as_user(office.school.office).post_form(f"{SESSIONS}/new", typed(**changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert "三个在家就能用的办法。" in answer.text
    assert "王医生" in answer.text
    assert stored() == []


def test_a_session_is_copied_without_its_days(office: OfficeSchool, as_user: Device) -> None:
    session = office.announced(date_values(chairs=25), grades=frozenset({3}))
    form = as_user(office.school.office).get(f"{SESSIONS}/new?copy={session.id}").text
    for words in ('value="怎样陪孩子写作业"', "三个在家就能用的办法。", 'value="多功能厅"', 'value="25"', 'value="19:00"'):
        assert words in form, words
    assert "2026-11-27" not in form
    for query in ("plan=999", "copy=999", "year=2019"):
        assert as_user(office.school.office).get(f"{SESSIONS}/new?{query}").status_code == 404, query
    assert as_user(office.school.office).get(f"{SESSIONS}/new?plan=99999999999&copy=x").status_code == 200


def test_the_list_is_by_what_comes_is_prepared_and_over_and_can_be_narrowed(office: OfficeSchool, as_user: Device) -> None:
    device = as_user(office.school.office)
    assert "这个学年还没有场次" in device.get(SESSIONS).text
    announced = office.announced(date_values(chairs=1), topic="已发布的")
    office.draft(date_values(SATURDAY), topic="筹备的", kind=EventKind.SALON)
    gone = office.draft(date_values(SATURDAY, place="阅览室"), topic="取消的", class_ids=frozenset({office.school.third_2.id}))
    with transaction():
        sessions.cancel_session(gone.id, reason="重复", actor=office.actor)
    seat(office, announced, 2)
    page = device.get(SESSIONS).text
    assert (
        page.index("即将举办") < page.index("已发布的") < page.index("筹备的") < page.index("已办和已取消") < page.index("取消的")
    )
    assert "1 家，候补 1 家" in page
    assert "三年级2班" in page
    assert "11月27日 19:00 多功能厅" in page
    narrowed = device.get(f"{SESSIONS}?kind=salon").text
    assert "筹备的" in narrowed
    assert "已发布的" not in narrowed
    assert "没有这样的场次" in device.get(f"{SESSIONS}?month=2026-12").text
    assert device.get(f"{SESSIONS}?month=胡乱").status_code == 400
    with frozen(FRIDAY + timedelta(hours=3)):
        later = as_user(office.school.office).get(SESSIONS).text
        assert later.index("已办和已取消") < later.index("已发布的")


def test_only_the_offices_keep_sessions(office: OfficeSchool, as_user: Device) -> None:
    session = office.announced()
    office.second(session)
    date_id = session.dates[0].id
    reading = [SESSIONS, f"{SESSIONS}/{session.id}"]
    forms = [f"{SESSIONS}/new"]
    forms += [f"{SESSIONS}/{session.id}/{name}" for name in ("change", "cancel", "dates/new")]
    forms += [f"/parent-school/dates/{date_id}", f"/parent-school/dates/{date_id}/cancel"]
    posts = [f"{SESSIONS}/{session.id}/announce", f"{SESSIONS}/{session.id}/materials"]
    for user in (office.school.chen, office.school.liu, office.school.zhao, office.school.principal, office.school.sun):
        device = as_user(user)
        for path in reading + forms:
            assert device.get(path).status_code == 403, path
        for path in forms + posts:
            assert device.post_form(path, typed(reason="停电"), page="/account").status_code == 403, path
    for path in reading + forms:
        assert as_user(office.moral).get(path).status_code == 200, path
    for path in (f"{SESSIONS}/999", f"{SESSIONS}/999/change", "/parent-school/dates/999"):
        assert as_user(office.moral).get(path).status_code == 404, path
    (found,) = stored()
    assert (found.state, len(found.dates), found.topic) == (SessionState.ANNOUNCED, 2, "怎样陪孩子写作业")


def test_a_change_is_for_who_saw_the_newest(office: OfficeSchool, as_user: Device) -> None:
    session, device = office.draft(), as_user(office.school.office)
    address = f"{SESSIONS}/{session.id}/change"
    sent = typed(topic="先到的题目", sign_up_closes_at="2026-11-27T18:00")
    assert device.post_form(address, sent).status_code == 303
    answer = device.post_form(address, sent | {"topic": "后到的题目", "revision": "1"})
    assert answer.status_code == 422
    assert "别人已经改过这个活动" in answer.text
    assert "后到的题目" in answer.text
    assert [one.topic for one in stored()] == ["先到的题目"]


def test_what_was_announced_cannot_shrink(office: OfficeSchool, as_user: Device) -> None:
    session, device = office.announced(), as_user(office.school.office)
    answer = device.post_form(f"{SESSIONS}/{session.id}/change", typed(sign_up_closes_at="2026-11-27T19:00"))
    assert answer.status_code == 422
    assert "发布后只能扩大邀请范围，不能缩小。" in answer.text
    assert stored()[0].grades == []


def test_more_chairs_on_the_form_seat_who_waits(office: OfficeSchool, as_user: Device) -> None:
    session, device = office.announced(date_values(chairs=1)), as_user(office.school.office)
    families = seat(office, session, 3)
    address = f"/parent-school/dates/{session.dates[0].id}"
    assert "这一场已有 1 位家长报上名" in device.get(address).text
    sent = date_typed(on_day="2026-11-27", starts="19:00", ends="20:30", chairs="2", reason="")
    assert device.post_form(address, sent).status_code == 303
    db.session.rollback()
    assert [row.state.value for row in db.session.query(SignUp).order_by(SignUp.id)] == ["seated", "seated", "waiting"]
    assert told(families[1].user)[0].startswith("候补到座位了")
    page = device.get(f"{SESSIONS}/{session.id}").text
    assert "报名 2 家 2 位家长，候补 1 家" in page
    answer = device.post_form(address, sent | {"chairs": "1"})
    assert answer.status_code == 422
    assert "座位不能少于这个数" in answer.text


def test_dates_come_move_with_a_reason_and_go(office: OfficeSchool, as_user: Device) -> None:
    session, device = office.announced(date_values(chairs=5)), as_user(office.school.office)
    (family,) = seat(office, session, 1)
    form = device.get(f"{SESSIONS}/{session.id}/dates/new").text
    assert 'value="19:00"' in form
    assert device.post_form(f"{SESSIONS}/{session.id}/dates/new", date_typed()).status_code == 303
    clash = device.post_form(f"{SESSIONS}/{session.id}/dates/new", date_typed(starts="10:00", ends="11:00"))
    assert clash.status_code == 422
    assert "和这个主题的另一场时间重叠" in clash.text
    friday, saturday = stored()[0].dates
    address = f"/parent-school/dates/{friday.id}"
    sent = date_typed(on_day="2026-11-27", starts="18:30", ends="20:00", place="阅览室", chairs="5", reason="")
    answer = device.post_form(address, sent)
    assert answer.status_code == 422
    assert "请写明原因，家长会看到" in answer.text
    assert 'value="阅览室"' in answer.text
    assert device.post_form(address, sent | {"reason": "布置考场"}).status_code == 303
    assert told(family.user) == ["“怎样陪孩子写作业”改为11月27日 18:30，阅览室。原因：布置考场"]
    stale = device.post_form(address, sent | {"reason": "又改", "revision": "1"})
    assert stale.status_code == 422
    assert "别人已经改过这个活动" in stale.text
    answer = device.post_form(f"{address}/cancel", {"reason": ""})
    assert answer.status_code == 422
    assert device.post_form(f"{address}/cancel", {"reason": "停电"}).status_code == 303
    assert told(family.user)[1:] == ["“怎样陪孩子写作业”11月27日 18:30的一场取消了。原因：停电"]
    page = device.get(f"{SESSIONS}/{session.id}").text
    assert "原因：停电" in page
    assert f"/parent-school/dates/{saturday.id}/cancel" not in page, "the last one cannot go by itself"
    answer = device.post_form(f"/parent-school/dates/{saturday.id}/cancel", {"reason": "也停电"})
    assert answer.status_code == 422
    assert "请取消整个活动" in answer.text
    assert "也停电" in answer.text


def test_a_drafts_date_moves_and_goes_without_a_reason(office: OfficeSchool, as_user: Device) -> None:
    session, device = office.draft(), as_user(office.school.office)
    second = office.second(session)
    assert 'name="reason"' not in device.get(f"/parent-school/dates/{second.id}").text
    assert device.post_form(f"/parent-school/dates/{second.id}", date_typed(place="校史馆")).status_code == 303
    assert device.post_form(f"/parent-school/dates/{second.id}/cancel").status_code == 303
    assert len(stored()[0].dates) == 1


def test_a_session_is_called_off_with_a_reason_that_stays(office: OfficeSchool, as_user: Device) -> None:
    session, device = office.announced(date_values(chairs=1)), as_user(office.school.office)
    families = seat(office, session, 2)
    address = f"{SESSIONS}/{session.id}"
    answer = device.post_form(f"{address}/cancel", {"reason": "原" * 201})
    assert answer.status_code == 422
    assert "原" * 201 in answer.text
    assert device.post_form(f"{address}/cancel", {"reason": "暴雪停课"}).status_code == 303
    page = device.get(address).text
    assert "已取消：暴雪停课" in page
    for words in ("发布后", "再加一场", f"{address}/change", "邀请导师</a>", "上传"):
        assert words not in page, words
    assert "复制成新活动" in page
    for family in families:
        assert told(family.user) == ["“怎样陪孩子写作业”11月27日 19:00的一场取消了。原因：暴雪停课"]
    again = device.post_form(f"{address}/cancel", {"reason": "再次"})
    assert again.status_code == 422
    assert "已经取消" in again.text
    answer = device.post_form(f"{address}/change", typed(sign_up_closes_at="2026-11-27T19:00"))
    assert answer.status_code == 422
    assert "可以复制成新的活动" in answer.text


def test_a_session_that_is_over_offers_no_change(office: OfficeSchool, as_user: Device) -> None:
    session = office.announced()
    with frozen(FRIDAY + timedelta(hours=3)):
        page = as_user(office.school.office).get(f"{SESSIONS}/{session.id}").text
    assert "已办完" in page
    for words in ("再加一场", "取消活动", "邀请导师</a>"):
        assert words not in page, words
    assert "签到名单" in page
    assert NOW < FRIDAY
