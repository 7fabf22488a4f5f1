"""The families' own pages: whom a session reaches, what a tap answers, what is refused, and that no family reads of another."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from school.accounts.models import User
from school.clock import now
from school.db import db
from school.parentschool.enums import CheckInMethod, SessionState
from school.parentschool.models import FamilyPresence, ParentSession, SessionMaterial, SignUp
from school.people.models import ClassMembership
from school.permissions import Role
from tests.accounts.cast import somebody
from tests.homework.small_school import SEPTEMBER
from tests.parentschool.small_families import (
    FRIDAY_EVENING,
    NOON,
    SATURDAY_MORNING,
    Families,
    build_date,
    build_session,
)
from tests.parentschool.test_signups_service import join
from tests.support.client import SchoolClient
from tests.sweeps.test_query_counts import statements

AsUser = Callable[[User], SchoolClient]
Freeze = Callable[[datetime], None]
LINK = "https://meeting.example.cn/j/7788"
FRIDAY_WORDS = "“怎样陪孩子写作业”，11月27日（周五）19:00—20:30，多功能厅"
SATURDAY_WORDS = "“怎样陪孩子写作业”，11月28日（周六）09:00—10:30，多功能厅"


def words(text: str) -> str:
    """The text of a page without tags and white space."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", text.split("<main", 1)[1]))


def page_of(families: Families) -> str:
    return f"/families/sessions/{families.session.id}"


def tap(client: SchoolClient, families: Families, *, saturday: bool = False, **typed: object) -> tuple[int, str]:
    """Send the form of a date as it stands, with what was typed over it; status and the words read afterwards."""
    date = families.saturday if saturday else families.friday
    page = page_of(families)
    answer = client.post_form(f"/families/dates/{date.id}/sign-up", {"adults": "1", "waits": "y"} | typed, page=page)
    return answer.status_code, words(client.get(page).text if answer.status_code == 303 else answer.text)


def mother(families: Families, as_user: AsUser, number: int = 1) -> SchoolClient:
    return as_user(families.families[number - 1].user)


def sign_ups(families: Families) -> list[tuple[str, int, str]]:
    """Every sign-up there is: child, adults, state."""
    rows = db.session.scalars(select(SignUp).order_by(SignUp.id)).all()
    return [(row.pupil.name, row.adults, row.state.value) for row in rows]


def test_the_list_says_what_a_tap_would_do(families: Families, as_user: AsUser) -> None:
    text = client_text = mother(families, as_user, 2).get("/families").text
    assert "还有3个座位" in words(text)
    assert re.search(r'button-primary[^>]*href="/families/sessions/\d+">报名<', client_text)
    assert "11月27日（周五）19:00—20:30，多功能厅" in text
    assert "主讲 王医生" in text


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "sentence"),
    [
        (NOON + timedelta(seconds=1), FRIDAY_EVENING, "报名 11月25日（周三）12:00 开始，到时再来。"),
        (NOON - timedelta(days=1), NOON, "报名已于 11月25日（周三）12:00 截止。有事请联系班主任。"),
    ],
)
def test_outside_the_window_the_list_says_when(
    families: Families, as_user: AsUser, opens_at: datetime, closes_at: datetime, sentence: str
) -> None:
    families.session.sign_up_opens_at, families.session.sign_up_closes_at = opens_at, closes_at
    db.session.commit()
    client = mother(families, as_user, 2)
    assert sentence in client.get("/families").text
    page = client.get(page_of(families)).text
    assert sentence in page
    assert "/sign-up" not in page


def test_in_the_window_s_first_and_last_second_there_is_a_button(families: Families, as_user: AsUser, freeze: Freeze) -> None:
    client = mother(families, as_user, 2)
    families.session.sign_up_opens_at = NOON
    for moment in (NOON, FRIDAY_EVENING - timedelta(seconds=1)):
        freeze(moment)
        assert "/sign-up" in client.get(page_of(families)).text, moment


def test_a_date_that_has_begun_is_offered_no_more(families: Families, as_user: AsUser, freeze: Freeze) -> None:
    families.session.sign_up_closes_at = SATURDAY_MORNING
    db.session.commit()
    client = mother(families, as_user, 2)
    for moment, forms in ((FRIDAY_EVENING - timedelta(seconds=1), 2), (FRIDAY_EVENING, 1)):
        freeze(moment)
        page = client.get(page_of(families)).text
        assert (page.count("/sign-up"), "这一场已经开始" in page) == (forms, forms == 1), moment


