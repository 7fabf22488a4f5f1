"""What anybody reads of the courses, without signing in and without a child's name; and a child's calendar."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from school.accounts.models import User
from school.audit.service import COMMAND_LINE
from school.calendar.enums import DayKind
from school.calendar.models import HolidayYear
from school.calendar.rules import DayException, SchoolCalendar, TermDates
from school.calendar.service import fill_year
from school.courses.enums import CourseState, Phase, Weeks
from school.courses.models import Course
from school.courses.queries.catalogue import facts_of, get_catalogue
from school.courses.rules.facts import MeetingFacts
from school.courses.rules.seats import grades_in_words
from school.courses.rules.timetable import days_of_week, meetings_on_dates, week_of
from school.courses.service import seats
from school.db import db, transaction
from school.people.models import Guardian, Pupil
from tests.courses.small_courses import NOON, OPENS, SmallCourses, add_course, add_window, build
from tests.support.client import SchoolClient


@pytest.fixture
def cast(app: object, freeze: Callable[[datetime], None]) -> SmallCourses:
    """The small selection with its open round running."""
    freeze(NOON)
    return build(has_wishes=False)


def names() -> list[str]:
    """The names of all children and guardians."""
    return [*db.session.scalars(select(Pupil.name)), *db.session.scalars(select(Guardian.name))]


def text_of(client: SchoolClient, path: str) -> str:
    """A page anybody may open."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_the_catalogue_shows_listed_courses_and_no_draft(cast: SmallCourses, client: SchoolClient) -> None:
    page = text_of(client, "/courses")
    for course in cast.courses:
        assert (f'href="/courses/{course.id}"' in page) == (course.state is not CourseState.DRAFT), course.name
    assert client.get(f"/courses/{cast.draft.id}").status_code == 404
    assert client.get("/courses/999999").status_code == 404
    assert client.get("/courses?term=999999").status_code == 404


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("grade=1", "剪纸", "足球"),
        ("grade=5", "机器人", "没有这门"),
        ("day=2", "剪纸", "国际象棋"),
        ("day=2&grade=1", "剪纸", "足球"),
        ("family=nonsense", "没有符合条件的课程", "剪纸"),
    ],
)
def test_the_catalogue_is_narrowed(cast: SmallCourses, client: SchoolClient, query: str, shown: str, hidden: str) -> None:
    page = text_of(client, f"/courses?{query}")
    assert shown in page
    assert hidden not in page


def test_seats_left_are_those_that_are_left(cast: SmallCourses, client: SchoolClient) -> None:
    assert "剩 <strong>2</strong>" in text_of(client, f"/courses?family={cast.paper.family.value}")
    child = cast.fifth[1]
    with transaction():
        seats.take(cast.selection.id, child.id, cast.robots.id, by=cast.actor(child))
    page = text_of(client, f"/courses/{cast.robots.id}")
    assert "1 人，已满" in page


def test_a_course_page_says_what_families_must_know_and_every_date(cast: SmallCourses, client: SchoolClient) -> None:
    page = text_of(client, f"/courses/{cast.paper.id}")
    for words in (cast.paper.description, cast.paper.room, "陈老师", cast.paper.fee_note, cast.paper.safety_note, "16:00"):
        assert words in page
    # Tuesdays from 7 December to 15 January: 8, 15, 22, 29 December, 5, 12 January.
    assert "共 6 次" in page
    assert "12月8日 周二" in page


def test_the_timetable_has_a_cell_for_every_meeting(cast: SmallCourses, client: SchoolClient) -> None:
    page = text_of(client, "/courses/timetable")
    for course in cast.courses:
        assert (f'href="/courses/{course.id}"' in page) == (course.state is CourseState.LISTED)


