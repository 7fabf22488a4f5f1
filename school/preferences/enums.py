"""Vocabularies of the school's own settings."""

from enum import StrEnum


class Treatment(StrEnum):
    """What happens when a rule is not met."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"off": "不检查", "warn": "提醒并写明理由", "block": "不允许"}[self.value]


class PublicLogAccess(StrEnum):
    """Who reads the public log."""

    OPEN = "open"
    LINK = "link"
    SIGNED_IN = "signed_in"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"open": "任何人", "link": "有链接的人", "signed_in": "登录后"}[self.value]


class TeacherDisplay(StrEnum):
    """How the public log names a teacher."""

    SURNAME = "surname"
    STAFF_CODE = "staff_code"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"surname": "姓氏 + 老师", "staff_code": "工号"}[self.value]
