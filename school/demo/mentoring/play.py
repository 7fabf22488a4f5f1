"""The demo's mentoring from last term's triads up to now."""

from school.demo.mentoring.growth import decide_one_tier, enter_profiles, enter_requirements, play_plans
from school.demo.mentoring.research import play_research
from school.demo.mentoring.stage import MentorStage
from school.demo.mentoring.teams import play_teams
from school.demo.mentoring.triads import accept_last_term, play_last_term, play_this_term


def play_mentoring(stage: MentorStage) -> int:
    """Play all of it; answers how many triads this term has."""
    enter_profiles(stage)
    enter_requirements(stage)
    play_research(stage)
    last = play_last_term(stage)
    accept_last_term(stage, last)
    triads = play_this_term(stage, last)
    decide_one_tier(stage)
    play_plans(stage)
    play_teams(stage)
    return len(triads)