def test_no_public_page_names_a_child_or_a_guardian(cast: SmallCourses, client: SchoolClient) -> None:
    with transaction():
        for child, course in ((cast.third[0], cast.paper), (cast.third[1], cast.paper), (cast.fifth[0], cast.robots)):
            seats.take(cast.selection.id, child.id, course.id, by=cast.actor(child))
    for path in ("/courses", f"/courses/{cast.paper.id}", "/courses/timetable"):
        page = text_of(client, path)
        assert [name for name in names() if name in page] == []


def test_a_picture_of_a_draft_is_the_offices_alone(cast: SmallCourses, client: SchoolClient) -> None:
    for course in (cast.draft, cast.paper):
        row = db.session.get(Course, course.id)
        row.picture, row.picture_type, row.picture_digest = b"\x89PNG\r\n\x1a\n", "image/png", "0" * 64
    db.session.commit()
    assert client.get(f"/courses/{cast.draft.id}/picture").status_code == 404
    answer = client.get(f"/courses/{cast.paper.id}/picture")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    again = client.get(f"/courses/{cast.paper.id}/picture", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_timetable_is_narrowed_by_room(cast: SmallCourses, client: SchoolClient) -> None:
    page = text_of(client, f"/courses/timetable?room={cast.chess.room}")
    shown = [course.name for course in cast.courses if f'href="/courses/{course.id}"' in page]
    assert shown == ["国际象棋"]
    assert "没有符合条件的课程" in text_of(client, "/courses/timetable?room=没有这间")


def test_a_card_says_what_families_must_know(cast: SmallCourses, client: SchoolClient) -> None:
    page = text_of(client, "/courses?family=sports&day=2")
    football = cast.football
    for words in (football.room, "周二 16:30—17:30", "三至六年级", "满 2 人", football.fee_note, football.safety_note, "王老师"):
        assert words in page
    assert "国际象棋" not in page


def test_a_course_that_does_not_run_says_why_and_has_no_seats(cast: SmallCourses, client: SchoolClient) -> None:
    with transaction():
        seats.cancel_course(cast.selection.id, cast.choir.id, reason="教师生病", by=cast.actor(cast.third[0]))
    for page in (text_of(client, "/courses?day=4"), text_of(client, f"/courses/{cast.choir.id}")):
        assert "已停开" in page
        assert "教师生病" in page
        assert "剩" not in page
    assert f'href="/courses/{cast.choir.id}"' not in text_of(client, "/courses/timetable")


def test_who_has_the_page_already_gets_it_anew_only_when_a_seat_went(cast: SmallCourses, client: SchoolClient) -> None:
    for path in ("/courses", f"/courses/{cast.robots.id}", "/courses/timetable"):
        etag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304, path
    etag = client.get("/courses").headers["ETag"]
    child = cast.fifth[0]
    with transaction():
        seats.take(cast.selection.id, child.id, cast.robots.id, by=cast.actor(child))
    assert client.get("/courses", headers={"If-None-Match": etag}).status_code == 200


def test_a_page_with_somebodys_name_is_kept_by_nobody(cast: SmallCourses, as_user: Callable[[User], SchoolClient]) -> None:
    answer = as_user(cast.second).get("/courses")
    assert cast.second.display_name in answer.text
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_windows_of_the_grade_asked_for(cast: SmallCourses, client: SchoolClient) -> None:
    add_window(cast.selection, Phase.OPEN, OPENS - timedelta(days=2), OPENS - timedelta(days=1), grade=3)
    db.session.commit()
    whole, third, first = (text_of(client, path) for path in ("/courses", "/courses?grade=3", "/courses?grade=1"))
    assert "各年级时间不同" in whole
    assert "已结束" in third
    assert "进行中" in first
    assert "各年级时间不同" not in third + first


def test_dates_of_a_year_without_holidays_are_marked(cast: SmallCourses, client: SchoolClient) -> None:
    fill_year(2026, actor=COMMAND_LINE)
    db.session.commit()
    page = text_of(client, f"/courses/{cast.paper.id}")
    assert "2027年放假安排尚未公布" in page
    assert page.count("<small>暂定</small>") == 2
    fill_year_by_hand(2027)
    page = text_of(client, f"/courses/{cast.paper.id}")
    assert "尚未公布" not in page
    assert "暂定" not in page


def fill_year_by_hand(year: int) -> None:
    """As if the holidays of a year were known, and there were none."""
    db.session.add(HolidayYear(year=year, filled_at=NOON))
    db.session.commit()


def test_a_school_without_courses_says_so(app: object, client: SchoolClient) -> None:
    assert "课程还没有公布" in text_of(client, "/courses")
    assert "没有符合条件" in text_of(client, "/courses/timetable")


def test_odd_weeks_make_up_days_and_holidays_move_the_dates(cast: SmallCourses) -> None:
    term = TermDates(2026, 1, date(2026, 9, 1), date(2027, 1, 22))
    makeup = DayException(date(2026, 12, 12), DayKind.MAKEUP, "调休", follows_weekday=2)
    holiday = DayException(date(2026, 12, 15), DayKind.HOLIDAY, "假")
    calendar = SchoolCalendar((term,), {makeup.on_day: makeup, holiday.on_day: holiday}, frozenset({2026, 2027}))
    paper = get_catalogue(cast.term.id).courses[cast.paper.id]
    days = [one.on_day for one in meetings_on_dates(paper, calendar)]
    assert date(2026, 12, 12) in days
    assert date(2026, 12, 15) not in days
    labels = {one.on_day: one.makeup for one in meetings_on_dates(paper, calendar)}
    assert {day for day, label in labels.items() if label} == {date(2026, 12, 12)}
    assert labels[date(2026, 12, 12)] == "补周二"
    odd = type(paper)(**{**vars(paper), "meetings": (MeetingFacts(2, 960, 1040, Weeks.ODD),)})
    even = type(paper)(**{**vars(paper), "meetings": (MeetingFacts(2, 960, 1040, Weeks.EVEN),)})
    split = [{one.on_day for one in meetings_on_dates(course, calendar)} for course in (odd, even)]
    assert split[0] | split[1] == set(days)
    assert not split[0] & split[1]


def test_the_week_puts_meetings_of_a_time_in_one_row(cast: SmallCourses) -> None:
    extra = add_course(cast.term, "Z1", "另一门", (2, 960, 1040))
    db.session.commit()
    slots = week_of([facts_of(one) for one in (cast.paper, extra)])
    rows = {slot.label: slot for slot in slots}
    same = rows.get("16:00—17:20")
    assert same is not None
    assert "另一门" in [cell.course.name for cell in same.days[1]]


def test_the_week_day_by_day_leaves_out_what_is_empty(cast: SmallCourses) -> None:
    days = days_of_week(week_of([facts_of(one) for one in (cast.football, cast.paper, cast.chess)]))
    found = [(day.label, [(time, [cell.course.name for cell in cells]) for time, cells in day.times]) for day in days]
    assert found == [
        ("周二", [("16:00—17:30", ["剪纸"]), ("16:30—17:30", ["足球"])]),
        ("周三", [("16:00—17:30", ["国际象棋"])]),
    ]


def test_meetings_of_one_time_are_said_together(cast: SmallCourses) -> None:
    paper = facts_of(cast.paper)
    met = (MeetingFacts(1, 960, 1050), MeetingFacts(2, 960, 1050, Weeks.ODD), MeetingFacts(3, 960, 1050))
    assert replace(paper, meetings=met).times == "周一、周三 16:00—17:30、周二 16:00—17:30（单周）"


@pytest.mark.parametrize(
    ("grades", "words"),
    [({3}, "三年级"), ({3, 4}, "三、四年级"), ({3, 4, 5, 6}, "三至六年级"), ({1, 3, 4}, "一、三、四年级")],
)
def test_grades_in_a_row_are_said_as_a_span(grades: set[int], words: str) -> None:
    assert grades_in_words(frozenset(grades)) == words
