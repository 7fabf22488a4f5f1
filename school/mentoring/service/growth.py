"""Profiles, tiers, unified requirements and year plans."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.exc import IntegrityError

from school.audit.service import Actor, record
from school.clock import now, today
from school.db import db, is_unique_violation
from school.errors import Conflict, Refused
from school.mentoring.enums import AgeGroup, Tier, Title
from school.mentoring.models import PlanEvidence, Requirement, RequirementDone, TeacherProfile, TierChange, YearPlan
from school.mentoring.queries.growth import find_done, find_plan, find_profile, lock_done, requirements_of
from school.mentoring.rules.tiers import TierDecision, TierVerdict, check_decision, check_plan
from school.people.models import Teacher
from school.people.queries.listing import lock_teacher


def set_profile(
    teacher: Teacher, title: Title, age_group: AgeGroup | None, *, teaching_since: int | None, revision: int, actor: Actor
) -> None:
    """Enter a teacher's title, age group and first year of teaching; raises `Conflict` when somebody else did meanwhile."""
    lock_teacher(teacher.id)
    profile = find_profile(teacher.id)
    if (profile.revision if profile else 0) != revision:
        raise Conflict("您打开这一页以后，别人已经改过这位教师的登记。核对后可以再次提交。")
    if teaching_since is not None and not 1950 <= teaching_since <= today().year:
        raise Refused(f"任教年份请填 1950 到 {today().year} 之间。", "teaching_since")
    if profile is None:
        profile = TeacherProfile(teacher_id=teacher.id, revision=0)
        db.session.add(profile)
    profile.title, profile.age_group, profile.revision = title, age_group, profile.revision + 1
    teacher.teaching_since = teaching_since
    db.session.flush()
    words = "，".join([title.label, *([age_group.label] if age_group else []), f"任教年份{teaching_since or '未登记'}"])
    record(actor, "mentoring.profile", f"登记了{teacher.name}：{words}", subject_type="teacher", subject_id=teacher.id)


def decide_tier(teacher: Teacher, tier: Tier | None, starts_on: date, *, reason: str, present: TierVerdict, actor: Actor) -> None:
    """Put a teacher in a tier against the rule, or back under it, from a day on."""
    lock_teacher(teacher.id)
    check_decision(TierDecision(tier, starts_on, reason), present, today())
    change = {"tier": tier, "starts_on": starts_on, "reason": reason, "changed_by": actor.user_id, "changed_at": now()}
    db.session.add(TierChange(teacher_id=teacher.id, **change))
    db.session.flush()
    words = f"认定为{tier.label}" if tier else "恢复按规则分层"
    sentence = f"把{teacher.name}{words}，{starts_on.isoformat()}起"
    record(actor, "mentoring.tier", sentence, subject_type="teacher", subject_id=teacher.id, reason=reason)


def add_requirement(start_year: int, title: str, detail: str, *, actor: Actor) -> Requirement:
    """Add a unified requirement to a school year; raises `Refused` when the year has one of that name."""
    same = [one for one in requirements_of(start_year, with_retired=True) if one.title == title]
    if same and same[0].is_active:
        raise Refused(f"本学年已有“{title}”。", "title")
    found = same[0] if same else Requirement(start_year=start_year, title=title)
    found.detail, found.is_active = detail, True
    found.position = found.position or len(requirements_of(start_year)) + 1
    db.session.add(found)
    _flush_once(f"本学年已有“{title}”。", "title")
    record(actor, "mentoring.requirement", f"增加了统一要求“{title}”", subject_type="requirement", subject_id=found.id)
    return found


def change_requirement(requirement: Requirement, title: str, detail: str, *, actor: Actor) -> None:
    """Change what a requirement is called and says."""
    before = requirement.title
    requirement.title, requirement.detail = title, detail
    _flush_once(f"本学年已有“{title}”。", "title")
    sentence = f"把统一要求“{before}”改为“{title}”"
    record(actor, "mentoring.requirement", sentence, subject_type="requirement", subject_id=requirement.id)


def retire_requirement(requirement: Requirement, *, actor: Actor) -> None:
    """Take a requirement off the year's list; what was met stays on record."""
    requirement.is_active = False
    db.session.flush()
    sentence = f"停用了统一要求“{requirement.title}”"
    record(actor, "mentoring.requirement", sentence, subject_type="requirement", subject_id=requirement.id)


def copy_requirements(start_year: int, *, actor: Actor) -> int:
    """Take over last year's list; answers how many were new."""
    present = {one.title for one in requirements_of(start_year, with_retired=True)}
    earlier = [one for one in requirements_of(start_year - 1) if one.title not in present]
    for one in earlier:
        copy = {"position": one.position, "title": one.title, "detail": one.detail}
        db.session.add(Requirement(start_year=start_year, is_active=True, **copy))
    db.session.flush()
    if earlier:
        record(actor, "mentoring.requirement", f"沿用了上学年的{len(earlier)}项统一要求", subject_type="requirement")
    return len(earlier)


