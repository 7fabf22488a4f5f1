"""Vocabularies of parent school and home visits, with the words the school uses."""

from enum import StrEnum


class EventKind(StrEnum):
    """What the plan of a month may hold (S12)."""

    TRAINING = "training"
    SALON = "salon"
    READING = "reading"
    MEETING = "meeting"
    INTERVIEW = "interview"
    OPEN_DAY = "open_day"

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "training": "家庭教育培训",
            "salon": "家教沙龙",
            "reading": "读书分享",
            "meeting": "家长培训会",
            "interview": "导师访谈",
            "open_day": "开放日",
        }[self.value]


class MentorSource(StrEnum):
    """Where a member of the mentor corps (家庭教育导师团) comes from."""

    COMMUNITY = "community"
    TEACHER = "teacher"
    PARENT = "parent"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"community": "社会", "teacher": "教师", "parent": "家长"}[self.value]


class RequestState(StrEnum):
    """How a mentor answered when asked to hold a session."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"asked": "待答复", "confirmed": "已应允", "declined": "已婉拒", "withdrawn": "已撤回"}[self.value]


class SessionState(StrEnum):
    """How far a session is; what families see begins with the announcement."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"draft": "筹备中", "announced": "已发布", "cancelled": "已取消"}[self.value]


class SignUpState(StrEnum):
    """Where a family's sign-up for one date stands."""

    SEATED = "seated"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    SWAPPED = "swapped"  # a chair at another date of the same topic came
    UNFIT = "unfit"  # the child is in no class any more
    CANCELLED = "cancelled"  # the date or the session was cancelled

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "seated": "已报名",
            "waiting": "候补中",
            "withdrawn": "已退出",
            "swapped": "已换场",
            "unfit": "不再符合条件",
            "cancelled": "场次已取消",
        }[self.value]


class CheckInMethod(StrEnum):
    """How a family's presence was noted."""

    CODE = "code"
    LIST = "list"
    TYPED = "typed"  # from the printed list, afterwards

    @property
    def label(self) -> str:
        """The school's word."""
        return {"code": "扫码", "list": "现场名单", "typed": "事后补录"}[self.value]


class ReadingState(StrEnum):
    """Where a reading-sharing entry stands; other families see only what was approved and may be shown."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"submitted": "待审核", "approved": "已通过", "returned": "已退回", "withdrawn": "已撤回"}[self.value]


class VisitMode(StrEnum):
    """How a home visit was held."""

    HOME = "home"
    PHONE = "phone"
    ONLINE = "online"
    SCHOOL = "school"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"home": "上门", "phone": "电话", "online": "线上", "school": "到校"}[self.value]


class PlannedState(StrEnum):
    """What became of a planned visit."""

    PLANNED = "planned"
    HELD = "held"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"planned": "待家访", "held": "已家访", "dropped": "已取消"}[self.value]
