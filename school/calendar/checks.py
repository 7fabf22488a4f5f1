"""What a day or a term must satisfy before the school enters it."""

from collections.abc import Iterable
from datetime import date

from school.calendar.enums import DayKind
from school.calendar.rules import TermDates, day_in_words
from school.errors import Refused

LONGEST_CLOSURE = 60  # days entered at once; a longer one is the end of a term
TERM_NAMES = {1: "第一学期", 2: "第二学期"}


def term_name(start_year: int, number: int) -> str:
    """A term as the office calls it, e.g. 2026—2027学年第一学期."""
    return f"{start_year}—{start_year + 1}学年{TERM_NAMES[number]}"


def check_day(kind: DayKind, name: str, follows_weekday: int | None) -> None:
    """Refuse a day without a name, a make-up day that follows no weekday, and any other day that follows one (CA-02)."""
    if not name.strip():
        raise Refused("请写明这一天的名称，例如“运动会”。", "name")
    if kind.is_school_day and follows_weekday is None:
        raise Refused("调休补班要写明上星期几的课。", "follows_weekday")
    if not kind.is_school_day and follows_weekday is not None:
        raise Refused("只有调休补班才按别的星期几上课，请清空“上星期几的课”。", "follows_weekday")


def check_span(first: date, last: date, kind: DayKind) -> None:
    """Refuse several days in the wrong order, too many, or several make-up days at once."""
    if last < first:
        raise Refused("结束日期不能早于开始日期。", "until")
    if (last - first).days >= LONGEST_CLOSURE:
        raise Refused(f"一次最多录入 {LONGEST_CLOSURE} 天；更长的假期请修改学期的起止日期。", "until")
    if kind.is_school_day and last != first:
        raise Refused("调休补班请一天一天录入，因为每天上的课不同。", "until")


def check_term(new: TermDates, others: Iterable[TermDates]) -> None:
    """Refuse dates in the wrong order, outside the school year, a second term of one number, and overlaps."""
    if new.ends_on <= new.starts_on:
        raise Refused("学期的最后一天要晚于第一天。", "ends_on")
    if not date(new.start_year, 8, 1) <= new.starts_on or not new.ends_on <= date(new.start_year + 1, 8, 31):
        span = f"{new.start_year}年8月1日到{new.start_year + 1}年8月31日"
        raise Refused(f"这个学年的学期应在{span}之间。", "starts_on")
    for other in others:
        name = term_name(other.start_year, other.number)
        if (other.start_year, other.number) == (new.start_year, new.number):
            raise Refused(f"{name}已经有了，请直接修改它。", "number")
        if new.starts_on <= other.ends_on and other.starts_on <= new.ends_on:
            dates = f"{day_in_words(other.starts_on)}至{day_in_words(other.ends_on)}"
            raise Refused(f"与{name}（{dates}）重叠。", "starts_on")
        if other.start_year == new.start_year and (other.number < new.number) != (other.starts_on < new.starts_on):
            raise Refused("第二学期要在第一学期之后。", "starts_on")