def test_the_adults_to_choose_say_which_have_chairs(families: Families, as_user: AsUser) -> None:
    join(families, 1, 1)
    page = mother(families, as_user, 2).get(page_of(families)).text
    assert "有座位" not in page, "two chairs are enough for two"
    join(families, 3, 1)
    page = mother(families, as_user, 2).get(page_of(families)).text
    assert "1 位家长（有座位）" in page
    assert "2 位家长（座位不够）" in page


def test_who_signed_up_or_waits_reads_it_with_the_position(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 2)
    join(families, 4, 1)
    assert "已报名：11月27日（周五）19:00—20:30，多功能厅，2 位家长" in mother(families, as_user).get("/families").text
    waiting = mother(families, as_user, 4).get("/families").text
    assert "候补第 2 位：11月27日（周五）19:00—20:30，多功能厅，1 位家长" in waiting
    assert "候补第2位，1位家长，由家长4报名" in words(mother(families, as_user, 4).get(page_of(families)).text)


def test_a_full_session_offers_the_waiting_list(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 2, saturday=True)
    join(families, 4, 1)
    text = mother(families, as_user, 5).get("/families").text
    assert "座位已满" in text
    assert ">排候补<" in text
    page = mother(families, as_user, 5).get(page_of(families)).text
    assert "座位已满，已有 1 家候补" in page
    assert "座位已满，还没有人候补" in page
    assert page.count("排候补</button>") == 2


@pytest.mark.parametrize("is_other_class", [True, False])
def test_only_the_invited_are_reached(families: Families, as_user: AsUser, is_other_class: bool) -> None:
    families.session.class_ids = [families.school.first_1.id if is_other_class else families.school.third_2.id]
    families.session.grades = []
    db.session.commit()
    stranger, insider = mother(families, as_user, 2), mother(families, as_user)
    assert stranger.get(page_of(families)).status_code == (404 if is_other_class else 200)
    assert ("怎样陪孩子写作业" in stranger.get("/families").text) is not is_other_class
    assert insider.get(page_of(families)).status_code == 200, "this mother has a child in either class"
    assert ("孩子1（" in insider.get(page_of(families)).text) is False


def test_an_uninvited_family_can_do_nothing(families: Families, as_user: AsUser) -> None:
    client = mother(families, as_user, 2)
    token_page = page_of(families)
    families.session.grades = [6]
    other = build_session(families.session.school_year_id, "开放日")
    build_date(other, SATURDAY_MORNING + timedelta(days=7), None)
    db.session.commit()
    token_page = f"/families/sessions/{other.id}"
    for path, form in ((f"/families/dates/{families.friday.id}/sign-up", {"adults": "1"}),):
        hidden = re.search(r'name="csrf_token" value="([^"]+)"', client.get(token_page).text)
        assert hidden
        data = form | {"csrf_token": hidden[1], "pupil_id": str(families.families[1].child.id)}
        assert client.post(path, data=data, headers={"Origin": "http://localhost"}).status_code == 404
    for path in ("withdraw", "calendar.ics"):
        assert client.get(f"/families/dates/{families.friday.id}/{path}").status_code == 404
    assert sign_ups(families) == []


@pytest.mark.parametrize("state", [SessionState.DRAFT, SessionState.CANCELLED])
def test_what_was_never_announced_is_nobody_s(families: Families, as_user: AsUser, state: SessionState) -> None:
    families.session.state, families.session.announced_at = state, None
    db.session.commit()
    client = mother(families, as_user)
    assert client.get(page_of(families)).status_code == 404
    assert "怎样陪孩子写作业" not in client.get("/families").text


def test_what_was_called_off_says_why(families: Families, as_user: AsUser) -> None:
    families.session.state, families.session.state_reason = SessionState.CANCELLED, "讲师生病"
    db.session.commit()
    client = mother(families, as_user)
    assert "活动取消了：讲师生病" in client.get(page_of(families)).text
    assert "已取消" in client.get("/families").text


