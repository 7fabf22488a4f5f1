"""Recording research activities and projects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from school.audit.service import Actor, record
from school.calendar.models import Term
from school.clock import now, today
from school.db import db
from school.errors import Conflict, Refused
from school.mentoring.enums import ActivityKind, CycleStage, Presence, ProjectStage
from school.mentoring.models import Attendance, Project, ProjectMember, ProjectStep, ResearchActivity
from school.mentoring.queries.research import find_project_by_title
from school.mentoring.rules.research import check_activity, check_link, check_step


@dataclass(frozen=True)
class ActivityValues:
    """What a record of an activity says."""

    kind: ActivityKind
    stage: CycleStage | None
    theme: str
    on_day: date
    place: str
    subject_id: int | None
    entry_year: int | None
    host_id: int
    summary: str
    product: str
    product_link: str


def record_activity(term: Term, values: ActivityValues, invited: Sequence[int], *, actor: Actor) -> ResearchActivity:
    """Record an activity; everybody invited is present until the roll says otherwise."""
    _check(values, term, invited)
    activity = ResearchActivity(term_id=term.id, created_by=actor.user_id, created_at=now())
    _put(activity, values)
    activity.attendances = [Attendance(teacher_id=one, presence=Presence.PRESENT) for one in sorted({*invited, values.host_id})]
    db.session.add(activity)
    db.session.flush()
    sentence = f"登记了{values.kind.label}“{values.theme}”（{len(activity.attendances)}人）"
    record(actor, "mentoring.research", sentence, subject_type="research_activity", subject_id=activity.id)
    return activity


def change_activity(
    activity: ResearchActivity, term: Term, values: ActivityValues, invited: Sequence[int], *, revision: int, actor: Actor
) -> None:
    """Change the record of a locked activity; who stays invited keeps their presence."""
    if activity.revision != revision:
        raise Conflict("您打开这一页以后，别人已经改过这次活动。核对后可以再次提交。")
    _check(values, term, invited)
    _put(activity, values)
    wanted = {*invited, values.host_id}
    activity.attendances = [one for one in activity.attendances if one.teacher_id in wanted]
    known = {one.teacher_id for one in activity.attendances}
    activity.attendances += [Attendance(teacher_id=one, presence=Presence.PRESENT) for one in sorted(wanted - known)]
    activity.revision += 1
    db.session.flush()
    sentence = f"修改了{values.kind.label}“{values.theme}”的记录"
    record(actor, "mentoring.research", sentence, subject_type="research_activity", subject_id=activity.id)


def call_roll(activity: ResearchActivity, presences: Mapping[int, Presence], *, actor: Actor) -> None:
    """Set who came to a locked activity; `presences` by teacher id, whoever is not named stays as they are."""
    if activity.on_day > today():
        raise Refused("活动当天或之后才能登记出席。")
    for one in activity.attendances:
        one.presence = presences.get(one.teacher_id, one.presence)
    activity.revision += 1
    db.session.flush()
    came = sum(one.presence is Presence.PRESENT for one in activity.attendances)
    sentence = f"登记了“{activity.theme}”的出席：{came}/{len(activity.attendances)}"
    record(actor, "mentoring.roll", sentence, subject_type="research_activity", subject_id=activity.id)


def open_project(title: str, level: str, opened_on: date, leader_id: int, member_ids: Sequence[int], *, actor: Actor) -> Project:
    """Register a project with its leader and members."""
    if find_project_by_title(title):
        raise Refused(f"已有课题“{title}”。", "title")
    if opened_on > today():
        raise Refused("申报日期不能晚于今天。", "opened_on")
    project = Project(title=title, level=level, stage=ProjectStage.APPLIED, opened_on=opened_on)
    project.members = [ProjectMember(teacher_id=one, is_leader=one == leader_id) for one in sorted({leader_id, *member_ids})]
    project.steps = [ProjectStep(stage=ProjectStage.APPLIED, on_day=opened_on)]
    db.session.add(project)
    db.session.flush()
    sentence = f"登记了课题“{title}”（{len(project.members)}人）"
    record(actor, "mentoring.project", sentence, subject_type="research_project", subject_id=project.id)
    return project


def advance_project(
    project: Project, stage: ProjectStage, on_day: date, outcome: str, product_link: str, *, actor: Actor
) -> None:
    """Take a locked project to its next stage."""
    if on_day > today():
        raise Refused("日期不能晚于今天。", "on_day")
    check_link(product_link)
    check_step(project.stage, stage, on_day, [step.on_day for step in project.steps], outcome)
    project.steps.append(ProjectStep(stage=stage, on_day=on_day, outcome=outcome, product_link=product_link))
    project.stage = stage
    project.revision += 1
    db.session.flush()
    sentence = f"课题“{project.title}”进入{stage.label}"
    record(actor, "mentoring.project", sentence, subject_type="research_project", subject_id=project.id, reason=outcome)


def _check(values: ActivityValues, term: Term, invited: Sequence[int]) -> None:
    check_activity(values.kind, values.stage, values.on_day, values.product_link, first=term.starts_on, last=term.ends_on)
    if not invited:
        raise Refused("请选择参加的教师。", "invited")


def _put(activity: ResearchActivity, values: ActivityValues) -> None:
    activity.kind, activity.stage, activity.theme = values.kind, values.stage, values.theme
    activity.on_day, activity.place = values.on_day, values.place
    activity.subject_id, activity.entry_year, activity.host_id = values.subject_id, values.entry_year, values.host_id
    activity.summary, activity.product, activity.product_link = values.summary, values.product, values.product_link
