"""A teacher's own growth, the staff's tiers, and the unified requirements."""

from flask import abort, flash, render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.mentoring.asked import get_teacher, my_teacher, the_term, this_year, tier_rule
from school.mentoring.enums import AgeGroup, Tier, Title
from school.mentoring.forms.growth import MeetForm, ProfileForm, RequirementForm, TierForm
from school.mentoring.queries.growth import (
    completions_of,
    decisions_of,
    done_by_teacher,
    find_plan,
    find_profile,
    find_requirement,
    requirements_of,
    tiered_staff,
    unconfirmed,
)
from school.mentoring.queries.teams import appraisals_of_teacher
from school.mentoring.rules.tiers import years_band
from school.mentoring.service import growth as service
from school.mentoring.views import bp
from school.mentoring.views.page import Page, small_form
from school.people.queries import find_teacher_of_user
from school.permissions import Permission
from school.web.guard import requires
from school.web.pages import see_other

STAFF = (Permission.MANAGE_MENTORING, Permission.SEE_MENTORING_REPORT, Permission.LEAD_RESEARCH)


@bp.get("/growth")
@requires(Permission.OWN_GROWTH)
def my_growth() -> str:
    """The teacher's own tier, requirements, plan and team scores."""
    teacher, year = find_teacher_of_user(the_person().user_id), this_year()
    if teacher is None or teacher.left_on is not None:
        return render_template("mentoring/not_a_teacher.html", year=year)
    own = next((one for one in tiered_staff(today(), tier_rule()) if one.id == teacher.id), None) or abort(404)
    return render_template(
        "mentoring/my_growth.html",
        teacher=teacher,
        own=own,
        decisions=decisions_of(teacher.id),
        completions=completions_of(teacher.id, year),
        plan=find_plan(teacher.id, year),
        year=year,
        appraisals=appraisals_of_teacher(the_term().id, teacher.id),
    )


@bp.get("/growth/staff")
@requires(*STAFF)
def staff() -> str:
    """All teachers by tier, narrowed by tier or subject."""
    day = min(today(), the_term().ends_on) if "term" in request.args else today()
    everybody = tiered_staff(day, tier_rule())
    tier, subject, years = (request.args.get(name, "") for name in ("tier", "subject", "years"))
    rows = [
        one
        for one in everybody
        if (not tier or one.verdict.tier == tier)
        and (not subject or subject in one.subjects)
        and (not years or years_band(one.years) == years)
    ]
    counts = {one: sum(row.verdict.tier is one for row in everybody) for one in Tier}
    return render_template(
        "mentoring/staff.html",
        rows=rows,
        counts=counts,
        subjects=sorted({name for one in everybody for name in one.subjects}),
        tier=tier,
        subject=subject,
        years=years,
        day=day,
        done=done_by_teacher(this_year()),
        required=len(requirements_of(this_year())),
    )


@bp.get("/growth/staff/<int:teacher_id>")
@requires(*STAFF)
def member(teacher_id: int) -> str:
    """One teacher: tier and why, decisions, requirements, plan."""
    teacher = get_teacher(teacher_id)
    own = next((one for one in tiered_staff(today(), tier_rule()) if one.id == teacher_id), None) or abort(404)
    return render_template(
        "mentoring/member.html",
        teacher=teacher,
        own=own,
        decisions=decisions_of(teacher_id),
        completions=completions_of(teacher_id, this_year()),
        plan=find_plan(teacher_id, this_year()),
        year=this_year(),
        may_manage=the_person().may(Permission.MANAGE_MENTORING),
    )


