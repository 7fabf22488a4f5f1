"""Login names for new accounts: the phone, and phone-2, phone-3 … when people of other names share it."""

from collections.abc import Iterable


class LoginNames:
    """Gives out login names that nobody has."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def give(self, *wanted: str) -> str:
        """The first of `wanted` that is free, else the last one with -2, -3 …"""
        for login in wanted:
            if login not in self._taken:
                return self._take(login)
        number = 2
        while f"{wanted[-1]}-{number}" in self._taken:
            number += 1
        return self._take(f"{wanted[-1]}-{number}")

    def _take(self, login: str) -> str:
        self._taken.add(login)
        return login
