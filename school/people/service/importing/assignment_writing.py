"""Reading what the school has for a list of teaching assignments, and writing what its plan says."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, update

from school.accounts.models import RoleGrant
from school.calendar.models import Term
from school.calendar.queries import current_or_last_term
from school.db import db
from school.errors import Refused
from school.people.models import TeachingAssignment
from school.people.queries import snapshots
from school.people.service.importing.assignment_plan import (
    AssignmentPlan,
    AssignmentSnapshot,
    HeldOffice,
    KnownTeacher,
    LiveLesson,
)
from school.people.service.importing.bulk import Report, insert_all, nothing
from school.people.service.subjects import SUBJECTS, ensure_subjects


class NoTerm(Refused):
    """Assignments belong to a term, and there is none."""


def read_assignment_snapshot(day: date) -> AssignmentSnapshot:
    """Teachers, classes, subjects, and the lessons and offices of the term of `day`; raises `NoTerm`."""
    term = current_or_last_term(day)
    if term is None:
        raise NoTerm("还没有学期，任课安排要归到学期里。请先在“校历”中添加学期。")
    from_day = min(max(day, term.starts_on), term.ends_on)
    classes = snapshots.class_ids()
    subjects = snapshots.subject_ids()
    return AssignmentSnapshot(
        term_id=term.id,
        term_starts_on=term.starts_on,
        term_ends_on=term.ends_on,
        from_day=from_day,
        teachers=[KnownTeacher(t.id, t.user_id, t.name, t.staff_code) for t in snapshots.all_teachers() if t.left_on is None],
        classes=classes,
        subjects=subjects or {subject.name: 0 for subject in SUBJECTS},
        lessons=_live_lessons(term, from_day, classes, subjects),
        offices=_held_offices(from_day, classes, subjects),
    )


def _live_lessons(term: Term, day: date, classes: dict, subjects: dict[str, int]) -> list[LiveLesson]:
    keys = {class_id: key for key, class_id in classes.items()}
    names = {subject_id: name for name, subject_id in subjects.items()}
    return [
        LiveLesson(a.id, a.teacher_id, keys[a.class_id], names[a.subject_id], a.starts_on)
        for a in snapshots.assignments_of_term(term.id)
        if a.ends_on is None or a.ends_on >= day
    ]


def _held_offices(day: date, classes: dict, subjects: dict[str, int]) -> list[HeldOffice]:
    keys = {class_id: key for key, class_id in classes.items()}
    names = {subject_id: name for name, subject_id in subjects.items()}
    return [
        HeldOffice(g.id, g.user_id, g.role, keys.get(g.class_id or 0), g.entry_year, names.get(g.subject_id or 0), g.starts_on)
        for g in snapshots.offices_held(day)
    ]


def write_assignments(plan: AssignmentPlan, snapshot: AssignmentSnapshot, *, report: Report = nothing) -> None:
    """Write the plan. The first teacher of a subject in a class has it since the term began; a successor from today."""
    subjects = ensure_subjects()
    _end(TeachingAssignment, plan.ended_lessons, snapshot.from_day)
    _end(RoleGrant, plan.ended_offices, snapshot.from_day)
    lessons = [
        {
            "teacher_id": lesson.teacher.id,
            "class_id": snapshot.classes[lesson.key],
            "subject_id": subjects[lesson.subject],
            "term_id": snapshot.term_id,
            **_time(snapshot, is_first=lesson.is_first),
        }
        for lesson in plan.lessons
    ]
    insert_all(TeachingAssignment, lessons, what="写入任课安排", report=report)
    offices = [
        {
            "user_id": office.teacher.user_id,
            "role": office.role,
            "class_id": snapshot.classes[office.key] if office.key else None,
            "entry_year": office.entry_year,
            "subject_id": subjects[office.subject] if office.subject else None,
            **_time(snapshot, is_first=office.is_first),
        }
        for office in plan.offices
        if office.teacher.user_id
    ]
    insert_all(RoleGrant, offices)


def _time(snapshot: AssignmentSnapshot, *, is_first: bool) -> dict[str, date]:
    starts_on = snapshot.term_starts_on if is_first else snapshot.from_day
    return {"starts_on": starts_on, "ends_on": snapshot.term_ends_on}


def _end(model: type[Any], rows: Sequence[Any], from_day: date) -> None:
    """End rows the day before; one that began on the very day never was."""
    never = [row.id for row in rows if row.starts_on >= from_day]
    ended = [row.id for row in rows if row.starts_on < from_day]
    if never:
        db.session.execute(delete(model).where(model.id.in_(never)).execution_options(synchronize_session=False))
    if ended:
        statement = update(model).where(model.id.in_(ended)).values(ends_on=from_day - timedelta(days=1))
        db.session.execute(statement.execution_options(synchronize_session=False))
