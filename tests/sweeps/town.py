"""A town to sweep: the small school with everything a page may show, a person for each role, and a way to ask as them.

Rows come in pairs where a scope decides: one of 三年级2班, which is the business of the teacher, the homeroom teacher, the
grade leader and the guardian here, and one of 一年级1班, which is not.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from school.accounts.models import User
from school.accounts.service import grant_role, issue_code
from school.audit.service import Actor
from school.calendar.enums import DayKind
from school.calendar.models import CalendarDay, Term
from school.calendar.service import enter_days
from school.clock import at, frozen
from school.courses.feeds import feed_key
from school.db import db, transaction
from school.homework.enums import Form, Layer, Stage
from school.homework.models import CapRequest, HomeworkDay, HomeworkItem
from school.homework.rules.filing import LayerValues
from school.homework.service import board, filing, publishing
from school.homework.service.filing import Filing
from school.homework.service.publishing import Choice
from school.people.enums import ImportKind
from school.people.models import ClassMembership, Pupil, RosterImport, TeachingAssignment
from school.people.service.importing import imports
from school.people.service.importing.reading import read_roster
from school.permissions import Role
from school.preferences.service import change
from school.sheets.writing import write_csv
from tests.accounts.cast import signed_in, somebody
from tests.homework.small_school import SEPTEMBER, TESTER, THURSDAY, WEDNESDAY, SmallSchool, build, values
from tests.support.client import SchoolClient
from tests.support.databases import copy_sqlite, dispose, migrated_app, sqlite_url
from tests.sweeps.course_town import CourseTown, build_courses, course_rows
from tests.sweeps.family_door_town import build_door, door_rows, door_special
from tests.sweeps.family_office_town import build_office, office_special
from tests.sweeps.family_pages_town import build_family_sessions, family_special
from tests.sweeps.mentor_town import build_mentoring, mentor_rows, mentor_special
from tests.sweeps.notice_town import build_notices
from tests.sweeps.target import FILLED, Target
from tests.sweeps.visit_town import build_visits, visit_rows

COOKIE = "school_session"
STRANGER = "巴特尔"
ANONYMOUS = "anonymous"
COLUMNS = (ANONYMOUS, *(role.value for role in Role))
TUESDAY, MONDAY = WEDNESDAY - timedelta(1), WEDNESDAY - timedelta(2)
GOES_ON = Choice(confirms_standard=True, goes_on_unfiled=True)
UPLOADERS = {"own": "administrator", "other": "principal", "applied": "administrator", "discarded": "administrator"}
LAYERED = (
    LayerValues(Layer.A, "思考题第 6 题", 12, 0),
    LayerValues(Layer.B, "练习册第 30 页", 10, 0),
    LayerValues(Layer.C, "口算 20 题", 8, 0),
)


@dataclass
class Town:
    """The application, a copy of its database, everybody's cookie, and the rows by endpoint."""

    app: Flask
    file: Path
    copy: Path
    cookies: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def build(cls, directory: Path) -> Self:
        """Build the town in files of this directory; the clock stands on Wednesday at 15:00."""
        file = directory / "town.db"
        app = migrated_app(sqlite_url(file), INSTANCE_PATH=directory / "town")
        town = cls(app, file, directory / "town-as-built.db")
        with app.app_context():
            people, town.rows = _populate()
            town.cookies = {role: _cookie(signed_in(app, user)) for role, user in people.items()}
        dispose(app)
        copy_sqlite(file, town.copy)
        return town

    def restore(self) -> None:
        """Undo whatever was written since."""
        dispose(self.app)
        copy_sqlite(self.copy, self.file)
        for folder in ("imports", "draws"):
            shutil.rmtree(Path(self.app.instance_path) / folder, ignore_errors=True)

    def client(self, who: str, permit: tuple[str, Any] | None = None, *, is_strict: bool = True) -> FlaskClient:
        """The device of whoever holds this role, as it was just after sign-in; without the checks when not strict."""
        client = (SchoolClient if is_strict else FlaskClient)(self.app, self.app.response_class)
        if who != ANONYMOUS:
            client.set_cookie(COOKIE, self.cookies[who])
        if permit:
            with client.session_transaction() as kept:
                kept["printing"] = [str(permit), int(at(WEDNESDAY, 15).timestamp())]
        return client

    def url(self, endpoint: str, target: Target) -> str:
        """The address of an endpoint for a target."""
        with self.app.test_request_context():
            return self.app.url_for(endpoint, **target.values)

    def ask(self, who: str, method: str, endpoint: str, target: Target, *, is_strict: bool = False) -> TestResponse:
        """One request; a POST carries the session's token and, but for those of FILLED, an empty form."""
        client = self.client(who, target.permit, is_strict=is_strict)
        url = self.url(endpoint, target)
        if method == "GET":
            return client.get(url)
        form = {"csrf_token": token_of(self.app, client), **FILLED.get(endpoint, {})}
        return client.post(url, data=form, headers={"Origin": "http://localhost"})

    def targets(self, endpoint: str) -> list[Target]:
        """The rows an endpoint is asked for."""
        return list(_targets(self.rows, endpoint, self.app))

    def views(self) -> list[tuple[str, str]]:
        """Method and endpoint of every view, files left out, in the order of their addresses."""
        rules = sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
        methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
        return [
            (method, rule.endpoint)
            for rule in rules
            for method in methods
            if method in (rule.methods or ()) and not rule.endpoint.endswith("static")
        ]


