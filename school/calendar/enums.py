"""Vocabularies of the calendar; values are stored, labels are shown."""

from enum import StrEnum


class DayKind(StrEnum):
    """Why a day is not what its weekday says."""

    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    CLOSURE = "closure"
    PUPILS_OFF = "pupils_off"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"holiday": "公共假日", "makeup": "调休补班", "closure": "学校停课", "pupils_off": "学生放假"}[self.value]

    @property
    def is_school_day(self) -> bool:
        """Only a make-up workday brings pupils to school."""
        return self is DayKind.MAKEUP
