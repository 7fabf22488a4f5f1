"""A course as one row of a spreadsheet: reading what people write, and writing what reads back the same."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from school.courses.enums import Family, Tag, Weeks
from school.courses.rules.catalogue import CourseValues
from school.courses.rules.facts import WEEKDAYS, MeetingFacts, clock
from school.errors import Refused

TITLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "code": ("编号", ("课程编号", "序号", "代码")),
    "name": ("名称", ("课程名称", "课程", "社团名称", "社团", "项目")),
    "family": ("类别", ("课程类别", "类型", "门类")),
    "grades": ("年级", ("适合年级", "面向年级", "招收年级")),
    "meetings": ("上课时间", ("时间", "上课时段", "活动时间")),
    "room": ("教室", ("地点", "上课地点", "场地", "活动地点")),
    "teachers": ("教师", ("任课教师", "授课教师", "指导教师", "老师")),
    "provider": ("机构", ("校外机构", "合作机构")),
    "outside_teacher": ("校外教师", ("外聘教师",)),
    "capacity": ("人数上限", ("名额", "招收人数", "限报人数", "上限")),
    "minimum": ("开班人数", ("最少人数", "最低人数")),
    "first_on": ("第一次上课", ("开始日期", "开课日期")),
    "last_on": ("最后一次上课", ("结束日期", "结课日期")),
    "fee_note": ("收费说明", ("收费", "费用")),
    "safety_note": ("安全说明", ("安全", "安全须知")),
    "description": ("课程内容", ("简介", "课程简介", "课程介绍", "内容")),
    "tags": ("标签", ("课程标签",)),
    "is_exempt": ("不计门数", ("是否不计门数",)),
    "reason": ("理由", ("提前结束理由",)),
}
NEEDED = ("code", "name")
HOW_TO_WRITE = {
    "code": "必填，本学期内不重复；已有这个编号的课程会被修改，没有的新建为草稿。例如 A01",
    "name": "必填，最多 40 个字。不写新授、补课、刷题、备考",
    "family": "、".join(one.label for one in Family),
    "grades": "1-3、5 或 三至六年级 或 全校",
    "meetings": "周二16:00-17:30；周四(单周)16:00-17:30。几天同一时间可写 周一、周三16:00-17:30",
    "room": "两门课不能同时在一处；操场等可共用场地在学校设置里定",
    "teachers": "本校教师的姓名或工号，几位用顿号隔开；重名的写工号",
    "provider": "已登记的校外机构名称；本校教师上课留空",
    "outside_teacher": "家长看到的称呼，例如 王教练；要同时写机构",
    "capacity": "1 到 500，空着是 30",
    "minimum": "报名不足就不开班，空着或 0 表示不限",
    "first_on": "2026-09-01 这样的日期，空着是学期第一天",
    "last_on": "2026-09-01 这样的日期，空着是学期最后一天",
    "fee_note": "例如 免费；或 材料费 30 元/学期，困难家庭免收",
    "safety_note": "例如 剪刀由教师统一保管",
    "description": "家长看到的介绍，最多 1000 个字",
    "tags": "、".join(one.label for one in Tag),
    "is_exempt": "写“是”表示不计入每个孩子的门数",
    "reason": "提前结束或时间较短时必填",
}
KEPT_WHEN_EMPTY = ("name", "family", "grades", "capacity", "minimum", "first_on", "last_on")

_DIGITS = "零一二三四五六七八九"
_DAYS = {char: day for day, char in enumerate(WEEKDAYS) if day} | {"天": 7}
_DAYS_OF = r"(?:周|星期|礼拜)([一二三四五六日天1-7])(?:[-~至到—–](?:周|星期|礼拜)?([一二三四五六日天1-7]))?"
_WEEKS_OF = r"(?:\(?(单|双)周\)?)?"
_ONLY_DAYS = re.compile(_DAYS_OF)
_MEETING = re.compile(rf"{_DAYS_OF}{_WEEKS_OF}(\d{{1,2}})[:.](\d{{2}})[-~至到—–]+(\d{{1,2}})[:.](\d{{2}}){_WEEKS_OF}")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")


@dataclass(frozen=True)
class Known:
    """What words of a row stand for: ids of teachers and providers by name, and the days of the term for empty dates."""

    teachers: Mapping[str, tuple[int, ...]]
    providers: Mapping[str, int]
    first: date
    last: date
    last_grade: int


def values_of_row(row: Mapping[str, str], known: Known) -> tuple[CourseValues, str]:
    """The course a row describes, and its reason for AS-02 and AS-03; raises `Refused` naming the column (`field`)."""
    if not row.get("code") or not row.get("name"):
        raise Refused("编号和名称都要填。", "code" if not row.get("code") else "name")
    if len(row["code"]) > 10 or len(row["name"]) > 40:
        raise Refused("编号最多 10 个字，名称最多 40 个字。", "code")
    values = CourseValues(
        code=row["code"],
        name=row["name"],
        family=_family(row.get("family", "")),
        description=_short(row, "description", 1000),
        room=_short(row, "room", 40),
        grades=grades_of_text(row.get("grades", ""), known.last_grade),
        capacity=_number(row.get("capacity", ""), "capacity", 30),
        minimum=_number(row.get("minimum", ""), "minimum", 0),
        first_on=_date(row.get("first_on", ""), "first_on", known.first),
        last_on=_date(row.get("last_on", ""), "last_on", known.last),
        fee_note=_short(row, "fee_note", 200),
        safety_note=_short(row, "safety_note", 200),
        tags=_tags(row.get("tags", "")),
        is_exempt=row.get("is_exempt", "") in ("是", "√", "1", "y", "Y"),
        teacher_ids=teacher_ids_of(row.get("teachers", ""), known.teachers),
        provider_id=_provider(row.get("provider", ""), known.providers),
        outside_teacher=_short(row, "outside_teacher", 60),
        meetings=meetings_of_text(row.get("meetings", "")),
    )
    return values, _short(row, "reason", 200)


def filled_row(row: Mapping[str, str], present: Mapping[str, str] | None) -> dict[str, str]:
    """A row with what it leaves open: columns the file does not have, and empty cells of what a course cannot be without.

    `present` is the course of that code as it would be exported; a new course begins with empty cells.
    """
    filled = {key: "" for key in TITLES} | dict(present or {}) | row | {"code": plain_code(row.get("code", ""))}
    return filled | {key: (present or filled)[key] for key in KEPT_WHEN_EMPTY if not filled[key]}


def plain_code(text: str) -> str:
    """A code as it is kept: Ａ01 typed under Chinese input is A01."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def row_of(values: CourseValues, reason: str, teachers: Mapping[int, str], provider: str) -> list[object]:
    """The cells of a course in the order of `TITLES`; read again they give the same course."""
    written: dict[str, object] = {
        "code": values.code,
        "name": values.name,
        "family": values.family.label,
        "grades": "、".join(str(grade) for grade in sorted(values.grades)),
        "meetings": "；".join(_meeting_text(one) for one in values.meetings),
        "room": values.room,
        "teachers": "、".join(teachers[one] for one in values.teacher_ids),
        "provider": provider,
        "outside_teacher": values.outside_teacher,
        "capacity": values.capacity,
        "minimum": values.minimum,
        "first_on": values.first_on.isoformat(),
        "last_on": values.last_on.isoformat(),
        "fee_note": values.fee_note,
        "safety_note": values.safety_note,
        "description": values.description,
        "tags": "、".join(Tag(one).label for one in values.tags),
        "is_exempt": "是" if values.is_exempt else "",
        "reason": reason,
    }
    return [written[key] for key in TITLES]


