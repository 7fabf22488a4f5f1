"""Research activities with their attendance, and projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from school.db import db
from school.mentoring.enums import ActivityKind, Presence
from school.mentoring.models import Attendance, Project, ProjectMember, ResearchActivity
from school.people.models import Subject, Teacher


@dataclass(frozen=True)
class ListedActivity:
    """An activity as lists show it; `invited` counts everybody who was asked to come."""

    id: int
    kind: ActivityKind
    stage: str
    theme: str
    on_day: date
    subject: str
    entry_year: int | None
    host: str
    product: str
    product_link: str
    invited: int
    present: int


def activities_of(term_id: int) -> list[ListedActivity]:
    """A term's activities, newest first."""
    came = func.sum(func.coalesce((Attendance.presence == Presence.PRESENT).cast(db.Integer), 0))
    statement = (
        select(ResearchActivity, Subject.name, Teacher.name, func.count(Attendance.id), came)
        .join(Teacher, Teacher.id == ResearchActivity.host_id)
        .outerjoin(Subject, Subject.id == ResearchActivity.subject_id)
        .outerjoin(Attendance, Attendance.activity_id == ResearchActivity.id)
        .where(ResearchActivity.term_id == term_id)
        .group_by(ResearchActivity.id, Subject.name, Teacher.name)
        .order_by(ResearchActivity.on_day.desc(), ResearchActivity.id.desc())
    )
    return [
        ListedActivity(
            id=row.id,
            kind=row.kind,
            stage=row.stage.label if row.stage else "",
            theme=row.theme,
            on_day=row.on_day,
            subject=subject or "",
            entry_year=row.entry_year,
            host=host,
            product=row.product,
            product_link=row.product_link,
            invited=invited,
            present=present or 0,
        )
        for row, subject, host, invited, present in db.session.execute(statement)
    ]


def find_activity(activity_id: int) -> ResearchActivity | None:
    """An activity by id."""
    return db.session.get(ResearchActivity, activity_id)


def lock_activity(activity_id: int) -> ResearchActivity | None:
    """An activity, locked until the transaction ends."""
    statement = select(ResearchActivity).where(ResearchActivity.id == activity_id).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def presence_by_teacher(term_id: int) -> dict[int, dict[Presence, int]]:
    """By teacher how often they were present, excused or absent in a term."""
    statement = (
        select(Attendance.teacher_id, Attendance.presence, func.count())
        .join(ResearchActivity, ResearchActivity.id == Attendance.activity_id)
        .where(ResearchActivity.term_id == term_id)
        .group_by(Attendance.teacher_id, Attendance.presence)
    )
    found: dict[int, dict[Presence, int]] = {}
    for teacher_id, presence, count in db.session.execute(statement):
        found.setdefault(teacher_id, {})[presence] = count
    return found


def projects() -> Sequence[Project]:
    """All projects, newest first."""
    return db.session.scalars(select(Project).order_by(Project.opened_on.desc(), Project.id.desc())).all()


def find_project(project_id: int) -> Project | None:
    """A project by id."""
    return db.session.get(Project, project_id)


def find_project_by_title(title: str) -> Project | None:
    """A project by its title."""
    return db.session.scalar(select(Project).where(Project.title == title))


def lock_project(project_id: int) -> Project | None:
    """A project, locked until the transaction ends."""
    statement = select(Project).where(Project.id == project_id).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def is_member(project_id: int, teacher_id: int) -> bool:
    """Whether a teacher belongs to a project."""
    statement = select(ProjectMember.id).where(ProjectMember.project_id == project_id, ProjectMember.teacher_id == teacher_id)
    return db.session.scalar(statement) is not None


def teacher_names(ids: Sequence[int]) -> dict[int, str]:
    """Names by teacher id."""
    if not ids:
        return {}
    return {id_: name for id_, name in db.session.execute(select(Teacher.id, Teacher.name).where(Teacher.id.in_(ids)))}
