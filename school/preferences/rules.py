"""The school's own settings: their types, defaults, bounds and meanings. A school may only tighten the law."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from typing import Any

from school.errors import Refused
from school.law import NATIONAL_CAPS
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
    last_grade: int = _setting(6, "最高年级", "小学填 6，九年一贯制学校填 9；高于它的班级已毕业。", group="学校")
    caps: dict[str, int] = _setting({}, "各年级上限（分钟）", "只能比国家规定更严；空着用国家规定。", rule="HW-02")
    publish_by: str = _setting("16:00", "公示截止时间", "晚于这个时间公示算迟公示，要写明原因。", rule="HW-06")
    needs_approval: bool = _setting(False, "公示前需审核", "班主任统筹后由年级组长或教导处审核公示。", rule="HW-05")
    weekend_percent: int = _setting(100, "周末总量（%）", "整个周末或假期的书面作业最多是一天上限的百分之几。", rule="HW-04")
    weekend_treatment: Treatment = _setting(Treatment.WARN, "周末超量时", "提醒时要写明理由并计数。", rule="HW-04")
    no_homework_weekday: int = _setting(0, "无作业日", "每周这一天不布置书面作业；0 表示不设。", rule="HW-16")
    trial_treatment: Treatment = _setting(Treatment.OFF, "教师试做", "没有填写试做用时的作业。", rule="HW-20")
    repeat_limit: int = _setting(3, "重复抄写次数", "“抄几遍”达到这个次数就不允许。", rule="HW-09")
    allowed_wordings: tuple[str, ...] = _setting((), "误报放行的词句", "每行一句；校长确认不是违规表述的原文。", rule="HW-08")
    near_percent: int = _setting(80, "接近上限（%）", "达到上限的百分之几时报表标为“接近”。")
    close_after_days: int = _setting(14, "自动归档天数", "公示这么多天以后不能再修改。")
    public_log: PublicLogAccess = _setting(PublicLogAccess.OPEN, "谁能看作业公示", "“有链接的人”需要带口令的链接。", group="公示")
    public_log_key: str = _setting("", "公示链接口令", "换一个口令，旧链接就失效。", group="公示")
    lessons_end: str = _setting("15:30", "课表结束时间", "课后服务不早于这个时间开始。", rule="AS-05", group="课后服务")
    service_end: str = _setting("17:30", "服务结束时间", "不早于当地下班时间；更早结束要写理由。", rule="AS-02", group="课后服务")
    service_minutes: int = _setting(120, "每天服务时长（分钟）", "上课日少于这个时长要写理由。", rule="AS-03", group="课后服务")
    shared_rooms: tuple[str, ...] = _setting(
        ("操场", "运动场", "体育馆"), "可共用场地", "每行一处；几门课可以同时在这里上。", group="课后服务"
    )
    mentor_chief_years: int = _setting(10, "首席师傅年限", "任教满几年可以坐 1 号。", group="教师成长")
    mentor_middle_years: int = _setting(3, "中坚教师年限", "任教满几年可以坐 2 号。", group="教师成长")
    mentor_novice_years: int = _setting(3, "新教师年限", "任教不满几年可以坐 3 号。", group="教师成长")
    mentor_chief_places: int = _setting(2, "每位首席带几组", "同一时间最多担任几个三人行的 1 号。", group="教师成长")
    mentor_quiet_days: int = _setting(30, "久无往来（天）", "这么多天没有记录就提示。", group="教师成长")
    mentor_overdue_days: int = _setting(45, "失去联系（天）", "这么多天没有记录就列为失联。", group="教师成长")
    tier_research_years: int = _setting(6, "研究型起始年限", "任教满几年起算研究型。", group="教师成长")
    tier_guidance_years: int = _setting(15, "指导型起始年限", "满几年并有高级职称或 46 岁以上算指导型。", group="教师成长")
    teacher_display: TeacherDisplay = _setting(TeacherDisplay.SURNAME, "公示中的教师", "公示页怎样称呼教师。", group="公示")

    @property
    def school_caps(self) -> dict[int, int]:
        """Minutes by grade where the school is stricter than the law."""
        return {int(grade): minutes for grade, minutes in self.caps.items()}

    @property
    def publish_time(self) -> time:
        """The time of day after which a publication is late."""
        return time.fromisoformat(self.publish_by)

    @property
    def lessons_end_minute(self) -> int:
        """When the timetable ends, in minutes after midnight (AS-05)."""
        return _minute(self.lessons_end)

    @property
    def service_end_minute(self) -> int:
        """When after-school service ends, in minutes after midnight (AS-02)."""
        return _minute(self.service_end)


GRADES = "零一二三四五六七八九"
WEEKDAYS = "零一二三四五"
SHORTEST_KEY = 8
SECRET_KEYS = frozenset({"public_log_key"})  # the record says that they changed, not to what
PRINCIPAL_ONLY = frozenset({"allowed_wordings"})  # HW-08: a false alarm is the principal's to allow, with a reason
NEEDS_REASON = frozenset({"allowed_wordings"})

TIMES = frozenset({"publish_by", "lessons_end", "service_end"})  # times of day, kept as 16:00

BOUNDS = {
    "last_grade": (6, 9),
    "weekend_percent": (10, 100),
    "no_homework_weekday": (0, 5),
    "repeat_limit": (2, 3),
    "near_percent": (50, 99),
    "close_after_days": (1, 180),
    "service_minutes": (30, 240),
    "mentor_chief_years": (5, 30),
    "mentor_middle_years": (2, 15),
    "mentor_novice_years": (1, 6),
    "mentor_chief_places": (1, 4),
    "mentor_quiet_days": (7, 60),
    "mentor_overdue_days": (14, 90),
    "tier_research_years": (2, 15),
    "tier_guidance_years": (8, 30),
}


def from_stored(values: Mapping[str, Any]) -> Preferences:
    """Preferences from stored JSON values; a key this version does not know is left alone."""
    known = {f.name: f for f in fields(Preferences)}
    chosen = {key: _typed(key, value) for key, value in values.items() if key in known}
    return Preferences(**chosen)


def check_preference(key: str, value: Any) -> None:
    """Raise `Refused` when a value is out of bounds, cannot be read, or loosens the law (HW-02)."""
    if key in BOUNDS:
        low, high = BOUNDS[key]
        if not low <= int(value) <= high:
            raise Refused(f"请填 {low} 到 {high} 之间的整数。", key)
    if key == "caps":
        for grade, minutes in value.items():
            _check_cap(int(grade), minutes)
    if key in TIMES:
        try:
            time.fromisoformat(str(value))
        except ValueError:
            raise Refused("请按 16:00 这样的格式填写时间。", key) from None
    if key == "school_name" and not 1 <= len(str(value).strip()) <= 40:
        raise Refused("校名要有 1 到 40 个字。", key)


def check_together(chosen: Preferences) -> None:
    """Raise `Refused` when settings that are fine alone do not go together."""
    if chosen.public_log is PublicLogAccess.LINK and len(chosen.public_log_key) < SHORTEST_KEY:
        raise Refused(f"选择“{PublicLogAccess.LINK.label}”时要设口令，至少 {SHORTEST_KEY} 个字母或数字。", "public_log_key")


def in_words(key: str, value: Any) -> str:
    """A value as the page and the record show it."""
    if key in SECRET_KEYS:
        return "（已设）" if value else "（空）"
    if key == "no_homework_weekday":
        return f"周{WEEKDAYS[value]}" if value else "不设"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "、".join(f"{GRADES[int(grade)]}年级 {value[grade]} 分钟" for grade in sorted(value)) or "国家规定"
    if isinstance(value, tuple):
        return "、".join(f"“{text}”" for text in value) or "（空）"
    return str(getattr(value, "label", value)) or "（空）"


def _minute(text: str) -> int:
    moment = time.fromisoformat(text)
    return moment.hour * 60 + moment.minute


def _check_cap(grade: int, minutes: int) -> None:
    national = NATIONAL_CAPS[grade]
    if not 0 <= minutes <= national:
        sentence = f"{GRADES[grade]}年级国家规定的上限是 {national} 分钟，学校只能定得更严，请填 0 到 {national}。"
        raise Refused(sentence, f"cap_{grade}")


def _typed(key: str, value: Any) -> Any:
    default = getattr(Preferences(), key)
    if isinstance(default, tuple):
        return tuple(value)
    return type(default)(value)
