"""The report on families: every figure recomputed in plain Python from the rows, on screen, in Excel, as JSON."""

import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from flask import Flask

from school.accounts.models import User
from school.calendar.models import SchoolYear, Term
from school.clock import now
from school.db import db
from school.parentschool.enums import EventKind, SignUpState
from school.parentschool.models import FamilyPresence, PlanRow, SessionFeedback, SignUp
from school.parentschool.reports import Report, families_report, json_document, workbook
from school.people.models import ClassMembership, Guardianship
from school.permissions import Role
from school.reporting.frames import records
from tests.accounts.cast import somebody
from tests.parentschool.attendance import DOOR_OPENS, ENDS, MONDAY, answer, come, scan, sign_up, speaker
from tests.parentschool.small_families import NOON, Families, build_date, build_session
from tests.support.client import SchoolClient
from tests.sweeps.test_query_counts import statements

Freeze = Callable[[datetime], None]


@pytest.fixture
def held(families: Families, freeze: Freeze) -> Families:
    """Monday after: 1 and 2 came to their chairs, 3, 5 and 6 without; all answered; 4 was expected in vain."""
    mentor = speaker(families.session, "格日勒")
    sign_up(families, 1, adults=2)
    sign_up(families, 2)
    sign_up(families, 4, at=families.saturday)
    sign_up(families, 3)  # waits, for the first two have all three chairs, and comes all the same
    freeze(DOOR_OPENS)
    scan(families, 1, adults=2, scanned_at=now())
    scan(families, 2, scanned_at=now())
    come(families, 5, 6, 3)
    freeze(ENDS + timedelta(minutes=5))
    for presence, stars in zip(
        db.session.query(FamilyPresence.id).order_by(FamilyPresence.id).all(), (5, 4, 4, 3, 5), strict=True
    ):
        answer(presence.id, stars, **{f"s{mentor}": stars})
    year = db.session.query(SchoolYear).one()
    for month in (date(2026, 9, 1), date(2026, 11, 1), date(2026, 11, 1), date(2027, 3, 1)):
        db.session.add(PlanRow(school_year_id=year.id, month=month, kind=EventKind.TRAINING, topic=f"第{month.month}月"))
    db.session.commit()
    freeze(MONDAY)
    return families


def report() -> Report:
    """The report of the first term."""
    return families_report(db.session.query(Term).filter_by(number=1).one())


def test_a_month_counts_what_was_planned_and_what_was_held(held: Families) -> None:
    rows = {row["month"]: row for row in records(report().months)}
    assert list(rows) == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    november = rows[date(2026, 11, 1)]
    assert (november["planned"], november["sessions"], november["dates"]) == (2, 1, 2)
    seated = db.session.query(SignUp).filter(SignUp.state == SignUpState.SEATED).count()
    assert november["expected"] == seated == 3
    presences = db.session.query(FamilyPresence).all()
    on_chairs = [one for one in presences if one.sign_up and one.sign_up.state is SignUpState.SEATED]
    assert november["came"] == len(on_chairs) == 2
    assert november["walk_ins"] == len(presences) - len(on_chairs) == 3
    assert sum(one.sign_up_id is not None for one in presences) == 3
    assert november["adults"] == sum(one.adults for one in presences) == 6
    assert november["share"] == pytest.approx(2 / 3)
    assert (rows[date(2026, 9, 1)]["planned"], rows[date(2026, 9, 1)]["sessions"]) == (1, 0)
    assert rows[date(2026, 9, 1)]["share"] is None
    assert report().empty_months == (date(2026, 9, 1), date(2026, 10, 1))
    assert report().held == 1


def test_a_class_counts_the_pupils_whose_family_came(held: Families) -> None:
    families: dict[int, set[int]] = {}
    for one in db.session.query(Guardianship):
        families.setdefault(one.guardian_id, set()).add(one.pupil_id)
    came = {presence.pupil_id for presence in db.session.query(FamilyPresence)}
    reached = came | {pupil for children in families.values() if children & came for pupil in children}
    expected = {}
    for one in db.session.query(ClassMembership).filter(ClassMembership.ends_on.is_(None)):
        pupils, count = expected.get(one.class_id, (0, 0))
        expected[one.class_id] = (pupils + 1, count + (one.pupil_id in reached))
    rows = {row["class_id"]: row for row in records(report().classes)}
    assert {key: (row["pupils"], row["reached"]) for key, row in rows.items() if row["pupils"]} == expected
    school = held.school
    # 孩子4 alone did not come; 妹妹1 is reached through her brother, in her own class.
    assert rows[school.third_2.id]["reached"] == 5
    assert rows[school.first_1.id]["reached"] == 1
    grades = records(report().grades)
    assert [row["grade"] for row in grades] == [1, 3, None]
    assert grades[-1]["reached"] == 6
    assert grades[-1]["pupils"] == sum(row["pupils"] for row in rows.values())