def meet(requirement: Requirement, teacher: Teacher, done_on: date, evidence: str, *, actor: Actor) -> None:
    """A teacher says that they met a requirement; saying it again changes day and evidence until it is confirmed."""
    lock_teacher(teacher.id)
    if not requirement.is_active:
        raise Refused("这项要求已经停用。")
    if done_on > today():
        raise Refused("完成日期不能晚于今天。", "done_on")
    if not evidence:
        raise Refused("请写一句完成情况，例如“粉笔字作品 12 幅”。", "evidence")
    done = find_done(requirement.id, teacher.id)
    if done and done.confirmed_at:
        raise Refused("这一项已经确认，不用再填。")
    done = done or RequirementDone(requirement_id=requirement.id, teacher_id=teacher.id)
    done.done_on, done.evidence = done_on, evidence
    db.session.add(done)
    db.session.flush()
    sentence = f"登记完成了统一要求“{requirement.title}”"
    record(actor, "mentoring.meet", sentence, subject_type="teacher", subject_id=teacher.id)


def confirm_done(done_id: int, *, actor: Actor) -> RequirementDone | None:
    """Confirm what a teacher says they met; a second tap changes nothing. None when there is no such row."""
    done = lock_done(done_id)
    if done is None or done.confirmed_at:
        return done
    teacher = db.session.get_one(Teacher, done.teacher_id)
    if teacher.user_id is not None and teacher.user_id == actor.user_id:
        raise Refused("自己登记的，请别人确认。")
    done.confirmed_at, done.confirmed_by = now(), actor.user_id
    title = db.session.get_one(Requirement, done.requirement_id).title
    sentence = f"确认{teacher.name}完成了统一要求“{title}”"
    record(actor, "mentoring.confirm", sentence, subject_type="teacher", subject_id=teacher.id)
    return done


def save_plan(
    teacher: Teacher, start_year: int, goals: Sequence[dict[str, str]], *, tier: Tier, revision: int, actor: Actor
) -> YearPlan:
    """Save a teacher's year plan with the tier it is made for; raises `Conflict` when it changed meanwhile."""
    lock_teacher(teacher.id)
    check_plan(list(goals))
    plan = find_plan(teacher.id, start_year)
    if (plan.revision if plan else 0) != revision:
        raise Conflict("您打开这一页以后，计划在别处改过。核对后可以再次提交。")
    if plan is None:
        plan = YearPlan(teacher_id=teacher.id, start_year=start_year, revision=0)
        db.session.add(plan)
    elif any(one.goal >= len(goals) for one in plan.evidence):
        raise Refused("已经有过程记录的目标不能删除。", f"goal_{len(goals)}")
    plan.goals, plan.tier, plan.submitted_at = list(goals), tier, now()
    plan.revision += 1
    db.session.flush()
    sentence = f"保存了{start_year}—{start_year + 1}学年的年度计划（{len(goals)}个目标）"
    record(actor, "mentoring.plan", sentence, subject_type="teacher", subject_id=teacher.id)
    return plan


def add_evidence(plan: YearPlan, teacher: Teacher, goal: int, on_day: date, text: str, *, actor: Actor) -> None:
    """Note something that shows that a goal was worked on."""
    lock_teacher(teacher.id)
    if not 0 <= goal < len(plan.goals):
        raise Refused("请选择计划里的目标。", "goal")
    if on_day > today():
        raise Refused("日期不能晚于今天。", "on_day")
    plan.evidence.append(PlanEvidence(goal=goal, on_day=on_day, text=text))
    db.session.flush()
    sentence = f"给年度计划第{goal + 1}个目标添加了过程记录"
    record(actor, "mentoring.evidence", sentence, subject_type="teacher", subject_id=teacher.id)


def look_at_half_year(plan: YearPlan, teacher: Teacher, look: str, *, actor: Actor) -> None:
    """Write the half-year look at a plan; nobody looks at their own."""
    lock_teacher(teacher.id)
    if not look:
        raise Refused("请写半年小结。", "look")
    if teacher.user_id is not None and teacher.user_id == actor.user_id:
        raise Refused("自己的计划请别人来看。")
    plan.half_year_look, plan.half_year_by, plan.half_year_at = look, actor.user_id, now()
    db.session.flush()
    sentence = f"给{teacher.name}的年度计划写了半年小结"
    record(actor, "mentoring.half_year", sentence, subject_type="teacher", subject_id=teacher.id)


def _flush_once(sentence: str, field: str) -> None:
    """Flush; two people who add the same title at the same moment: the second is told."""
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        if not is_unique_violation(error, "uq_teacher_requirements_start_year_title"):
            raise
        raise Refused(sentence, field) from None
