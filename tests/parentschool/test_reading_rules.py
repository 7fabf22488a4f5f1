"""What a reading note needs, where it may go from each state, and under what name others read it."""

from dataclasses import replace
from itertools import product

import pytest

from school.errors import Conflict, Refused
from school.parentschool.enums import ReadingState
from school.parentschool.rules.reading import (
    NoteValues,
    check_moderation,
    check_note,
    check_revision,
    check_same,
    check_state,
    shown_as,
)

NOTE = NoteValues("爱的教育", "亚米契斯", "孩子睡前我们一起读了三章。", may_show=True, may_name=False)
STATES = ReadingState
GOES = {
    (STATES.SUBMITTED, STATES.APPROVED),
    (STATES.SUBMITTED, STATES.RETURNED),
    (STATES.SUBMITTED, STATES.WITHDRAWN),
    (STATES.RETURNED, STATES.SUBMITTED),
    (STATES.RETURNED, STATES.WITHDRAWN),
    (STATES.APPROVED, STATES.RETURNED),
    (STATES.APPROVED, STATES.SUBMITTED),
    (STATES.APPROVED, STATES.WITHDRAWN),
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"book": "书" * 80, "author": "人" * 60, "text": "字" * 500}, None),
        ({"author": "", "text": "字" * 10}, None),
        ({"book": ""}, "book"),
        ({"book": "书" * 81}, "book"),
        ({"author": "人" * 61}, "author"),
        ({"text": "字" * 9}, "text"),
        ({"text": "字" * 501}, "text"),
    ],
)
def test_a_note_has_a_book_and_ten_to_five_hundred_characters(changes: dict[str, str], field: str | None) -> None:
    if field is None:
        check_note(replace(NOTE, **changes))
        return
    with pytest.raises(Refused) as caught:
        check_note(replace(NOTE, **changes))
    assert caught.value.field == field


@pytest.mark.parametrize(("present", "following"), list(product(STATES, STATES)))
def test_a_note_goes_from_state_to_state_as_drawn(present: ReadingState, following: ReadingState) -> None:
    if (present, following) in GOES:
        check_state(present, following)
        return
    with pytest.raises(Refused, match=f"{present.label}，不能再改为{following.label}"):
        check_state(present, following)


def test_a_return_says_why_and_nobody_looks_at_their_own() -> None:
    check_moderation(STATES.APPROVED, reason="", is_own=False)
    check_moderation(STATES.RETURNED, reason="写了孩子的名字", is_own=False)
    with pytest.raises(Refused, match="退回的原因") as caught:
        check_moderation(STATES.RETURNED, reason="", is_own=False)
    assert caught.value.field == "reason"
    with pytest.raises(Refused, match="别的老师"):
        check_moderation(STATES.APPROVED, reason="", is_own=True)


def test_only_what_was_read_is_decided() -> None:
    check_revision(2, 2)
    with pytest.raises(Conflict, match="再看一遍"):
        check_revision(2, 1)


def test_a_form_that_made_a_note_makes_no_second_one_and_loses_none() -> None:
    check_same(NOTE, replace(NOTE, may_show=False))
    for changes in ({"book": "论语"}, {"author": "孔子"}, {"text": "另外写的一段读书心得。"}):
        with pytest.raises(Refused, match="已经交过《爱的教育》"):
            check_same(NOTE, replace(NOTE, **changes))


def test_the_surname_needs_a_consent_of_its_own() -> None:
    assert shown_as("三年级2班", "孙丽华", may_name=True) == "三年级2班 孙家长"
    assert shown_as("三年级2班", "欧阳丽", may_name=True) == "三年级2班 欧阳家长"
    assert shown_as("三年级2班", "孙丽华", may_name=False) == "三年级2班 一位家长"
