"""When a family may answer, what an answer needs, and which answers come to light: five together or none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.errors import Refused
from school.parentschool.rules.feedback import (
    BATCH,
    Answer,
    check_answer,
    check_stars,
    completes_batch,
    may_answer,
    shown,
    stars_of_speaker,
    summary,
)
from tests.parentschool.attendance import ENDS

SECOND, MONTH = timedelta(seconds=1), timedelta(days=30)


def an_answer(number: int, *, is_shown: bool = True, **speakers: int) -> Answer:
    """An answer of its own id; `speakers` as s7=5."""
    stars = {name[1:]: value for name, value in speakers.items()}
    return Answer(f"{number * 7919 % 1000:032}", number % 5 + 1, stars, f"话{number}", is_shown)


@pytest.mark.parametrize(
    ("moment", "has_answered", "words"),
    [
        (ENDS - SECOND, False, "活动结束后再填反馈"),
        (ENDS, False, ""),
        (ENDS + MONTH, False, ""),
        (ENDS + MONTH + SECOND, False, "30 天内填写"),
        (ENDS, True, "每家一份"),
        (ENDS + MONTH + SECOND, True, "每家一份"),
    ],
)
def test_a_family_answers_once_from_the_end_for_thirty_days(moment: datetime, has_answered: bool, words: str) -> None:
    assert may_answer(ends_at=ENDS, has_answered=has_answered, moment=moment) is (words == "")
    if words:
        with pytest.raises(Refused, match=words):
            check_answer(ends_at=ENDS, has_answered=has_answered, moment=moment)
    else:
        check_answer(ends_at=ENDS, has_answered=has_answered, moment=moment)


@pytest.mark.parametrize("stars", [None, 0, 6, -1])
def test_stars_are_one_to_five_for_the_session_and_for_every_speaker(stars: int | None) -> None:
    with pytest.raises(Refused) as caught:
        check_stars(stars, {}, [], "")
    assert caught.value.field == "stars"
    with pytest.raises(Refused, match="每位主讲人") as caught:
        check_stars(5, {"7": 5, "8": stars}, ["7", "8"], "")
    assert caught.value.field == "speaker_8"


def test_a_speaker_left_out_is_refused_and_a_text_has_five_hundred_characters() -> None:
    check_stars(1, {"7": 1}, ["7"], "长" * 500)
    with pytest.raises(Refused) as caught:
        check_stars(5, {}, ["7"], "")
    assert caught.value.field == "speaker_7"
    with pytest.raises(Refused, match="最多 500 个字") as caught:
        check_stars(5, {}, [], "长" * 501)
    assert caught.value.field == "text"


def test_five_make_a_batch() -> None:
    assert [number for number in range(8) if completes_batch(number)] == [5, 6, 7]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_fewer_than_five_show_nothing(count: int) -> None:
    assert shown([an_answer(number) for number in range(count)]) == []
    assert summary([5] * count) is None


def test_what_waits_for_its_batch_is_not_shown_however_long_it_waits() -> None:
    lit = [an_answer(number) for number in range(BATCH)]
    dark = [an_answer(number, is_shown=False) for number in range(BATCH, 2 * BATCH - 1)]
    assert shown([*dark, *lit]) == shown(lit)
    assert len(shown(lit)) == BATCH
    assert shown(dark) == []


@given(st.lists(st.booleans(), max_size=20), st.randoms())
def test_the_order_shown_depends_on_nothing_but_the_random_ids(lit: Sequence[bool], random: object) -> None:
    answers = [an_answer(number, is_shown=one) for number, one in enumerate(lit)]
    mixed = list(answers)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    visible = shown(mixed)
    assert visible == shown(answers)
    assert [one.id for one in visible] == sorted(one.id for one in visible)
    assert len(visible) in {0, *range(BATCH, 21)}
    assert all(one.is_shown for one in visible)


@given(st.lists(st.integers(1, 5), min_size=BATCH, max_size=30))
def test_a_summary_counts_all_stars_and_its_mean_lies_among_them(stars: list[int]) -> None:
    found = summary(stars)
    assert found is not None
    assert found.answers == len(stars) == sum(count for _number, count in found.by_stars)
    assert [number for number, _count in found.by_stars] == [5, 4, 3, 2, 1]
    assert min(stars) <= found.mean <= max(stars)


def test_a_mean_has_one_decimal() -> None:
    found = summary([5, 5, 4, 4, 3, 2])
    assert found is not None
    assert (found.mean, found.by_stars) == (3.8, ((5, 2), (4, 2), (3, 1), (2, 1), (1, 0)))


def test_a_speaker_whom_fewer_than_five_rated_adds_to_no_sum() -> None:
    all_rated = [an_answer(number, s7=number % 5 + 1) for number in range(6)]
    assert stars_of_speaker(all_rated, 7) == [1, 2, 3, 4, 5, 1]
    assert stars_of_speaker(all_rated, 77) == []
    late = [an_answer(number) for number in range(4)] + [an_answer(number, s7=2) for number in range(4, 8)]
    assert stars_of_speaker(late, 7) == []
