"""Teams appraised as a whole: what the system counts, what people judge, one score for every member (S9)."""

from flask import abort, render_template, request, url_for

from school.accounts.identity import actor, the_person
from school.clock import today
from school.compliance.queries.teams import Shares, team_shares
from school.compliance.views import bp
from school.mentoring.asked import the_term
from school.mentoring.enums import TeamKind
from school.mentoring.forms.research import AppraisalForm, WeightsForm
from school.mentoring.queries.teams import Team, appraisals_of, teams_of, weights_of
from school.mentoring.service import teams as service
from school.permissions import Permission
from school.preferences.queries import get_preferences
from school.web.forms import revision_of
from school.web.guard import requires
from school.web.small_form import Page, small_form


@bp.get("/growth/teams")
@requires(Permission.MANAGE_MENTORING, Permission.SEE_MENTORING_REPORT)
def teams() -> str:
    """All teams of a kind with what is counted and what was decided; ordered by name, for it is no ranking of people."""
    term, kind = the_term(), _kind()
    rows = [team for team in teams_of(term, get_preferences().last_grade) if team.kind is kind]
    shares = team_shares(term, rows, today())
    weights, _revision = weights_of(term.id, kind)
    decided = appraisals_of(term.id)
    return render_template(
        "compliance/teams.html",
        term=term,
        kind=kind,
        kinds=list(TeamKind),
        rows=[(team, shares[f"{kind}:{team.key}"], decided.get((kind, team.key))) for team in rows],
        weights=weights,
        may_manage=the_person().may(Permission.MANAGE_MENTORING),
    )


@bp.route("/growth/teams/<any(prep_group, grade_group, triad):kind>/weights", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING)
def team_weights(kind: str) -> Page:
    """The weights of a kind of team in the term."""
    term, chosen = the_term(), TeamKind(kind)
    weights, revision = weights_of(term.id, chosen)
    form = WeightsForm(revision=str(revision), **{indicator.value: weight for indicator, weight in weights.items()})
    form.keep(weights)
    return small_form(
        form,
        lambda: service.set_weights(term, chosen, form.chosen(), revision=revision_of(form.revision.data), actor=actor()),
        title=f"{chosen.label}评价的权重",
        lead="合计 100。已经评定的团队保留当时的权重。",
        back_url=url_for("compliance.teams", kind=kind, term=term.id),
        next_url=url_for("compliance.teams", kind=kind, term=term.id),
        done="权重已保存。",
    )


@bp.route("/growth/teams/<any(prep_group, grade_group, triad):kind>/team", methods=["GET", "POST"])
@requires(Permission.MANAGE_MENTORING, Permission.SEE_MENTORING_REPORT)
def team(kind: str) -> Page:
    """One team, by the key in the address: its indicators with their figures, and the appraisal."""
    term, key = the_term(), request.args.get("key", "")
    found, shares = _find(kind, key)
    may_manage = the_person().may(Permission.MANAGE_MENTORING)
    if request.method == "POST" and not may_manage:
        abort(403)
    weights, _revision = weights_of(term.id, found.kind)
    decided = appraisals_of(term.id).get((found.kind, key))
    form = AppraisalForm(judged_points=decided.judged_points if decided else None, comment=decided.comment if decided else "")

    def write() -> None:
        values = (form.judged_points.data, form.comment.data or "")
        service.appraise(term, found, weights, shares, *values, actor=actor())

    return small_form(
        form,
        write,
        title=found.name,
        lead="团队成员同分；评价团队，不排个人。",
        back_url=url_for("compliance.teams", kind=kind, term=term.id),
        next_url=url_for("compliance.team", kind=kind, key=key, term=term.id),
        done="已评定。",
        button="评定",
        template="compliance/team.html",
        team=found,
        weights=weights,
        shares=shares,
        decided=decided,
        may_manage=may_manage,
    )


def _kind() -> TeamKind:
    wanted = request.args.get("kind", TeamKind.PREP_GROUP.value)
    return TeamKind(wanted) if wanted in set(TeamKind) else abort(404)


def _find(kind: str, key: str) -> tuple[Team, Shares]:
    term = the_term()
    all_teams = teams_of(term, get_preferences().last_grade)
    found = next((one for one in all_teams if one.kind == kind and one.key == key), None) or abort(404)
    return found, team_shares(term, [found], today())[f"{kind}:{key}"]
