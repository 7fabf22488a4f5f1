"""Which state may follow which, of an item and of a class-day, and which states count."""

from collections.abc import Mapping

from school.errors import Refused
from school.homework.enums import DayState, ItemState

ITEM_STEPS: Mapping[ItemState, frozenset[ItemState]] = {
    ItemState.DRAFT: frozenset({ItemState.SUBMITTED, ItemState.WITHDRAWN}),
    # One tap of the homeroom teacher coordinates and publishes, so a submitted item may go straight to published.
    ItemState.SUBMITTED: frozenset(
        {ItemState.DRAFT, ItemState.COORDINATED, ItemState.PUBLISHED, ItemState.RETURNED, ItemState.WITHDRAWN}
    ),
    ItemState.COORDINATED: frozenset({ItemState.SUBMITTED, ItemState.PUBLISHED, ItemState.RETURNED, ItemState.WITHDRAWN}),
    ItemState.PUBLISHED: frozenset({ItemState.CLOSED, ItemState.WITHDRAWN}),
    ItemState.RETURNED: frozenset({ItemState.DRAFT, ItemState.SUBMITTED, ItemState.WITHDRAWN}),
    ItemState.CLOSED: frozenset(),
    ItemState.WITHDRAWN: frozenset(),
}

DAY_STEPS: Mapping[DayState, frozenset[DayState]] = {
    DayState.OPEN: frozenset({DayState.COORDINATED, DayState.PUBLISHED}),
    DayState.COORDINATED: frozenset({DayState.OPEN, DayState.PUBLISHED}),
    DayState.PUBLISHED: frozenset({DayState.CLOSED}),
    DayState.CLOSED: frozenset(),
}

COUNTED_STATES = frozenset({ItemState.SUBMITTED, ItemState.COORDINATED, ItemState.PUBLISHED, ItemState.CLOSED})
EDITABLE_STATES = frozenset({ItemState.DRAFT, ItemState.SUBMITTED, ItemState.RETURNED})
STATES_WITH_REASON = frozenset({ItemState.RETURNED, ItemState.WITHDRAWN})


class StepNotAllowed(Refused):
    """The state asked for does not follow the present one."""


class ReasonMissing(Refused):
    """Returning or withdrawing without saying why."""


def counts(state: ItemState) -> bool:
    """Whether an item in `state` counts towards the day's total (HW-02): from submission on, never a draft."""
    return state in COUNTED_STATES


def may_edit(state: ItemState) -> bool:
    """Whether the teacher may still change the item itself; after that it is trimmed, or amended by a new version."""
    return state in EDITABLE_STATES


def check_transition(current: ItemState, target: ItemState, *, reason: str = "") -> None:
    """Raise `StepNotAllowed` or, when an item others have seen is returned or withdrawn, `ReasonMissing`."""
    if target not in ITEM_STEPS[current]:
        raise StepNotAllowed(f"这项作业现在是“{current.label}”，不能改为“{target.label}”。请刷新页面看最新状态。")
    if target in STATES_WITH_REASON and current is not ItemState.DRAFT and not reason.strip():
        raise ReasonMissing(f"请写明{target.label.removeprefix('已')}的原因，让同事知道怎样修改。", "reason")


def check_day_transition(current: DayState, target: DayState) -> None:
    """Raise `StepNotAllowed` when a class-day may not go from `current` to `target`."""
    if target not in DAY_STEPS[current]:
        raise StepNotAllowed(f"这一天的作业现在是“{current.label}”，不能改为“{target.label}”。请刷新页面看最新状态。")
