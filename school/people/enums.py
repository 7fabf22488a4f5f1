"""Vocabularies of people; values are stored, labels are shown."""

from enum import StrEnum


class Gender(StrEnum):
    """As the register says."""

    MALE = "male"
    FEMALE = "female"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"male": "男", "female": "女"}[self.value]


class Relation(StrEnum):
    """What a guardian is to the pupil."""

    FATHER = "father"
    MOTHER = "mother"
    PATERNAL_GRANDFATHER = "paternal_grandfather"
    PATERNAL_GRANDMOTHER = "paternal_grandmother"
    MATERNAL_GRANDFATHER = "maternal_grandfather"
    MATERNAL_GRANDMOTHER = "maternal_grandmother"
    STEPFATHER = "stepfather"
    STEPMOTHER = "stepmother"
    SIBLING = "sibling"
    RELATIVE = "relative"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The school's word."""
        return _RELATIONS[self.value]


class MembershipEnd(StrEnum):
    """Why a pupil is no longer in a class."""

    TRANSFERRED = "transferred"
    MOVED_CLASS = "moved_class"
    GRADUATED = "graduated"
    SUSPENDED = "suspended"
    LEFT = "left"
    CORRECTED = "corrected"

    @property
    def label(self) -> str:
        """The school's word."""
        return _MEMBERSHIP_ENDS[self.value]


class ImportKind(StrEnum):
    """Which list is imported."""

    PUPILS = "pupils"
    TEACHERS = "teachers"
    ASSIGNMENTS = "assignments"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"pupils": "学生名单", "teachers": "教师名单", "assignments": "任课安排"}[self.value]


class ImportState(StrEnum):
    """How far an import has come."""

    CHECKED = "checked"
    APPLIED = "applied"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"checked": "已检查，待导入", "applied": "已导入", "discarded": "已放弃"}[self.value]


_RELATIONS = {
    "father": "父亲",
    "mother": "母亲",
    "paternal_grandfather": "祖父",
    "paternal_grandmother": "祖母",
    "maternal_grandfather": "外祖父",
    "maternal_grandmother": "外祖母",
    "stepfather": "继父",
    "stepmother": "继母",
    "sibling": "兄弟姐妹",
    "relative": "其他亲属",
    "other": "其他",
}

_MEMBERSHIP_ENDS = {
    "transferred": "转出",
    "moved_class": "转班",
    "graduated": "毕业",
    "suspended": "休学",
    "left": "离校",
    "corrected": "更正",
}