@bp.route("/growth/staff/<int:teacher_id>/profile", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def profile(teacher_id: int) -> Page:
    """Enter title, age group and first year of teaching."""
    teacher, known = get_teacher(teacher_id), find_profile(teacher_id)
    form = ProfileForm(
        title=known.title if known else Title.NONE,
        age_group=known.age_group if known else None,
        teaching_since=teacher.teaching_since,
        revision=str(known.revision if known else 0),
    )
    age: AgeGroup | None = form.age_group.data or None
    return small_form(
        form,
        lambda: service.set_profile(
            teacher,
            form.title.data,
            age,
            teaching_since=form.teaching_since.data,
            revision=int(form.revision.data or 0) if (form.revision.data or "").isdecimal() else -1,
            actor=actor(),
        ),
        title=f"登记{teacher.name}的职称和年限",
        lead="分层按任教年限、职称和年龄段自动得出。",
        back_url=url_for("mentoring.member", teacher_id=teacher_id),
        next_url=url_for("mentoring.member", teacher_id=teacher_id),
        done="已登记。",
    )


@bp.route("/growth/staff/<int:teacher_id>/tier", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def decide_tier(teacher_id: int) -> Page:
    """Put a teacher in a tier against the rule, with a reason."""
    teacher = get_teacher(teacher_id)
    own = next((one for one in tiered_staff(today(), tier_rule()) if one.id == teacher_id), None) or abort(404)
    form = TierForm(starts_on=today(), tier=own.verdict.tier)
    return small_form(
        form,
        lambda: service.decide_tier(
            teacher, form.tier.data, form.starts_on.data, reason=form.reason.data, present=own.verdict, actor=actor()
        ),
        title=f"认定{teacher.name}的层级",
        lead=f"现在是{own.verdict.tier.label}：{own.verdict.why}",
        back_url=url_for("mentoring.member", teacher_id=teacher_id),
        next_url=url_for("mentoring.member", teacher_id=teacher_id),
        done="已认定。",
    )


@bp.get("/growth/requirements")
@requires(*STAFF)
def requirements() -> str:
    """The year's unified requirements, and what waits to be confirmed."""
    return _requirements_page()


@bp.post("/growth/requirements/copy")
@requires(Permission.MANAGE_MENTORING)
def copy_requirements() -> Page:
    """Take over last year's list."""
    with transaction():
        count = service.copy_requirements(this_year(), actor=actor())
    flash(f"已沿用 {count} 项。" if count else "上学年没有可以沿用的要求。", "success" if count else "info")
    return see_other(url_for("mentoring.requirements"))


@bp.route("/growth/requirements/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def new_requirement() -> Page:
    """Add a unified requirement."""
    form = RequirementForm()
    return small_form(
        form,
        lambda: service.add_requirement(this_year(), form.title.data, form.detail.data or "", actor=actor()),
        title="增加统一要求",
        lead="全体教师都要做到的，例如三笔字、读书、课程标准。",
        back_url=url_for("mentoring.requirements"),
        next_url=url_for("mentoring.requirements"),
        done="已增加。",
    )


@bp.route("/growth/requirements/<int:requirement_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def change_requirement(requirement_id: int) -> Page:
    """Change a requirement."""
    found = find_requirement(requirement_id) or abort(404)
    form = RequirementForm(title=found.title, detail=found.detail)
    return small_form(
        form,
        lambda: service.change_requirement(found, form.title.data, form.detail.data or "", actor=actor()),
        title="修改统一要求",
        back_url=url_for("mentoring.requirements"),
        next_url=url_for("mentoring.requirements"),
        done="已修改。",
    )


@bp.post("/growth/requirements/<int:requirement_id>/retire")
@requires(Permission.MANAGE_MENTORING)
def retire_requirement(requirement_id: int) -> Page:
    """Take a requirement off the list."""
    with transaction():
        service.retire_requirement(find_requirement(requirement_id) or abort(404), actor=actor())
    flash("已停用；已经登记的完成情况还在。", "success")
    return see_other(url_for("mentoring.requirements"))


@bp.route("/growth/requirements/<int:requirement_id>/meet", methods=["GET", "POST"])
@requires(Permission.OWN_GROWTH)
def meet(requirement_id: int) -> Page:
    """The teacher says that they met a requirement."""
    found, teacher = find_requirement(requirement_id) or abort(404), my_teacher()
    form = MeetForm(done_on=today())
    return small_form(
        form,
        lambda: service.meet(found, teacher, form.done_on.data, form.evidence.data, actor=actor()),
        title=f"完成“{found.title}”",
        lead=found.detail,
        back_url=url_for("mentoring.my_growth"),
        next_url=url_for("mentoring.my_growth"),
        done="已登记，等备课组长或教导处确认。",
    )


@bp.post("/growth/requirements/done/<int:done_id>/confirm")
@requires(Permission.LEAD_RESEARCH)
def confirm_done(done_id: int) -> Page:
    """Confirm what a teacher says they met."""
    try:
        with transaction():
            service.confirm_done(done_id, actor=actor()) or abort(404)
    except Refused as refused:
        return _requirements_page(refused.message), 422
    flash("已确认。", "success")
    return see_other(url_for("mentoring.requirements"))


def _requirements_page(refusal: str = "") -> str:
    year = this_year()
    return render_template(
        "mentoring/requirements.html",
        rows=requirements_of(year),
        waiting=unconfirmed(year),
        year=year,
        refusal=refusal,
        may_manage=the_person().may(Permission.MANAGE_MENTORING),
        may_confirm=the_person().may(Permission.LEAD_RESEARCH),
    )
