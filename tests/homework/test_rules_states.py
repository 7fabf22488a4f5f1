"""Which state may follow which."""

import pytest

from school.homework.enums import DayState, ItemState
from school.homework.rules.states import (
    DAY_STEPS,
    ITEM_STEPS,
    ReasonMissing,
    StepNotAllowed,
    check_day_transition,
    check_transition,
    counts,
    may_edit,
)

DRAFT, SUBMITTED, COORDINATED, PUBLISHED = (
    ItemState.DRAFT,
    ItemState.SUBMITTED,
    ItemState.COORDINATED,
    ItemState.PUBLISHED,
)
CLOSED, RETURNED, WITHDRAWN = ItemState.CLOSED, ItemState.RETURNED, ItemState.WITHDRAWN

ALLOWED = {
    (DRAFT, SUBMITTED),
    (DRAFT, WITHDRAWN),
    (SUBMITTED, DRAFT),
    (SUBMITTED, COORDINATED),
    (SUBMITTED, PUBLISHED),
    (SUBMITTED, RETURNED),
    (SUBMITTED, WITHDRAWN),
    (COORDINATED, SUBMITTED),
    (COORDINATED, PUBLISHED),
    (COORDINATED, RETURNED),
    (COORDINATED, WITHDRAWN),
    (PUBLISHED, CLOSED),
    (PUBLISHED, WITHDRAWN),
    (RETURNED, DRAFT),
    (RETURNED, SUBMITTED),
    (RETURNED, WITHDRAWN),
}


@pytest.mark.parametrize("current", list(ItemState))
@pytest.mark.parametrize("target", list(ItemState))
def test_items_go_only_these_ways(current: ItemState, target: ItemState) -> None:
    if (current, target) in ALLOWED:
        check_transition(current, target, reason="超过上限")
    else:
        with pytest.raises(StepNotAllowed, match=current.label):
            check_transition(current, target, reason="超过上限")


@pytest.mark.parametrize(
    ("current", "target"), [step for step in sorted(ALLOWED) if step[1] in (RETURNED, WITHDRAWN) and step[0] is not DRAFT]
)
@pytest.mark.parametrize("reason", ["", "  ", "\u3000"])
def test_returning_and_withdrawing_say_why(current: ItemState, target: ItemState, reason: str) -> None:
    with pytest.raises(ReasonMissing) as refusal:
        check_transition(current, target, reason=reason)
    assert refusal.value.field == "reason"


def test_a_draft_nobody_saw_goes_without_a_word() -> None:
    check_transition(DRAFT, WITHDRAWN)


def test_going_forward_needs_no_reason() -> None:
    for current, target in ((DRAFT, SUBMITTED), (SUBMITTED, COORDINATED), (COORDINATED, PUBLISHED), (PUBLISHED, CLOSED)):
        check_transition(current, target)


def test_every_state_has_its_steps() -> None:
    assert set(ITEM_STEPS) == set(ItemState)
    assert set(DAY_STEPS) == set(DayState)


def test_items_count_from_submission_on() -> None:
    assert {state for state in ItemState if counts(state)} == {SUBMITTED, COORDINATED, PUBLISHED, CLOSED}


def test_an_item_is_edited_until_the_homeroom_teacher_has_it() -> None:
    assert {state for state in ItemState if may_edit(state)} == {DRAFT, SUBMITTED, RETURNED}


@pytest.mark.parametrize("current", list(DayState))
@pytest.mark.parametrize("target", list(DayState))
def test_days_go_only_these_ways(current: DayState, target: DayState) -> None:
    allowed = {("open", "coordinated"), ("open", "published"), ("coordinated", "open"), ("coordinated", "published")}
    allowed.add(("published", "closed"))
    if (current.value, target.value) in allowed:
        check_day_transition(current, target)
    else:
        with pytest.raises(StepNotAllowed):
            check_day_transition(current, target)