def test_who_is_invited_no_more_keeps_and_may_leave_what_it_has(families: Families, as_user: AsUser) -> None:
    join(families, 2, 1)
    families.session.grades = [6]
    db.session.commit()
    client = mother(families, as_user, 2)
    page = client.get(page_of(families)).text
    assert "退出报名" in page
    assert "/sign-up" not in page
    assert "怎样陪孩子写作业" in client.get("/families").text
    assert client.post_form(f"/families/dates/{families.friday.id}/withdraw").status_code == 303
    assert client.get(page_of(families)).status_code == 404


def test_the_office_gets_its_own_page_and_other_staff_none(families: Families, as_user: AsUser) -> None:
    answer = as_user(families.school.office).get(page_of(families))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/parent-school/sessions/{families.session.id}")
    assert as_user(families.school.office).get("/families/sessions/9999").status_code == 404
    assert as_user(families.school.liu).get(page_of(families)).status_code == 403
    assert as_user(families.school.office).get("/families").status_code == 403


def test_nobody_reads_without_signing_in(families: Families, app: object) -> None:
    client = app.test_client()  # type: ignore[attr-defined]
    for path in ("/families", "/families/history", page_of(families), f"/families/dates/{families.friday.id}/calendar.ics"):
        assert client.get(path).status_code == 302


def test_no_family_reads_of_another(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 1)
    client = mother(families, as_user, 4)
    told = "".join(client.get(path).text for path in ("/families", "/families/history", page_of(families)))
    assert not re.search(r"(家长|孩子|妹妹|父亲)[1235]", told)


def test_the_online_link_is_for_those_with_a_seat(families: Families, as_user: AsUser) -> None:
    families.friday.online_link = LINK
    db.session.commit()
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 1)
    assert LINK in mother(families, as_user).get(page_of(families)).text
    for number in (3, 4):
        page = mother(families, as_user, number).get(page_of(families)).text
        assert LINK not in page
        assert "meeting.example" not in page
    assert LINK not in mother(families, as_user).get("/families").text


def test_the_calendar_file_is_for_those_with_a_seat(families: Families, as_user: AsUser) -> None:
    families.friday.online_link = LINK
    db.session.commit()
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 1)
    path = f"/families/dates/{families.friday.id}/calendar.ics"
    answer = mother(families, as_user).get(path)
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert (answer.mimetype, event["dtstart"].dt, event["dtend"].dt) == (
        "text/calendar",
        FRIDAY_EVENING,
        FRIDAY_EVENING + timedelta(minutes=90),
    )
    assert (event["summary"], event["location"]) == ("家长学校：怎样陪孩子写作业", "多功能厅")
    assert LINK in event["description"]
    assert "家长1" not in answer.text
    assert "孩子1" not in answer.text
    again = mother(families, as_user).get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    for number in (3, 4):
        assert mother(families, as_user, number).get(path).status_code == 404


def test_materials_are_offered(families: Families, as_user: AsUser) -> None:
    facts = {"name": "讲义.pdf", "media_type": "application/pdf", "size": 3, "digest": "0" * 64, "added_at": now()}
    file = SessionMaterial(session_id=families.session.id, content=b"%PD", **facts)
    db.session.add(file)
    db.session.commit()
    page = mother(families, as_user, 2).get(page_of(families)).text
    assert f'href="/parent-school/materials/{file.id}">讲义.pdf' in page


def test_history_tells_how_each_sign_up_ended(families: Families, as_user: AsUser) -> None:
    client = mother(families, as_user, 2)
    assert "还没有报过名" in client.get("/families/history").text
    join(families, 2, 2)
    join(families, 2, 2, saturday=True, gives_up=families.friday.id)
    told = words(client.get("/families/history").text)
    assert told.index("11月28日（周六）09:00—10:30，多功能厅，2位家长") < told.index("11月27日（周五）")
    assert "已报名" in told
    assert "已换场" in told


