"""A page asks the database as often for three rows as for one: every page, for every role that may open it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from school.accounts.models import User
from school.accounts.service import create_user, grant_role, issue_code
from school.audit.service import Actor
from school.calendar.enums import DayKind
from school.calendar.models import SchoolYear, Term
from school.calendar.service import enter_days
from school.clock import at, frozen
from school.courses.models import CourseTeaching, Provider
from school.db import db, transaction
from school.homework.enums import Form
from school.homework.models import HomeworkItem
from school.homework.service import board, filing, publishing
from school.homework.service.filing import Filing
from school.people.enums import ImportKind, Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass, Subject, Teacher, TeachingAssignment
from school.people.queries import lessons_of_teacher
from school.people.service.importing import imports
from school.people.service.importing.reading import Roster
from school.permissions import Role
from tests.courses.small_courses import add_course
from tests.homework.small_school import SEPTEMBER, TESTER, THURSDAY, WEDNESDAY, values
from tests.sweeps.access import committed
from tests.sweeps.family_door_town import grow_door
from tests.sweeps.family_office_town import grow_office
from tests.sweeps.family_pages_town import grow_families
from tests.sweeps.mentor_town import grow_mentoring
from tests.sweeps.notice_town import grow_notices
from tests.sweeps.town import COLUMNS, GOES_ON, MONDAY, TUESDAY, Target, Town
from tests.sweeps.visit_town import grow_visits

pytestmark = pytest.mark.sweep

# What a page costs, by who opens it. A number that rises wants a reason; one that falls is welcome: write it down.
EXPECTED = {
    "guardian home.index": 19,
    "subject_teacher home.index": 23,
    "homeroom_teacher home.index": 23,
    "principal home.index": 15,
    "guardian outbox.notices": 5,
    "teaching_office outbox.outbox": 5,
    "teaching_office outbox.robots": 5,
    "guardian parentschool.families": 15,
    "guardian parentschool.family_session 邀请三年级2班的活动": 12,
    "guardian parentschool.family_history": 5,
    "homeroom_teacher parentschool.visits": 7,
    "principal parentschool.visits": 7,
    "homeroom_teacher parentschool.visit_class 三年级2班": 10,
    "homeroom_teacher parentschool.visits_of_child 三年级2班学生": 6,
    "homeroom_teacher parentschool.visit 看过的家访": 10,
    "homeroom_teacher parentschool.visit 没看过的家访": 7,
    "guardian homework.family": 4,
    "subject_teacher homework.mine": 10,
    "homeroom_teacher homework.boards": 5,
    "homeroom_teacher homework.board 三年级2班": 9,
    "principal homework.approvals": 11,
    "guardian homework.public_log": 7,
    "principal homework.report": 7,
    "principal homework.report_rows 三年级2班": 7,
    "principal audit.index": 4,
    "administrator accounts.users": 7,
    "administrator people.classes": 4,
    "administrator people.show_class 三年级2班": 6,
    "administrator people.teachers": 5,
    "administrator people.imports": 3,
    "administrator people.class_codes 三年级2班": 5,
    "administrator calendar.edit": 4,
    "teaching_office courses.selection": 11,
    "teaching_office courses.adjust 本学期": 6,
    "teaching_office courses.adjust_child 自己孩子": 13,
    "guardian courses.choose": 7,
    "guardian courses.choose_child 三年级2班学生": 11,
    "guardian courses.choose_course 自己孩子 剪纸": 9,
    "homeroom_teacher courses.results": 4,
    "homeroom_teacher courses.class_slips 三年级2班": 8,
    "subject_teacher courses.taught_course 陈老师的剪纸": 4,
    "teaching_office courses.manage": 11,
    "teaching_office courses.manage_course 足球": 9,
    "teaching_office courses.edit_course 足球": 9,
    "teaching_office courses.copy_courses": 10,
    "teaching_office courses.providers": 4,
    "subject_teacher mentoring.my_triads": 9,
    "subject_teacher mentoring.triad 陈老师的三人行": 15,
    "subject_teacher mentoring.agreement 陈老师的三人行": 15,
    "subject_teacher mentoring.new_entry 陈老师的三人行": 7,
    "subject_teacher mentoring.waiting": 5,
    "subject_teacher mentoring.my_growth": 12,
    "subject_teacher mentoring.research": 8,
    "teaching_office mentoring.triads": 11,
    "teaching_office mentoring.proposal": 11,
    "teaching_office mentoring.staff": 7,
    "teaching_office mentoring.plans": 7,
    "teaching_office mentoring.acceptances": 7,
    "teaching_office mentoring.report": 18,
    "teaching_office compliance.teams": 24,
    "grade_leader mentoring.acceptance 打分中": 11,
    "teaching_office parentschool.plan 本学年": 10,
    "guardian parentschool.plan 本学年": 9,
    "teaching_office parentschool.sessions": 10,
    "teaching_office parentschool.session 已发布的活动": 9,
    "teaching_office parentschool.change_session 已发布的活动": 7,
    "teaching_office parentschool.corps": 5,
    "teaching_office parentschool.corps_member 在任的导师": 5,
    "subject_teacher parentschool.asked": 5,
    "anonymous courses.draw 本学期": 3,
    "guardian parentschool.learning": 9,
    "guardian parentschool.answer 孙家长到过的场次": 7,
    "guardian parentschool.arrive 已结束的场次": 8,
    "guardian parentschool.reading": 6,
    "homeroom_teacher parentschool.presence_dates": 4,
    "homeroom_teacher parentschool.door 全校的场次": 5,
    "homeroom_teacher parentschool.presence 全校的场次": 6,
    "teaching_office parentschool.presence_sheet 全校的场次": 6,
    "homeroom_teacher parentschool.walk_in 全校的场次": 5,
    "homeroom_teacher parentschool.correct_presence 三年级2班的签到": 9,
    "homeroom_teacher parentschool.moderate_reading": 4,
    "teaching_office parentschool.certificates": 5,
    "teaching_office parentschool.feedback": 7,
    "teaching_office parentschool.session_feedback 已结束的活动": 6,
}


@dataclass(frozen=True)
class Asked:
    """A page as one of the roles opens it."""

    who: str
    endpoint: str
    target: Target

    def __str__(self) -> str:
        return f"{self.who} {self.endpoint} {self.target.words}".strip()


def pages(town: Town) -> list[Asked]:
    """Every page with every role that may open it."""
    found = []
    for endpoint, method, words, *cells in committed():
        if method == "GET":
            target = next(target for target in town.targets(endpoint) if target.words == words)
            found += [Asked(who, endpoint, target) for who, cell in zip(COLUMNS, cells, strict=True) if cell == "ok"]
    return found


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile; the beginnings of transactions left out."""
    sent: list[str] = []

    def executed(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


def counts(town: Town, asked: list[Asked]) -> dict[str, list[str]]:
    """The statements of each page, in a worker that has answered before and knows calendar, settings and the last draw."""
    for address in ("/calendar", town.url("courses.draw", town.targets("courses.draw")[0])):
        town.client("principal", is_strict=False).get(address)
    return {str(one): counted(town, one) for one in asked}


def counted(town: Town, asked: Asked) -> list[str]:
    """The statements of one page."""
    client = town.client(asked.who, asked.target.permit, is_strict=False)
    with statements() as sent:
        answer = client.get(town.url(asked.endpoint, asked.target))
    assert answer.status_code in (200, 303), asked
    return sent


def grow(town: Town, numbers: range) -> None:
    """One more of everything a page lists for each of `numbers`, beside what the town has."""
    with town.app.app_context():
        with transaction():
            for number in numbers:
                _add_class(number)
                _add_calendar(number)
                _add_courses(number)
                grow_mentoring(number)
                grow_notices(number)
                grow_families(number)
                grow_office(number)
                grow_door(number)
                grow_visits(number)
        db.session.remove()


def _add_class(number: int) -> None:
    """A class of grade 3 with a pupil of two guardians, one of them 孙家长, taught by 陈老师, 刘老师 at its head."""
    chen, liu, sun = (_user(login) for login in ("T001", "T002", "13900000001"))
    added = SchoolClass(entry_year=2024, number=10 + number)
    db.session.add(added)
    db.session.flush()
    grant_role(liu, Role.HOMEROOM_TEACHER, starts_on=SEPTEMBER, class_id=added.id)
    teacher = db.session.query(Teacher).filter_by(user_id=chen.id).one()
    _teach(teacher, added, "maths")
    _teach(_new_teacher(number), added, "chinese")
    for class_id in (added.id, _second_class()):
        _add_pupil(f"学生{number}{class_id}", class_id, sun if class_id == added.id else None, number)
    _add_days(teacher, added, number)
    _add_import(number)


def _add_calendar(number: int) -> None:
    enter_days(date(2027, 5, 1 + number), date(2027, 5, 1 + number), DayKind.HOLIDAY, "劳动节", actor=TESTER)
    year = 2024 - number
    db.session.add(
        Term(school_year=SchoolYear(start_year=year), number=1, starts_on=date(year, 9, 1), ends_on=date(year, 12, 31))
    )


def _add_courses(number: int) -> None:
    """A course of two meetings and two teachers, with a provider, in this term and in the one before."""
    teachers = db.session.query(Teacher).order_by(Teacher.id).limit(2).all()
    ends = date(2027, 8, 31)
    papers = {"whitelist_number": "B-1", "licence_number": "L-1", "licence_until": ends, "checks_until": ends}
    provider = Provider(name=f"机构{number}", **papers)
    for first in (date(2026, 2, 23), SEPTEMBER):
        term = db.session.query(Term).filter_by(starts_on=first).one()
        course = add_course(term, f"X{number}", f"新课{number}", (2, 960, 1050), (4, 960, 1050), provider=provider)
        course.first_on, course.last_on = term.starts_on, term.ends_on
        course.teachings = [CourseTeaching(teacher=teacher) for teacher in teachers]
    db.session.flush()


def _user(login: str) -> User:
    return db.session.query(User).filter_by(login=login).one()


def _second_class() -> int:
    return db.session.query(SchoolClass).filter_by(entry_year=2024, number=2).one().id


def _teach(teacher: Teacher, school_class: SchoolClass, subject: str) -> None:
    term = db.session.query(Term).filter_by(starts_on=SEPTEMBER).one()
    found = db.session.query(Subject).filter_by(code=subject).one()
    ids = {"class_id": school_class.id, "subject_id": found.id, "term_id": term.id}
    db.session.add(TeachingAssignment(teacher=teacher, starts_on=SEPTEMBER, **ids))
    db.session.flush()


def _new_teacher(number: int) -> Teacher:
    user = _somebody(f"新老师{number}", f"T10{number}", Role.SUBJECT_TEACHER)
    grant_role(user, Role.PREP_LEADER, starts_on=SEPTEMBER, subject_id=db.session.query(Subject).first().id)
    teacher = Teacher(staff_code=user.login, name=user.display_name, public_name="新老师", user_id=user.id)
    db.session.add(teacher)
    db.session.flush()
    return teacher


def _somebody(name: str, login: str, role: Role) -> User:
    user = create_user(login, name)
    grant_role(user, role, starts_on=SEPTEMBER)
    issue_code(user, actor=TESTER)
    return user


def _add_pupil(name: str, class_id: int, known: User | None, number: int) -> None:
    pupil = Pupil(name=name)
    phone = f"138000{class_id:02}{number:03}"
    user = _somebody(f"{name}的家长", phone, Role.GUARDIAN)
    guardians = [Guardian(name=user.display_name, phone=phone, user_id=user.id)]
    guardians += [db.session.query(Guardian).filter_by(user_id=known.id).one()] if known else []
    db.session.add(ClassMembership(pupil=pupil, class_id=class_id, starts_on=SEPTEMBER))
    db.session.add_all(Guardianship(pupil=pupil, guardian=guardian, relation=Relation.MOTHER) for guardian in guardians)
    db.session.flush()


def _add_days(teacher: Teacher, school_class: SchoolClass, number: int) -> None:
    """Two published days of the class; today coordinated with a request; another item of 三年级2班 every day."""
    for day in (MONDAY, TUESDAY):
        with frozen(at(day, 15)):
            item = _file(teacher, school_class.id, day, f"{number}")
            publishing.publish_day(school_class.id, day, GOES_ON, actor=TESTER)
            new = values(10, on_day=day, due_on=WEDNESDAY, content=f"更正{number}")
            publishing.amend_item(item.id, item.day_id, new, why="写错", reason="", revision=item.revision, actor=TESTER)
    today = _file(teacher, school_class.id, WEDNESDAY, f"{number}")
    board.request_room(today.day_id, 50, reason="复习", actor=Actor(_user("T002").id, "刘老师"))
    publishing.coordinate_day(school_class.id, WEDNESDAY, GOES_ON, actor=TESTER)
    _file(teacher, _second_class(), WEDNESDAY, f"{number}")
    with frozen(at(TUESDAY, 15)):
        _file(teacher, _second_class(), TUESDAY, f"{number}")
        publishing.publish_day(_second_class(), TUESDAY, replace(GOES_ON, reason="补充"), actor=TESTER)


def _file(teacher: Teacher, class_id: int, day: date, key: str) -> HomeworkItem:
    lesson = next(one for one in lessons_of_teacher(teacher.id, day) if one.class_id == class_id)
    due_on = THURSDAY if day == WEDNESDAY else WEDNESDAY
    wanted = values(5, on_day=day, due_on=due_on, form=Form.READING, content=f"阅读第 {key} 章")
    return filing.file_item(lesson, wanted, Filing(key=f"{class_id}{day}{key}"), actor=TESTER)


def _add_import(number: int) -> None:
    roster = Roster(["姓名", "班级"], [["王小明", "三年级1班"]], 2, [], [])
    imports.keep(roster, ImportKind.PUPILS, f"又一份{number}.csv", actor=Actor(_user("zhou").id, "周管理"))


def test_a_page_asks_as_often_for_three_rows_as_for_one(town: Town) -> None:
    asked = pages(town)
    grow(town, range(1))
    one = counts(town, asked)
    grow(town, range(1, 3))
    three = counts(town, asked)
    more = differences(one, three)
    assert more == [], "read all rows of a list with one query (selectinload, or one in queries.py):\n  " + "\n  ".join(more)
    present = {name: len(three[name]) for name in EXPECTED}
    assert present == EXPECTED, "when it is meant, write the new number into EXPECTED and say why in the commit"


def differences(one: dict[str, list[str]], three: dict[str, list[str]]) -> list[str]:
    """A sentence for each page that asks more often, or less, with more rows."""
    return [
        f"{name}: {len(one[name])} queries for one row, {len(sent)} for three; more of: {_more(one[name], sent)}"
        for name, sent in three.items()
        if len(sent) != len(one[name])
    ]


def _more(before: list[str], after: list[str]) -> str:
    return " | ".join(sorted(statement[:200] for statement in Counter(after) - Counter(before)))


def test_a_planted_query_for_each_row_is_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def planted() -> str:
        teachers = db.session.scalars(select(Teacher.id)).all()
        return "".join(str(db.session.scalar(select(Teacher.name).where(Teacher.id == one))) for one in teachers)

    planted.access = town.app.view_functions["people.teachers"].access  # type: ignore[attr-defined]
    monkeypatch.setitem(town.app.view_functions, "people.teachers", planted)
    asked = [Asked("principal", "people.teachers", Target(""))]
    grow(town, range(1))
    one = counts(town, asked)
    grow(town, range(1, 3))
    (sentence,) = differences(one, counts(town, asked))
    assert "more of: SELECT teachers.name" in sentence
