"""What a rule lets pass only with a typed reason, and the refusal that asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from school.errors import Refused


@dataclass(frozen=True)
class Concern:
    """A rule (its ID) that warns, its sentence for the user, and the form field it belongs to."""

    rule: str
    sentence: str
    field: str | None = None


class ReasonNeeded(Refused):
    """The rules warn; whoever goes on says why. `concerns` holds every warning, the message joins them."""

    def __init__(self, concerns: Sequence[Concern]) -> None:
        self.concerns = tuple(concerns)
        sentences = "".join(concern.sentence for concern in self.concerns)
        super().__init__(f"{sentences}如确有需要，请写明理由后再提交。", "reason")


def check_reason(concerns: Sequence[Concern], reason: str | None) -> None:
    """Raise `ReasonNeeded` when there are `concerns` and `reason` is blank (treatment WARN of rules.md)."""
    if concerns and not (reason or "").strip():
        raise ReasonNeeded(concerns)
