"""Vocabularies of accounts."""

from enum import StrEnum


class AccountState(StrEnum):
    """How far an account is."""

    NEW = "new"
    ACTIVATED = "activated"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"new": "未激活", "activated": "已激活", "closed": "已停用"}[self.value]


class CodeState(StrEnum):
    """What became of a user's one-time code."""

    NEVER = "never"
    WAITING = "waiting"
    USED = "used"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"never": "未发", "waiting": "已发未用", "used": "已使用", "expired": "已过期"}[self.value]
