"""Weights and appraisals of teams."""

from collections.abc import Mapping

from school.audit.service import Actor, record
from school.calendar.models import Term
from school.clock import now
from school.db import db
from school.errors import Conflict
from school.mentoring.enums import Indicator, TeamKind
from school.mentoring.models import TeamAppraisal, TeamWeights
from school.mentoring.queries.teams import Team, appraisals_of, find_weights
from school.mentoring.rules.teams import TeamScore, check_weights, team_score


def set_weights(term: Term, kind: TeamKind, weights: Mapping[Indicator, int], *, revision: int, actor: Actor) -> None:
    """Set the weights of a kind of team; appraisals decided before keep theirs."""
    check_weights(weights)
    row = find_weights(term.id, kind)
    if (row.revision if row else 0) != revision:
        raise Conflict("您打开这一页以后，别人已经改过权重。核对后可以再次提交。")
    if row is None:
        row = TeamWeights(term_id=term.id, kind=kind, revision=0)
        db.session.add(row)
    row.weights = {indicator.value: weight for indicator, weight in weights.items()}
    row.revision += 1
    db.session.flush()
    words = "，".join(f"{indicator.label} {weight}" for indicator, weight in weights.items())
    record(actor, "mentoring.weights", f"设定了{kind.label}评价的权重：{words}", subject_type="team_weights", subject_id=row.id)


def appraise(
    term: Term,
    team: Team,
    weights: Mapping[Indicator, int],
    shares: Mapping[Indicator, float | None],
    judged_points: int,
    comment: str,
    *,
    actor: Actor,
) -> TeamScore:
    """Decide a team's appraisal, or decide it again; every member has the same score."""
    score = team_score(weights, shares, judged_points)
    row = appraisals_of(term.id).get((team.kind, team.key))
    if row is None:
        row = TeamAppraisal(term_id=term.id, kind=team.kind, team_key=team.key)
        db.session.add(row)
    row.name, row.member_ids = team.name, list(team.member_ids)
    row.weights = {indicator.value: weight for indicator, weight in weights.items()}
    row.shares = {indicator.value: share for indicator, share in shares.items()}
    row.judged_points, row.total, row.comment = judged_points, score.total, comment
    row.decided_at, row.decided_by = now(), actor.user_id
    db.session.flush()
    sentence = f"评定{team.name} {score.total:g} 分（{len(team.member_ids)}人同分）"
    record(actor, "mentoring.appraise", sentence, subject_type="team_appraisal", subject_id=row.id, reason=comment)
    return score
