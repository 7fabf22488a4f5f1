"""Refusals: what the school's rules forbid, said to the user in one Chinese sentence."""


class Refused(Exception):
    """A request the rules do not allow; `message` is shown as it is, `field` names the form field it belongs to."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(Refused):
    """Somebody else changed the same thing first; the user sees both versions and decides."""
