"""What anybody reads of the courses, without signing in and without a child's name; and a child's calendar."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select

from school.calendar.enums import DayKind
from school.calendar.rules import DayException, SchoolCalendar, TermDates
from school.courses.enums import CourseState, Weeks
from school.courses.models import Course
from school.courses.queries.catalogue import facts_of, get_catalogue
from school.courses.rules.facts import MeetingFacts
from school.courses.rules.timetable import meetings_on_dates, week_of
from school.courses.service import seats
from school.db import db, transaction
from school.people.models import Guardian, Pupil
from tests.courses.small_courses import NOON, SmallCourses, add_course, build
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
    assert "剩 0" in page


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