def test_what_is_over_says_what_became_of_it_and_asks_for_feedback(families: Families, as_user: AsUser, freeze: Freeze) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    first = families.families[0]
    facts = {"date_id": families.friday.id, "guardian_id": first.mother.id, "pupil_id": first.child.id, "adults": 2}
    here = FamilyPresence(**facts, family=first.child.id, method=CheckInMethod.CODE, noted_at=FRIDAY_EVENING)
    db.session.add(here)
    db.session.commit()
    freeze(SATURDAY_MORNING + timedelta(hours=3))
    told = mother(families, as_user).get("/families").text
    assert f'href="/families/dates/{families.friday.id}/feedback"' in told
    assert "已到场" in told
    told = mother(families, as_user, 2).get("/families").text
    assert "已报名" in told
    assert "/feedback" not in told
    told = mother(families, as_user, 3).get("/families").text
    assert "没有报名" in told
    assert "现在没有邀请您家的活动" in told


def test_last_year_s_sessions_are_not_this_year_s(families: Families, as_user: AsUser, freeze: Freeze) -> None:
    freeze(datetime(2027, 9, 1, 8, tzinfo=NOON.tzinfo))
    client = mother(families, as_user)
    assert "怎样陪孩子写作业" not in client.get("/families").text


@pytest.mark.parametrize(("day", "is_shown"), [(31, False), (1, True)])
def test_the_school_year_begins_on_the_first_of_september(families: Families, as_user: AsUser, day: int, is_shown: bool) -> None:
    starts_at = datetime(2026, 9 if day == 1 else 8, day, 19, tzinfo=NOON.tzinfo)
    window = {"sign_up_opens_at": starts_at - timedelta(days=9), "sign_up_closes_at": starts_at}
    build_date(build_session(families.session.school_year_id, "迎新", **window), starts_at, None)
    db.session.commit()
    assert ("迎新" in mother(families, as_user, 2).get("/families").text) is is_shown


def test_somebody_without_a_child_in_class_is_told(families: Families, as_user: AsUser) -> None:
    lonely = somebody("前家长", "13600000001", Role.GUARDIAN)
    assert "没有查到您在读的孩子" in as_user(lonely).get("/families").text
    assert as_user(lonely).get(page_of(families)).status_code == 404
    assert as_user(lonely).get("/families/history").status_code == 200


def test_two_families_of_one_phone_each_have_their_own_chairs(families: Families, as_user: AsUser) -> None:
    families.families[2].mother.user_id = families.families[1].user.id
    db.session.commit()
    client = mother(families, as_user, 2)
    page = client.get(page_of(families)).text
    assert "孩子2的报名" in page
    assert "孩子3的报名" in page
    for number in (2, 3):
        status, told = tap(client, families, pupil_id=str(families.families[number - 1].child.id))
        assert (status, "报名成功" in told, told.count("✓已报名")) == (303, True, number - 1)
    assert sign_ups(families) == [("孩子2", 1, "seated"), ("孩子3", 1, "seated")]
    child = families.families[2].child.id
    assert client.post_form(f"/families/dates/{families.friday.id}/withdraw?child={child}").status_code == 303
    assert sign_ups(families) == [("孩子2", 1, "seated"), ("孩子3", 1, "withdrawn")]


def test_the_pages_cost_the_same_for_more_sessions_and_families(families: Families, as_user: AsUser) -> None:
    join(families, 1, 2)
    join(families, 2, 1)
    join(families, 3, 1)
    client = mother(families, as_user, 3)

    def cost(path: str) -> int:
        client.get(path)
        with statements() as sent:
            assert client.get(path).status_code == 200
        return len(sent)

    paths = ("/families", page_of(families), "/families/history")
    few = [cost(path) for path in paths]
    for number in range(3):
        more = build_session(families.session.school_year_id, f"沙龙{number}")
        build_date(more, SATURDAY_MORNING + timedelta(days=number + 1), 5)
    for number in (4, 5, 6):
        join(families, number, 1)
    db.session.commit()
    assert [cost(path) for path in paths] == few
    assert few == [13, 12, 5]


def test_a_child_who_left_is_no_invitation(families: Families, as_user: AsUser) -> None:
    membership = db.session.scalars(select(ClassMembership).where(ClassMembership.pupil == families.families[1].child)).one()
    membership.ends_on = SEPTEMBER
    db.session.commit()
    assert mother(families, as_user, 2).get(page_of(families)).status_code == 404
    assert db.session.query(ParentSession).count() == 1
