"""One card of the first page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """What waits for a person, or where something stands; those that are due come first."""

    title: str
    state: str
    tone: str
    text: str
    action: str
    url: str
    is_due: bool = False
