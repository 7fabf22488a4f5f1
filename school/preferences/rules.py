"""The school's own settings: their types, defaults, bounds and meanings. A school may only tighten the law."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from typing import Any

from school.errors import Refused
from school.preferences.enums import PublicLogAccess, TeacherDisplay, Treatment


def _setting(default: Any, label: str, meaning: str, *, rule: str = "", group: str = "作业") -> Any:
    metadata = {"label": label, "meaning": meaning, "rule": rule, "group": group}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Preferences:
    """Every setting with its value; an absent row in the database means the default given here."""

    school_name: str = _setting("示范小学", "学校名称", "页面抬头、打印和报表上的校名。", group="学校")
    caps: dict[str, int] = _setting({}, "各年级上限(分钟)", "只能比国家规定更严;空着用国家规定。", rule="HW-02")
    publish_by: str = _setting("16:00", "公示截止时间", "晚于这个时间公示算迟公示,要写明原因。", rule="HW-06")
    needs_approval: bool = _setting(False, "公示前需审核", "班主任统筹后由年级组长或教导处审核公示。", rule="HW-05")
    weekend_percent: int = _setting(100, "周末总量(%)", "整个周末或假期的书面作业最多是一天上限的百分之几。", rule="HW-04")
    weekend_treatment: Treatment = _setting(Treatment.WARN, "周末超量时", "提醒时要写明理由并计数。", rule="HW-04")
    no_homework_weekday: int = _setting(0, "无作业日", "每周这一天不布置书面作业;0 表示不设。", rule="HW-16")
    trial_treatment: Treatment = _setting(Treatment.OFF, "教师试做", "没有填写试做用时的作业。", rule="HW-20")
    repeat_limit: int = _setting(3, "重复抄写次数", "“抄几遍”达到这个次数就不允许。", rule="HW-09")
    allowed_wordings: tuple[str, ...] = _setting((), "误报放行的词句", "每行一句;校长确认不是违规表述的原文。", rule="HW-08")
    near_percent: int = _setting(80, "接近上限(%)", "达到上限的百分之几时报表标为“接近”。")
    close_after_days: int = _setting(14, "自动归档天数", "公示这么多天以后不能再修改。")
    public_log: PublicLogAccess = _setting(PublicLogAccess.OPEN, "谁能看作业公示", "“有链接的人”需要带口令的链接。", group="公示")
    public_log_key: str = _setting("", "公示链接口令", "换一个口令,旧链接就失效。", group="公示")
    teacher_display: TeacherDisplay = _setting(TeacherDisplay.SURNAME, "公示中的教师", "公示页怎样称呼教师。", group="公示")

    @property
    def school_caps(self) -> dict[int, int]:
        """Minutes by grade where the school is stricter than the law."""
        return {int(grade): minutes for grade, minutes in self.caps.items()}

    @property
    def publish_time(self) -> time:
        """The time of day after which a publication is late."""
        return time.fromisoformat(self.publish_by)


BOUNDS = {
    "weekend_percent": (10, 100),
    "no_homework_weekday": (0, 5),
    "repeat_limit": (2, 3),
    "near_percent": (50, 99),
    "close_after_days": (1, 180),
}


def from_stored(values: Mapping[str, Any]) -> Preferences:
    """Preferences from stored JSON values; a key this version does not know is left alone."""
    known = {f.name: f for f in fields(Preferences)}
    chosen = {key: _typed(key, value) for key, value in values.items() if key in known}
    return Preferences(**chosen)


def check_preference(key: str, value: Any) -> None:
    """Raise `Refused` when a number is out of bounds or a time cannot be read; HW-02's caps are homework's to check."""
    if key in BOUNDS:
        low, high = BOUNDS[key]
        if not low <= int(value) <= high:
            raise Refused(f"请填 {low} 到 {high} 之间的整数。", key)
    if key == "publish_by":
        try:
            time.fromisoformat(str(value))
        except ValueError:
            raise Refused("请按 16:00 这样的格式填写时间。", key) from None
    if key == "school_name" and not 1 <= len(str(value).strip()) <= 40:
        raise Refused("校名要有 1 到 40 个字。", key)


def _typed(key: str, value: Any) -> Any:
    default = getattr(Preferences(), key)
    if isinstance(default, tuple):
        return tuple(value)
    return type(default)(value)