def token_of(app: Flask, client: FlaskClient) -> str:
    """The token of this device's session, as any of its pages would carry it."""
    with client.session_transaction() as kept:
        raw = kept.setdefault("csrf_token", "0" * 40)
    with app.test_request_context():
        session["csrf_token"] = raw
        return generate_csrf()


def _cookie(client: SchoolClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def _targets(rows: Mapping[str, Any], endpoint: str, app: Flask) -> Iterator[Target]:
    """Every combination that matters of the values an address needs."""
    if endpoint in rows["special"]:
        yield from rows["special"][endpoint]
        return
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    needed = frozenset(rule.arguments)
    if needed not in rows["by_arguments"]:
        raise AssertionError(
            f"{endpoint} takes {', '.join(sorted(needed))}: say in tests/sweeps/town.py, _by_arguments, which rows to ask it for"
        )
    permits = rows["permits"].get(endpoint, lambda _target: None)
    for target in rows["by_arguments"][needed]:
        yield replace(target, permit=permits(target))


def _populate() -> tuple[dict[str, User], dict[str, Any]]:
    school = build()
    people = _people(school)
    with transaction():
        change({"caps": {"3": 40}, "near_percent": 80}, actor=TESTER)
        enter_days(date(2026, 10, 1), date(2026, 10, 7), DayKind.HOLIDAY, "国庆节", actor=TESTER)
    published = _published_days(school)
    other_item, request = _today(school)
    imported = _imports(people)
    mine, other = _children(school)
    term = db.session.query(Term).filter_by(starts_on=SEPTEMBER).one()
    courses = build_courses(term, school.chen_teacher, people["guardian"], mine, other)
    mentoring = build_mentoring(term, school.maths, school.chen_teacher, people["grade_leader"], school.office)
    notices = build_notices(people, school.third_2)
    home_visits = build_visits(school, people, mine, other)
    family_sessions = build_family_sessions(term.school_year_id, people["guardian"], mine, other, school.third_2)
    door = build_door(school, people["guardian"], mine)
    office = build_office(school, people)
    with transaction():
        issue_code(people["guardian"], actor=TESTER)
        issue_code(people["subject_teacher"], actor=TESTER)
        school.chen_teacher.phone = "13800000001"
        change({"needs_approval": True}, actor=TESTER)
    return people, {
        "by_arguments": _by_arguments(school, people, published, other_item, request, imported)
        | course_rows(courses, mine.id, other.id)
        | mentor_rows(mentoring)
        | notices
        | visit_rows(home_visits)
        | door_rows(door),
        "special": _special(school, courses, mine)
        | mentor_special(mentoring)
        | door_special(door)
        | family_special(family_sessions)
        | office_special(office),
        "permits": {
            "courses.course_file": lambda target: ("course", target.values["course_id"]),
            "courses.results_file": lambda _target: ("course results", courses.this_term),
            "people.class_code_sheet": lambda target: ("class", target.values["class_id"]),
            "people.class_file": lambda target: ("pupils", target.values["class_id"]),
            "people.teacher_code_sheet": lambda _target: ("class", None),
            "people.school_file": lambda target: (target.values["kind"], "all"),
            "accounts.code_slip": lambda target: ("user", target.values["user_id"]),
        },
        "ids": {"applied": imported["applied"].id, "discarded": imported["discarded"].id, "published": published.id},
    }


def _people(school: SmallSchool) -> dict[str, User]:
    leader = somebody("马组长", "T009")
    grant_role(leader, Role.PREP_LEADER, starts_on=SEPTEMBER, subject_id=school.maths.id)
    db.session.commit()
    people = {
        Role.GUARDIAN: school.sun,
        Role.SUBJECT_TEACHER: school.chen,
        Role.HOMEROOM_TEACHER: school.liu,
        Role.PREP_LEADER: leader,
        Role.GRADE_LEADER: school.zhao,
        Role.TEACHING_OFFICE: school.office,
        Role.MORAL_OFFICE: somebody("韩主任", "han", Role.MORAL_OFFICE),
        Role.PRINCIPAL: school.principal,
        Role.ADMINISTRATOR: somebody("周管理", "zhou", Role.ADMINISTRATOR),
    }
    return {role.value: user for role, user in people.items()}


def _published_days(school: SmallSchool) -> HomeworkItem:
    """Monday late and closed, Tuesday with a second version, a withdrawal and layers; 一年级1班 「无」."""
    with frozen(at(MONDAY, 17)), transaction():
        file_on(school, MONDAY, 20)
        day = publishing.publish_day(school.third_2.id, MONDAY, replace(GOES_ON, reason="停电"), actor=TESTER)
        publishing.close_day(day.id, actor=TESTER)
    with frozen(at(TUESDAY, 15)), transaction():
        item = file_on(school, TUESDAY, 20)
        withdrawn = file_on(school, TUESDAY, 5, "另一项", form=Form.ORAL, content="朗读第 12 课")
        file_on(school, TUESDAY, 0, "分层", layers=LAYERED)
        publishing.publish_day(school.third_2.id, TUESDAY, GOES_ON, actor=TESTER)
        new = values(15, on_day=TUESDAY, due_on=WEDNESDAY)
        publishing.amend_item(item.id, item.day_id, new, why="页码写错", reason="", revision=item.revision, actor=TESTER)
        publishing.retract_item(withdrawn.id, withdrawn.day_id, why="重复布置", actor=TESTER)
        nothing = Choice(declares_none=True, goes_on_unfiled=True)
        publishing.publish_day(school.first_1.id, TUESDAY, nothing, actor=TESTER)
    return item


def _today(school: SmallSchool) -> tuple[HomeworkItem, CapRequest]:
    """Wednesday: 三年级2班 full with a draft that waits and a request for room, 三年级1班 coordinated, 一年级1班 begun."""
    with transaction():
        full = file_on(school, WEDNESDAY, 30, "满", content="练习册第 33 页")
        returned = file_on(school, WEDNESDAY, 5, "退", content="口算 10 题")
        board.return_item(returned.id, returned.day_id, reason="题目太难", actor=TESTER)
        chinese = school.lesson(school.liu_teacher, school.third_2)
        waiting = Filing(key="等", is_draft=True, asks_for_room=True)
        filing.file_item(chinese, values(20, content="背诵第 20 课"), waiting, actor=TESTER)
        asked = Actor(school.liu.id, school.liu.display_name)
        request = board.request_room(full.day_id, 50, reason="单元复习", actor=asked)
        file_on(school, WEDNESDAY, 20, "三1", school_class=school.third_1)
        publishing.coordinate_day(school.third_1.id, WEDNESDAY, GOES_ON, actor=TESTER)
        reading = values(10, form=Form.READING, stage=Stage.AFTER_CLASS, content="读绘本")
        lesson = school.lesson(school.bai_teacher, school.first_1)
        other = filing.file_item(lesson, reading, Filing(key="一1"), actor=TESTER)
    return other, request


def file_on(school: SmallSchool, day: date, minutes: int, key: str = "题", **changes: Any) -> HomeworkItem:
    """File 陈老师's maths for 三年级2班, or for the class in `changes`, on a day."""
    lesson = school.lesson(school.chen_teacher, changes.pop("school_class", school.third_2), day)
    due_on = THURSDAY if day == WEDNESDAY else day + timedelta(1)
    return filing.file_item(
        lesson, values(minutes, on_day=day, due_on=due_on, **changes), Filing(key=f"{day}{key}"), actor=TESTER
    )


def _imports(people: Mapping[str, User]) -> dict[str, RosterImport]:
    header = ["年级", "班级", "班内学号", "姓名", "性别", "监护人", "关系", "手机号码", "身份证件号"]
    good = ["三年级", "1班", "01", "王小明", "男", "王家长", "父亲", "13900000009", "110101201801011234"]
    wrong = ["九十年级", "1班", "02", "李小红", "女", "李家长", "母亲", "1390000", ""]
    content = write_csv(header, [good, wrong], raw=True)
    made: dict[str, RosterImport] = {}
    with transaction():
        for number, (name, who) in enumerate(UPLOADERS.items(), start=1):
            actor = Actor(people[who].id, people[who].display_name)
            roster = read_roster(content, "学生.csv", ImportKind.PUPILS)
            made[name] = imports.keep(roster, ImportKind.PUPILS, f"学生{number}.csv", actor=actor)
        imports.apply(made["applied"].id, skip_wrong=True, actor=TESTER)
        imports.discard(made["discarded"].id, actor=TESTER)
    return made


def _by_arguments(
    school: SmallSchool,
    people: Mapping[str, User],
    published: HomeworkItem,
    other_item: HomeworkItem,
    request: CapRequest,
    imported: Mapping[str, RosterImport],
) -> dict[frozenset[str], list[Target]]:
    """The rows by the names of the values an address needs."""
    teacher, holder = school.chen_teacher, people["subject_teacher"]
    assignment = db.session.query(TeachingAssignment).filter_by(teacher_id=teacher.id).order_by(TeachingAssignment.id).first()
    grant = min(holder.grants, key=lambda grant: grant.id)
    third, first = school.third_2, school.first_1
    pupils = {p.memberships[0].class_id: p for p in db.session.query(Pupil) if p.memberships and p.name != STRANGER}
    stranger = db.session.query(Pupil).filter_by(name=STRANGER).one()
    days = {day.class_id: day.id for day in db.session.query(HomeworkDay).filter_by(on_day=WEDNESDAY)}
    return {
        frozenset(): [Target("")],
        frozenset({"class_id"}): [Target("三年级2班", {"class_id": third.id}), Target("一年级1班", {"class_id": first.id})],
        frozenset({"class_id", "subject_id"}): [
            Target("三年级2班数学", {"class_id": third.id, "subject_id": school.maths.id}),
            Target("一年级1班语文", {"class_id": first.id, "subject_id": school.chinese.id}),
        ],
        frozenset({"class_id", "day_id"}): [
            Target("三年级1班送审", {"class_id": school.third_1.id, "day_id": days[school.third_1.id]}),
            Target("一年级1班", {"class_id": first.id, "day_id": days[first.id]}),
        ],
        frozenset({"class_id", "file_type"}): [
            Target("三年级2班", {"class_id": third.id, "file_type": "csv"}),
            Target("一年级1班", {"class_id": first.id, "file_type": "csv"}),
        ],
        frozenset({"item_id"}): [
            Target("陈老师 三年级2班", {"item_id": published.id}),
            Target("白老师 一年级1班", {"item_id": other_item.id}),
        ],
        frozenset({"pupil_id"}): [
            Target("三年级2班学生", {"pupil_id": pupils[third.id].id}),
            Target("一年级1班学生", {"pupil_id": stranger.id}),
        ],
        frozenset({"teacher_id"}): [Target("陈老师", {"teacher_id": teacher.id})],
        frozenset({"teacher_id", "assignment_id"}): [
            Target("陈老师", {"teacher_id": teacher.id, "assignment_id": assignment.id if assignment else 0}),
            Target(
                "刘老师页上陈老师的课", {"teacher_id": school.liu_teacher.id, "assignment_id": assignment.id if assignment else 0}
            ),
        ],
        frozenset({"import_id"}): [
            Target("自己上传", {"import_id": imported["own"].id}),
            Target("别人上传", {"import_id": imported["other"].id}),
        ],
        frozenset({"user_id"}): [Target("陈老师", {"user_id": holder.id})],
        frozenset({"user_id", "grant_id"}): [
            Target("陈老师", {"user_id": holder.id, "grant_id": grant.id}),
            Target("刘老师页上陈老师的职务", {"user_id": school.liu.id, "grant_id": grant.id}),
        ],
        frozenset({"request_id"}): [Target("三年级2班申请", {"request_id": request.id})],
        frozenset({"day_id"}): [Target("国庆节", {"day_id": db.session.query(CalendarDay).first().id})],
        frozenset({"term_id"}): [Target("本学期", {"term_id": db.session.query(Term).first().id})],
        frozenset({"year"}): [Target("2026", {"year": 2026})],
        frozenset({"kind", "file_type"}): [
            Target(f"全校{kind.label}", {"kind": kind.value, "file_type": "csv"}) for kind in ImportKind
        ],
    }


def _special(school: SmallSchool, courses: CourseTown, mine: Pupil) -> dict[str, list[Target]]:
    """Addresses whose scope is in the query, not in the path, and those that only one term has."""
    month = {"month": f"{WEDNESDAY:%Y-%m}"}
    frozen_list = [Target("冻结名单的学期", {"term_id": courses.frozen_term})]
    feed = {"pupil_id": mine.id, "selection": courses.selection_id}
    return {
        "courses.child_calendar": [
            Target("三年级2班学生，有密钥", feed | {"key": feed_key(courses.selection_id, mine.id)}),
            Target("三年级2班学生，密钥不对", feed | {"key": "0" * 32}),
        ],
        "courses.preview_draw": frozen_list,
        "courses.publish_draw": frozen_list,
        "homework.public_book": [Target("三年级2班", {"class": f"{school.third_2.entry_year}-{school.third_2.number}"})],
        "homework.report_rows": [
            Target("三年级2班", {"class": f"{school.third_2.entry_year}-{school.third_2.number}", **month}),
            Target("一年级1班", {"class": f"{school.first_1.entry_year}-{school.first_1.number}", **month}),
        ],
    }


def _children(school: SmallSchool) -> tuple[Pupil, Pupil]:
    """乌云其木格 of 三年级2班, and 巴特尔 of 一年级1班, who is nobody's child."""
    mine = db.session.query(Pupil).filter(Pupil.memberships.any(class_id=school.third_2.id)).one()
    stranger = Pupil(name=STRANGER)
    db.session.add(stranger)
    _enrol(stranger, school.first_1.id)
    return mine, stranger


def _enrol(pupil: Pupil, class_id: int) -> None:
    db.session.add(ClassMembership(pupil=pupil, class_id=class_id, starts_on=SEPTEMBER, number_in_class="01"))
    db.session.commit()
