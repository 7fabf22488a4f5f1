"""What a request of the sweeps is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Forms that are looked at before the row: only a filled one shows whose row it may be.
FILLED = {
    "courses.move_wish": {"rank": "1"},
    "courses.transfer_seat": {"from": "1", "to": "2"},
    "people.end_assignment": {"last_day": "2026-11-25", "reason": "调整"},
    "people.move_pupil": {"class_id": "1", "on_day": "2026-11-25", "reason": "调整"},
    "people.pupil_leaves": {"kind": "transferred", "last_day": "2026-11-25", "reason": "转学"},
}


@dataclass(frozen=True)
class Target:
    """What a request is about: in words, the values of the address, and the sheet the session may print."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)
    permit: tuple[str, Any] | None = None
