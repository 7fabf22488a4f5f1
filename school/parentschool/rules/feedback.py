"""Feedback of those who were present, anonymous to the school: who may answer, and when answers come to light.

Nobody who looks again and again may tell one answer from the others, so answers come to light in whole batches only: the
first five together, then the next five. Fewer than five that are left over stay in the dark for good: the last one alone,
compared with what was shown before, would be known for that of whoever said that they answered late.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from school.errors import Refused

BATCH = 5  # the fewest answers that are ever shown, and the step in which more are
ANSWERED_WITHIN = timedelta(days=30)
LONGEST_TEXT = 500
STARS = range(1, 6)


@dataclass(frozen=True)
class Answer:
    """One family's answer: a random id, stars for the session and for each speaker by mentor id, some words."""

    id: str
    stars: int
    speaker_stars: Mapping[str, int]
    text: str
    is_shown: bool


@dataclass(frozen=True)
class Summary:
    """Stars: how many answers, how many for each number from 5 to 1, and the mean to one decimal."""

    answers: int
    by_stars: tuple[tuple[int, int], ...]
    mean: float


def answers_until(ends_at: datetime) -> datetime:
    """Until when those present at a date may answer."""
    return ends_at + ANSWERED_WITHIN


def may_answer(*, ends_at: datetime, has_answered: bool, moment: datetime) -> bool:
    """Whether a family that was present may answer now: from the end, for 30 days, once."""
    return not has_answered and ends_at <= moment <= answers_until(ends_at)


def check_answer(*, ends_at: datetime, has_answered: bool, moment: datetime) -> None:
    """Raise `Refused` for a second answer of the family, before the end, or later than 30 days after it."""
    if has_answered:
        raise Refused("您家已经填过这一场的反馈，每家一份。")
    if moment < ends_at:
        raise Refused("活动结束后再填反馈。")
    if moment > answers_until(ends_at):
        raise Refused("反馈在活动结束后 30 天内填写，现在已经截止。")


def check_stars(stars: int | None, speaker_stars: Mapping[str, int | None], speakers: Iterable[str], text: str) -> None:
    """Raise `Refused` unless the session and every speaker has 1 to 5 stars and the text is no longer than 500.

    Every speaker, because a speaker rated by some of a batch only would stand out when the batch comes to light.
    """
    if stars not in STARS:
        raise Refused("请选 1 到 5 颗星。", "stars")
    for key in speakers:
        if speaker_stars.get(key) not in STARS:
            raise Refused("请为每位主讲人选 1 到 5 颗星。", f"speaker_{key}")
    if len(text) > LONGEST_TEXT:
        raise Refused(f"最多 {LONGEST_TEXT} 个字。", "text")


def completes_batch(hidden: int) -> bool:
    """Whether so many answers that wait in the dark come to light now."""
    return hidden >= BATCH


def shown(answers: Iterable[Answer]) -> list[Answer]:
    """The answers that may be looked at, those of the batches that are full, by their random ids; fewer than five: none."""
    visible = [one for one in answers if one.is_shown]
    return sorted(visible, key=lambda one: one.id) if len(visible) >= BATCH else []


def summary(stars: Sequence[int]) -> Summary | None:
    """What the stars say together; None for fewer than five."""
    if len(stars) < BATCH:
        return None
    counts = tuple((number, sum(1 for one in stars if one == number)) for number in reversed(STARS))
    return Summary(len(stars), counts, round(fmean(stars), 1))


def stars_of_speaker(answers: Sequence[Answer], mentor_id: int) -> list[int]:
    """The stars given to a speaker of a session, or none unless all the answers that are shown rate the speaker, five at least.

    Fewer do when somebody became a speaker, or was none for a while, between answers: compared with what was shown before,
    the few of a batch who could rate them would be known.
    """
    found = [one.speaker_stars[str(mentor_id)] for one in answers if str(mentor_id) in one.speaker_stars]
    return found if len(found) == len(answers) >= BATCH else []
