"""Vocabularies of homework; values are stored, labels are shown."""

from enum import StrEnum


class ItemState(StrEnum):
    """Where one homework item stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COORDINATED = "coordinated"
    PUBLISHED = "published"
    CLOSED = "closed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The school's word."""
        return _ITEM_STATES[self.value]


class DayState(StrEnum):
    """Where one class-day stands."""

    OPEN = "open"
    COORDINATED = "coordinated"
    PUBLISHED = "published"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"open": "填报中", "coordinated": "已统筹", "published": "已公示", "closed": "已归档"}[self.value]


class LogChange(StrEnum):
    """Why the public log gained a row."""

    PUBLISHED = "published"
    ADDED = "added"
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"
    NONE = "none"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"published": "公示", "added": "补充", "amended": "修改", "withdrawn": "撤回", "none": "无作业"}[self.value]


class Kind(StrEnum):
    """The four kinds of homework the school shows every month (S4)."""

    BASIC = "basic"
    INTEGRATED = "integrated"
    UNIT = "unit"
    PRACTICE = "practice"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"basic": "基础作业", "integrated": "综合作业", "unit": "单元作业", "practice": "特色实践作业"}[self.value]


class Form(StrEnum):
    """How a pupil does the item; only written forms count towards the cap."""

    WRITTEN = "written"
    ORAL = "oral"
    READING = "reading"
    PRACTICE = "practice"
    SPORT = "sport"
    LABOUR = "labour"
    TEST_PAPER = "test_paper"

    @property
    def label(self) -> str:
        """The school's word."""
        return _FORMS[self.value]

    @property
    def is_written(self) -> bool:
        """Whether HW-01 to HW-03 count it; a test paper is written work too."""
        return self in (Form.WRITTEN, Form.TEST_PAPER)


class Stage(StrEnum):
    """When the item is used (S5)."""

    BEFORE_CLASS = "before_class"
    IN_CLASS = "in_class"
    AFTER_CLASS = "after_class"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"before_class": "课前检测", "in_class": "课中练习", "after_class": "课后提升"}[self.value]


class Layer(StrEnum):
    """For whom in the class: everyone, or one of three layers."""

    ALL = "all"
    A = "a"
    B = "b"
    C = "c"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"all": "全体", "a": "A层", "b": "B层", "c": "C层"}[self.value]


class Demand(StrEnum):
    """Whether every pupil of the layer has to do it."""

    REQUIRED = "required"
    OPTIONAL = "optional"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"required": "必做", "optional": "选做"}[self.value]


class DayStatus(StrEnum):
    """What the report's grid says of a class-day; late stands beside the others as a flag of its own."""

    WITHIN = "within"
    NEAR = "near"
    OVER = "over"
    NONE = "none"
    MISSING = "missing"
    PENDING = "pending"
    LATE = "late"

    @property
    def label(self) -> str:
        """The school's word."""
        return _DAY_STATUSES[self.value]


_ITEM_STATES = {
    "draft": "草稿",
    "submitted": "已提交",
    "coordinated": "已统筹",
    "published": "已公示",
    "closed": "已归档",
    "returned": "已退回",
    "withdrawn": "已撤回",
}

_FORMS = {
    "written": "书面",
    "oral": "口头",
    "reading": "阅读",
    "practice": "实践",
    "sport": "体育",
    "labour": "劳动",
    "test_paper": "纸笔测试",
}

_DAY_STATUSES = {
    "within": "合规",
    "near": "接近上限",
    "over": "超上限",
    "none": "无作业",
    "missing": "未公示",
    "pending": "待公示",
    "late": "迟公示",
}
