"""Handing messages to mail servers and robots: no database here, and one callback before the step that cannot be taken back."""

from collections.abc import Callable

HandOver = Callable[[], None]


class ClaimLost(Exception):
    """The message is no longer this worker's: it stops before anything was handed over."""