def teacher_ids_of(text: str, known: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The teachers a text names, `known` by word; raises `Refused` for a word that is nobody or more than one."""
    ids = []
    for word in words_in(text):
        found = known.get(word, ())
        if len(found) != 1:
            what = "有几位教师都叫" if found else "没有教师"
            raise Refused(f"{what}“{word}”，请改用工号。", "teachers")
        ids.append(found[0])
    return tuple(dict.fromkeys(ids))


def words_in(text: str) -> list[str]:
    """The names in a cell, separated by commas, stops, slashes or new lines."""
    return [word.strip() for word in re.split(r"[、,，;；/\n]", text) if word.strip()]


def grades_of_text(text: str, last_grade: int) -> frozenset[int]:
    """Grades from 1-3、5, 三至六年级, 三年级, 全校; raises `Refused` for anything else."""
    plain = re.sub(r"年级|级|\s", "", unicodedata.normalize("NFKC", text)).removeprefix("第")
    if plain in ("全校", "全部", "不限"):
        return frozenset(range(1, last_grade + 1))
    for number, char in enumerate(_DIGITS):
        plain = plain.replace(char, str(number))
    found: set[int] = set()
    for part in re.split(r"[、,;/.]", plain):
        span = re.fullmatch(r"([1-9])[-~至到—–]+([1-9])", part)
        if (not span and not re.fullmatch("[1-9]+", part)) or (span and span[1] > span[2]):
            raise Refused(f"看不懂年级“{text}”，请写成 1-3、5 或 三至六年级。", "grades")
        found.update(range(int(span[1]), int(span[2]) + 1) if span else (int(digit) for digit in part))
    return frozenset(found)


def meetings_of_text(text: str) -> tuple[MeetingFacts, ...]:
    """Meetings in order from 周二16:00-17:30；周四(单周)16:00-17:30, 周一、周三16:00-17:30, 周一至周五16:00-17:30.

    Raises `Refused` for anything else.
    """
    plain = re.sub(r"[ \t]", "", unicodedata.normalize("NFKC", text))
    meetings, days = [], []
    for part in re.split(r"[;、,/和\n]+", plain):
        only_days = _ONLY_DAYS.fullmatch(part)
        if only_days:
            days += _days_between(*only_days.groups())
        elif part:
            meetings += _meetings_of(part, days, text)
            days = []
    if days:
        raise _unreadable(text)
    return tuple(sorted(meetings, key=lambda one: (one.weekday, one.starts_at, one.weeks)))


def _meetings_of(part: str, days_before: list[int], text: str) -> list[MeetingFacts]:
    found = _MEETING.fullmatch(part)
    if found is None:
        raise _unreadable(text)
    first, last, weeks, hour, minute, end_hour, end_minute, weeks_after = found.groups()
    starts, ends = int(hour) * 60 + int(minute), int(end_hour) * 60 + int(end_minute)
    if max(int(minute), int(end_minute)) > 59 or ends > 24 * 60:
        raise Refused(f"上课时间“{text}”不是钟点。", "meetings")
    which = {"单": Weeks.ODD, "双": Weeks.EVEN}.get(weeks or weeks_after or "", Weeks.ALL)
    return [MeetingFacts(day, starts, ends, which) for day in (*days_before, *_days_between(first, last))]


def _days_between(first: str, last: str | None) -> list[int]:
    begin, end = (int(day) if day.isdigit() else _DAYS[day] for day in (first, last or first))
    if end < begin:
        raise Refused("“周五至周一”这样的写法看不懂，请从周一往后写。", "meetings")
    return list(range(begin, end + 1))


def _unreadable(text: str) -> Refused:
    return Refused(f"看不懂上课时间“{text}”，请写成 周二16:00-17:30；周四(单周)16:00-17:30。", "meetings")


def _meeting_text(meeting: MeetingFacts) -> str:
    weeks = "" if meeting.weeks is Weeks.ALL else f"({meeting.weeks.label})"
    return f"周{WEEKDAYS[meeting.weekday]}{weeks}{clock(meeting.starts_at)}-{clock(meeting.ends_at)}"


def _family(text: str) -> Family:
    plain = re.sub(r"[类\s]", "", text)
    found = [one for one in Family if plain and (one.label == plain or (len(plain) > 1 and plain in one.label))]
    if len(found) != 1:
        raise Refused(f"类别“{text}”应是：{'、'.join(one.label for one in Family)}。", "family")
    return found[0]


def _tags(text: str) -> tuple[str, ...]:
    known = {one.label: one.value for one in Tag}
    words = words_in(text)
    if unknown := [word for word in words if word not in known]:
        raise Refused(f"没有标签“{unknown[0]}”，可用：{'、'.join(known)}。", "tags")
    return tuple(dict.fromkeys(known[word] for word in words))


def _provider(text: str, known: Mapping[str, int]) -> int | None:
    if not text:
        return None
    if text not in known:
        raise Refused(f"没有登记机构“{text}”，请先在“校外机构”里登记。", "provider")
    return known[text]


def _number(text: str, field: str, default: int) -> int:
    plain = re.sub(r"[人名\s]", "", unicodedata.normalize("NFKC", text))
    if not plain:
        return default
    if not re.fullmatch(r"\d{1,4}", plain):
        raise Refused(f"“{text}”不是人数。", field)
    return int(plain)


def _date(text: str, field: str, default: date) -> date:
    if not text:
        return default
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).split(" ")[0])
    try:
        return date(*(int(part) for part in found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise Refused(f"“{text}”不是日期，请写成 2026-09-01。", field) from None


def _short(row: Mapping[str, str], field: str, most: int) -> str:
    text = row.get(field, "")
    if len(text) > most:
        raise Refused(f"“{TITLES[field][0]}”最多 {most} 个字。", field)
    return text


def differences(
    stored: CourseValues, typed: CourseValues, teachers: Mapping[int, str], providers: Mapping[int | None, str]
) -> list[tuple[str, str, str]]:
    """What two versions of a course say differently: title of the column, as stored, as typed."""
    both = (row_of(one, "", teachers, providers.get(one.provider_id, "")) for one in (stored, typed))
    pairs = zip(titles(), *both, strict=True)
    return [(title, str(before), str(after)) for title, before, after in pairs if before != after]


def shorten(text: str, most: int = 40) -> str:
    """A cell in a sentence: （空） for nothing, and no more than the beginning of a long text."""
    plain = " ".join(text.split())
    return f"{plain[: most - 1]}…" if len(plain) > most else plain or "（空）"


def titles() -> list[str]:
    """The header of an export, in order."""
    return [title for title, _aliases in TITLES.values()]