def test_stars_come_with_five_answers(held: Families) -> None:
    found = report()
    assert [(row["answers"], row["stars"]) for row in records(found.dates)] == [(5, 4.2), (5, 4.2)]
    assert [(row["speaker"], row["sessions"], row["stars"]) for row in records(found.speakers)] == [("格日勒", 1, 4.2)]
    assert {row["source"]: row["confirmed"] for row in records(found.mentors)} == {"community": 1, "teacher": 0, "parent": 0}
    db.session.query(SessionFeedback).update({"is_shown": False})
    db.session.commit()
    assert [(row["answers"], row["stars"]) for row in records(report().dates)] == [(None, None)] * 2
    assert records(report().speakers)[0]["stars"] is None


def test_what_is_not_over_or_called_off_does_not_count(held: Families, freeze: Freeze) -> None:
    year = db.session.query(SchoolYear).one()
    later = build_session(year.id, "寒假怎么过", sign_up_closes_at=MONDAY + timedelta(days=5))
    build_date(later, MONDAY + timedelta(days=7), None)
    held.saturday.cancelled_at = MONDAY
    db.session.commit()
    assert [row["date_id"] for row in records(report().dates)] == [held.friday.id]
    freeze(NOON)
    assert records(report().dates) == []
    assert report().held == 0


def test_as_many_statements_for_two_dates_as_for_five(held: Families) -> None:
    report()
    db.session.commit()
    with statements() as before:
        report()
    year = db.session.query(SchoolYear).one()
    for number in range(3):
        build_date(build_session(year.id, f"主题{number}"), DOOR_OPENS - timedelta(days=number + 3), None)
    db.session.commit()
    with statements() as after:
        report()
    assert len(before) == len(after)


def test_the_document_and_the_workbook_say_the_same(held: Families) -> None:
    document = json_document(report(), "示范小学")
    assert json.loads(json.dumps(document)) == document
    assert (document["schema"], document["term"], document["held"]) == ("families-report/1", "2026-1", 1)
    assert document["empty_months"] == ["2026-09", "2026-10"]
    book = openpyxl.load_workbook(io.BytesIO(workbook(report(), "示范小学")))
    assert book.sheetnames == ["各月", "场次", "年级", "班级", "主讲人", "导师团"]
    november = [cell.value for cell in book["各月"][5]]
    assert november[1:] == [2, 1, 2, 3, 2, 3, 6, pytest.approx(2 / 3)]
    assert book["年级"].cell(book["年级"].max_row, 1).value == "全校"
    assert [cell.value for cell in book["主讲人"][3]] == ["格日勒", 1, 5, 4.2]


def test_who_may_read_it(held: Families, as_user: Callable[[User], SchoolClient]) -> None:
    for role, status in ((Role.MORAL_OFFICE, 200), (Role.PRINCIPAL, 200), (Role.HOMEROOM_TEACHER, 403), (Role.GUARDIAN, 403)):
        client = as_user(somebody("谁", f"who-{role.value}", role))
        page = client.get("/parent-school/report")
        assert page.status_code == status, role
        assert client.get("/parent-school/report.xlsx").status_code == status
        if status == 200:
            assert "没有举办的月份：9月、10月。" in page.text
            assert "4.2" in page.text


def test_the_command(held: Families, app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert json.loads(run(args=["school", "report", "families", "--term", "2026-1", "--json"]).output)["held"] == 1
    spoken = run(args=["school", "report", "families", "--term", "2026-1"]).output
    assert "2026-11：计划 2，举办 1，到场 5 家" in spoken
    unknown = run(args=["school", "report", "families", "--term", "1999-9"])
    assert unknown.exit_code == 1
    assert "校历里没有学期“1999-9”" in unknown.output
