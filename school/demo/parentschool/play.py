"""The demo's parent school from the start of last term up to the coming weeks."""

from school.demo.mentoring.stage import MentorStage
from school.demo.parentschool.corps import enter_corps
from school.demo.parentschool.gatherings import play_sessions
from school.demo.parentschool.learning import play_learning
from school.demo.parentschool.stage import set_family_stage
from school.demo.parentschool.visits import play_visits


def play_parent_school(base: MentorStage) -> tuple[int, int]:
    """Play all of it; answers how many sessions and how many home visits there are."""
    stage = set_family_stage(base)
    mentors = enter_corps(stage)
    sessions = play_sessions(stage, mentors)
    play_learning(stage)
    visits = play_visits(stage)
    return sessions, visits
