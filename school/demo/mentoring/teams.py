"""The demo's team weights, last term's appraisals, and this term's look at the grade groups once half of it is over."""

from datetime import timedelta

from school.calendar.models import Term
from school.clock import frozen
from school.demo.dice import dice
from school.demo.mentoring.stage import MentorStage
from school.mentoring.enums import Indicator, TeamKind
from school.mentoring.queries.teams import Team, own_shares, teams_of
from school.mentoring.rules.teams import DEFAULT_WEIGHTS
from school.mentoring.service.teams import appraise, set_weights

LAST_GRADE = 6
COMMENTS = ("集体备课有记录、有分工，资源共享好。", "教研出勤稳定；作业统筹还可以更早。", "互相听课多，新教师进步明显。")


def play_teams(stage: MentorStage) -> None:
    """Weights of both terms; appraisals of all groups of last term and, past the middle of this one, of its grade groups.

    Homework is left out of these appraisals, for the demo keeps only two months of it.
    """
    for term in (stage.before, stage.term):
        with frozen(stage.moment(term.starts_on - timedelta(days=6), 11)):
            for kind, weights in DEFAULT_WEIGHTS.items():
                set_weights(term, kind, weights, revision=0, actor=stage.office)
    before = teams_of(stage.before, LAST_GRADE)
    shares = own_shares(stage.before, before)
    with frozen(stage.moment(stage.before.ends_on + timedelta(days=5), 15)):
        for team in before:
            _appraise(stage, stage.before, team, shares[f"{team.kind}:{team.key}"])
    middle = stage.term.starts_on + (stage.term.ends_on - stage.term.starts_on) / 2
    if middle < stage.times.today:
        groups = [one for one in teams_of(stage.term, LAST_GRADE) if one.kind is TeamKind.GRADE_GROUP]
        counted = own_shares(stage.term, groups)
        with frozen(stage.moment(middle, 15)):
            for team in groups:
                _appraise(stage, stage.term, team, counted[f"{team.kind}:{team.key}"])


def _appraise(stage: MentorStage, term: Term, team: Team, shares: dict[Indicator, float | None]) -> None:
    random = dice(f"appraise {term.number} {team.name}")
    points, comment = random.randrange(78, 97), random.choice(COMMENTS)
    appraise(term, team, DEFAULT_WEIGHTS[team.kind], shares, points, comment, actor=stage.office)
