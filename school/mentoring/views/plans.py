"""Year plans: the teacher's own, the staff's, and the half-year look."""

from flask import abort, render_template, url_for

from school.accounts.identity import actor
from school.clock import today
from school.mentoring.asked import get_teacher, my_teacher, this_year, tier_rule
from school.mentoring.forms.growth import EvidenceForm, HalfYearForm, PlanForm
from school.mentoring.queries.growth import find_plan, plans_of_year, tiered_staff
from school.mentoring.rules.tiers import suggested_goals
from school.mentoring.service import growth as service
from school.mentoring.views import bp
from school.mentoring.views.page import Page, small_form
from school.permissions import Permission
from school.web.forms import revision_of
from school.web.guard import requires


@bp.route("/growth/plan", methods=["GET", "POST"])
@requires(Permission.OWN_GROWTH)
def my_plan() -> Page:
    """Write the own year plan; an empty one starts from the goals of the tier."""
    teacher, year = my_teacher(), this_year()
    plan = find_plan(teacher.id, year)
    own = next((one for one in tiered_staff(today(), tier_rule()) if one.id == teacher.id), None) or abort(404)
    tier = own.verdict.tier
    form = PlanForm(revision=str(plan.revision if plan else 0))
    if not form.is_submitted():
        goals = plan.goals if plan else [{"goal": goal, "measure": measure} for goal, measure in suggested_goals(tier)]
        form.show(goals)
    return small_form(
        form,
        lambda: service.save_plan(
            teacher, year, form.chosen(), tier=tier, revision=revision_of(form.revision.data), actor=actor()
        ),
        title=f"{year}—{year + 1}学年年度计划",
        lead=f"您现在是{tier.label}。" + ("" if plan else "下面是这一层级的建议目标，请改成自己的。"),
        back_url=url_for("mentoring.my_growth"),
        next_url=url_for("mentoring.my_growth"),
        done="计划已保存。",
        template="mentoring/plan_form.html",
    )


@bp.route("/growth/plan/evidence", methods=["GET", "POST"])
@requires(Permission.OWN_GROWTH)
def add_evidence() -> Page:
    """Note what was done for a goal of the own plan."""
    teacher = my_teacher()
    plan = find_plan(teacher.id, this_year()) or abort(404)
    form = EvidenceForm(on_day=today())
    form.offer_goals(plan.goals)
    return small_form(
        form,
        lambda: service.add_evidence(plan, teacher, form.goal.data, form.on_day.data, form.text.data, actor=actor()),
        title="添加过程记录",
        back_url=url_for("mentoring.my_growth"),
        next_url=url_for("mentoring.my_growth"),
        done="已添加。",
    )


@bp.get("/growth/plans")
@requires(Permission.LEAD_RESEARCH, Permission.SEE_MENTORING_REPORT)
def plans() -> str:
    """Who has a plan, how far it is, and whether somebody looked at it at half-year."""
    found = plans_of_year(this_year())
    rows = [(one, found.get(one.id)) for one in tiered_staff(today(), tier_rule())]
    return render_template("mentoring/plans.html", rows=rows, year=this_year())


@bp.route("/growth/plans/<int:teacher_id>", methods=["GET", "POST"])
@requires(Permission.LEAD_RESEARCH, Permission.SEE_MENTORING_REPORT)
def plan(teacher_id: int) -> Page:
    """A teacher's plan, and the half-year look at it."""
    teacher = get_teacher(teacher_id)
    found = find_plan(teacher_id, this_year()) or abort(404)
    form = HalfYearForm(look=found.half_year_look)
    return small_form(
        form,
        lambda: service.look_at_half_year(found, teacher, form.look.data, actor=actor()),
        title=f"{teacher.name}的年度计划",
        back_url=url_for("mentoring.plans"),
        next_url=url_for("mentoring.plan", teacher_id=teacher_id),
        done="已写入半年小结。",
        template="mentoring/plan.html",
        plan=found,
    )
