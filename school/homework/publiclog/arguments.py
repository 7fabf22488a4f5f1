"""What the address of a public page asks for: days, class, grade, subject; refused in one Chinese sentence."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from school.calendar.rules import school_year_start
from school.errors import Refused
from school.people.rules import ClassKey, parse_class_name

KNOWN = ("date", "from", "to", "month", "class", "grade", "subject", "key")
LONGEST_SCHOOL, LONGEST_CLASS = 62, 370
GRADES = "一二三四五六七八九"
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class SubjectName:
    """A subject by code and Chinese name."""

    code: str
    name: str


@dataclass(frozen=True)
class Scope:
    """Which classes and subject; None means all."""

    class_key: ClassKey | None = None
    grade: int | None = None
    subject: SubjectName | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """The scope as an address writes it."""
        written = {
            "class": key_text(self.class_key) if self.class_key else "",
            "grade": str(self.grade or ""),
            "subject": self.subject.code if self.subject else "",
        }
        return {name: value for name, value in written.items() if value}


@dataclass(frozen=True)
class Days:
    """The days asked for, both included."""

    first: date
    last: date

    @property
    def is_one(self) -> bool:
        """Whether it is a single day."""
        return self.first == self.last

    @property
    def count(self) -> int:
        """How many days, school days or not."""
        return (self.last - self.first).days + 1


def key_text(key: ClassKey) -> str:
    """A class as addresses, CSV and JSON write it: 2024-2."""
    return f"{key.entry_year}-{key.number}"


def parse_days(arguments: Mapping[str, str]) -> Days | None:
    """`date`, or `from` and `to` (one alone means that day), or None when nothing was asked; raises `Refused`."""
    day, first, last = (_day(arguments, name) for name in ("date", "from", "to"))
    if day and (first or last):
        raise Refused("日期请只用一种写法：date，或者 from 和 to。", "date")
    first, last = day or first or last, day or last or first
    if first is None or last is None:
        return None
    if last < first:
        raise Refused("结束日期不能早于开始日期，请调换后再查。", "to")
    return Days(first, last)


def parse_scope(arguments: Mapping[str, str], subjects: Sequence[SubjectName], *, on_day: date) -> Scope:
    """`class` (2024-2, 三(2)班 …; goes before `grade`), `grade` (3, 三年级), `subject` (code or name); raises `Refused`.

    Class names are meant in the school year of `on_day`.
    """
    written = {name: _text(arguments, name) for name in ("class", "grade", "subject")}
    class_key = parse_class(written["class"], on_day=on_day) if written["class"] else None
    grade = _grade(written["grade"]) if written["grade"] and not class_key else None
    return Scope(class_key, grade, _subject(written["subject"], subjects) if written["subject"] else None)


def parse_class(text: str, *, on_day: date) -> ClassKey:
    """A class by its key or by any way its name is written; raises `Refused`."""
    if match := re.fullmatch(r"(20\d\d)-(\d{1,2})", unicodedata.normalize("NFKC", text)):
        if int(match[2]):
            return ClassKey(int(match[1]), int(match[2]))
        raise Refused("班号从 1 开始，请核对班级。", "class")
    try:
        return parse_class_name(text, school_year_start=school_year_start(on_day))
    except Refused as refused:
        raise Refused(refused.message, "class") from None


def check_range(days: Days, scope: Scope) -> None:
    """Raise `Refused` when so many days are asked for that an answer would be too heavy."""
    if scope.class_key and days.count > LONGEST_CLASS:
        raise Refused(f"一个班一次最多查 {LONGEST_CLASS} 天，现在是 {days.count} 天。请缩短日期范围。", "to")
    if not scope.class_key and days.count > LONGEST_SCHOOL:
        raise Refused(f"没有选班级时一次最多查 {LONGEST_SCHOOL} 天，现在是 {days.count} 天。请缩短日期范围，或选一个班级。", "to")


def week_of(day: date) -> Days:
    """Monday to Sunday around `day`."""
    monday = day - timedelta(days=day.weekday())
    return Days(monday, monday + timedelta(days=6))


def _text(arguments: Mapping[str, str], name: str) -> str:
    return arguments.get(name, "").strip()[:60]


def _day(arguments: Mapping[str, str], name: str) -> date | None:
    text = unicodedata.normalize("NFKC", _text(arguments, name))
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"认不出日期“{text[:20]}”，请写成 2026-11-25 的样子。", name) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(f"日期“{text[:20]}”不在可以查询的年份里。", name)
    return day


def _grade(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).removesuffix("年级")
    if plain in list(GRADES):
        return GRADES.index(plain) + 1
    if plain in list("123456789"):
        return int(plain)
    raise Refused(f"认不出年级“{text[:20]}”，请填 1 到 9。", "grade")


def _subject(text: str, subjects: Sequence[SubjectName]) -> SubjectName:
    found = next((one for one in subjects if text in (one.code, one.name)), None)
    if found is None:
        names = "、".join(one.name for one in subjects)
        raise Refused(f"没有学科“{text[:20]}”。可以查的学科有：{names or '暂无'}。", "subject")
    return found
