"""The demo's profiles, unified requirements with what was met, and year plans of about forty teachers."""

from datetime import date, datetime, timedelta

from school.calendar.models import Term
from school.calendar.rules import school_year_start
from school.clock import at, frozen
from school.db import db
from school.demo.careers import age_group_of, title_of
from school.demo.dice import dice
from school.demo.mentoring.stage import MentorStage
from school.mentoring.enums import Tier
from school.mentoring.models import PlanEvidence, Requirement, RequirementDone, TeacherProfile, YearPlan
from school.mentoring.queries.growth import tiered_staff
from school.mentoring.rules.tiers import TierRule, suggested_goals
from school.mentoring.service import growth as service
from school.people.service.importing.bulk import insert_all

REQUIREMENTS = (
    ("三笔字", "粉笔字、钢笔字、毛笔字各交一份作品，学期末展示。", "粉笔字作品 12 幅，已展出"),
    ("读一本教育专著", "读完并写 800 字读书笔记，在备课组分享。", "《给教师的建议》读书笔记已分享"),
    ("学习课程标准", "通读本学科 2022 年版课程标准，参加校内测查。", "通读并参加校内测查"),
    ("普通话与板书", "课堂用普通话，板书设计每学期公开一次。", "板书设计在教研会上展示"),
    ("安全与心理培训", "完成学校组织的安全与心理健康培训。", "参加 9 月校本培训，4 学时"),
)
OFFICE, WITHOUT_PLAN = 1, 3  # posts from 0; every third teacher has no plan yet
DECIDED = (49, "承担区级体育展示课，按研究型培养。")  # a PE teacher of four years
EVIDENCE = {
    Tier.LEARNING: "听课本写满 5 节，已请师傅签字",
    Tier.RESEARCH: "第二单元分层作业已放入年级资源",
    Tier.GUIDANCE: "主持备课组集体备课一次，留有记录",
}
NOT_CONFIRMED = {"confirmed_by": None, "confirmed_at": None}
LOOK = "目标进展正常；下学期把经验写成案例，在校内交流。"


def enter_profiles(stage: MentorStage) -> None:
    """Title and age group of all sixty."""
    rows = [
        {"teacher_id": one.id, "title": title_of(post), "age_group": age_group_of(post), "revision": 1}
        for post, one in enumerate(stage.teachers)
    ]
    db.session.add_all(TeacherProfile(**row) for row in rows)
    db.session.flush()


def enter_requirements(stage: MentorStage) -> None:
    """The year's five requirements, and last year's; everybody met some of them by now, most are confirmed."""
    for start_year in (stage.times.start_year - 1, stage.times.start_year):
        begins = date(start_year, 9, 1)
        with frozen(stage.moment(begins - timedelta(days=3), 9)):
            made = [service.add_requirement(start_year, title, detail, actor=stage.office) for title, detail, _e in REQUIREMENTS]
        for position, requirement in enumerate(made):
            _meet(stage, requirement, position, begins)


def play_plans(stage: MentorStage) -> None:
    """Plans of the year by tier, with evidence, and the half-year look once the autumn term is over."""
    start_year = school_year_start(stage.times.today)
    begins = at(date(start_year, 9, 1))
    with frozen(stage.now):
        staff = tiered_staff(stage.times.today, TierRule())
    posts = {one.id: post for post, one in enumerate(stage.teachers)}
    for one in staff:
        post = posts[one.id]
        random = dice(f"plan {post}")
        written = begins + timedelta(days=random.randrange(6, 20), hours=random.randrange(9, 17), minutes=random.randrange(60))
        if post == 0 or post % WITHOUT_PLAN == 2 or written > stage.now:
            continue
        tier = one.verdict.tier
        goals = [{"goal": goal, "measure": measure} for goal, measure in suggested_goals(tier)]
        plan = YearPlan(teacher_id=one.id, start_year=start_year, tier=tier, goals=goals, submitted_at=written, revision=1)
        db.session.add(plan)
        sentence = f"保存了{start_year}—{start_year + 1}学年的年度计划（{len(goals)}个目标）"
        stage.tell(written, post, "mentoring.plan", sentence, "teacher", one.id)
        _work_at(stage, plan, post, tier, written)


def decide_one_tier(stage: MentorStage) -> None:
    """One teacher whom the office put in another tier, with the reason."""
    post, reason = DECIDED
    moment = stage.moment(stage.term.starts_on + timedelta(days=8), 10)
    with frozen(moment):
        teacher = stage.teachers[post]
        present = next(one.verdict for one in tiered_staff(moment.date(), TierRule()) if one.id == teacher.id)
        service.decide_tier(teacher, Tier.RESEARCH, moment.date(), reason=reason, present=present, actor=stage.office)


def _meet(stage: MentorStage, requirement: Requirement, position: int, begins: date) -> None:
    evidence = REQUIREMENTS[position][2]
    rows = []
    for post, teacher in enumerate(stage.teachers):
        random = dice(f"meet {begins.year - stage.times.start_year} {position} {post}")
        day = begins + timedelta(days=random.randrange(10, 330))
        moment = at(stage.school_day_by(day, _term_of(stage, day)), random.randrange(9, 18), random.randrange(60))
        confirmed = moment + timedelta(days=random.randrange(1, 12), hours=1)
        if post == 0 or random.random() > 0.9 or moment > stage.now:
            continue
        is_confirmed = confirmed <= stage.now and post != OFFICE
        row = {"requirement_id": requirement.id, "teacher_id": teacher.id, "done_on": moment.date(), "evidence": evidence}
        row |= {
            "confirmed_by": stage.office.user_id if is_confirmed else None,
            "confirmed_at": confirmed if is_confirmed else None,
        }
        rows.append(row)
        sentence = f"登记完成了统一要求“{requirement.title}”"
        stage.tell(moment, post, "mentoring.meet", sentence, "teacher", teacher.id)
        if is_confirmed:
            sentence = f"确认{teacher.name}完成了统一要求“{requirement.title}”"
            stage.tell(confirmed, OFFICE, "mentoring.confirm", sentence, "teacher", teacher.id)
    if rows:
        insert_all(RequirementDone, rows)


def _term_of(stage: MentorStage, day: date) -> Term:
    return max((term for term in stage.times.terms if term.starts_on <= day), key=lambda term: term.starts_on)


def _work_at(stage: MentorStage, plan: YearPlan, post: int, tier: Tier, written: datetime) -> None:
    noted = written + timedelta(days=28)
    if noted <= stage.now:
        plan.evidence.append(PlanEvidence(goal=0, on_day=noted.date(), text=EVIDENCE[tier]))
        stage.tell(noted, post, "mentoring.evidence", "给年度计划第1个目标添加了过程记录", "teacher", plan.teacher_id)
    looked = at(date(plan.start_year + 1, 1, 15), 10, post % 60)
    if looked <= stage.now and post != OFFICE and post % 2:
        plan.half_year_look, plan.half_year_by, plan.half_year_at = LOOK, stage.office.user_id, looked
        sentence = f"给{stage.teachers[post].name}的年度计划写了半年小结"
        stage.tell(looked, OFFICE, "mentoring.half_year", sentence, "teacher", plan.teacher_id)
