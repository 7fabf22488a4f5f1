"""Home visits: what a record may hold and when, how long it may be changed, how long a look lasts (PE-07, PR-06, PR-12)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from school.calendar.rules import day_in_words, school_year_start
from school.errors import Refused
from school.parentschool.enums import VisitMode
from school.wording import plain_text

EDIT_DAYS = 14  # a record may be corrected until so many days after it was written
LOOK_MINUTES = 30  # so long a look that is on record shows the text
LONGEST_MINUTES = 480
LATEST_DUE_DAYS = 366  # what is promised for later is no follow-up

_NUMBER = "[0-9一二三四五六七八九十百零〇两]"
_STREET = "(?:路|街|街道|巷|弄|胡同|大道|小区|社区|嘎查|村|屯|苑|花园|家园|公寓|新村)"
_ADDRESS = re.compile(
    rf"{_NUMBER}+(?:-{_NUMBER}+)?号[楼院]|[0-9a-z]+[栋幢]|{_NUMBER}+[栋幢]{_NUMBER}|[0-9a-z]座{_NUMBER}"
    rf"|(?<![第0-9一二三四五六七八九十百])(?:[0-9]+|[一二三四五六七八九十百]+)单元(?:{_NUMBER}+[楼层室号户]|[0-9]{{3,4}}(?![0-9分]))"
    rf"|[0-9]{{3,4}}(?:室|房(?!间))|(?<![0-9-])[0-9]{{1,2}}-[0-9]{{1,2}}-[0-9]{{3,4}}(?![0-9题分页])"
    rf"|{_STREET}{_NUMBER}+(?:-{_NUMBER}+)?[号组]|(?:住址|门牌号?|地址)[:为是]"
)
_PHONE = re.compile(r"(?<!\d)(?:\+?86-?)?1[3-9]\d[-.]?\d{4}[-.]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[-)]?\d{7,8}(?!\d)")
_LONG_NUMBER = re.compile(r"\d{14,}[\dx]")


@dataclass(frozen=True)
class VisitValues:
    """A visit as the form holds it; `minutes` is how long it took, `teacher_ids` are those who visited."""

    on_day: date
    began_at: time
    minutes: int
    mode: VisitMode
    place: str
    teacher_ids: tuple[int, ...]
    met: str
    purpose: str
    at_school: str = ""
    at_home: str = ""
    wishes: str = ""
    measures: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """Everything written by hand, by field."""
        names = ("place", "met", "purpose", "at_school", "at_home", "wishes", "measures")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Stay:
    """A pupil's time in a class, both days included; `ends_on` is None while it lasts."""

    class_id: int
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class FollowUpValues:
    """What somebody is to do after a visit, and until when."""

    what: str
    owner_id: int
    due_on: date


def check_words(text: str, field: str | None = None) -> None:
    """Refuse house numbers, phone numbers and ID numbers, with the reason; dates, classes and marks pass (PR-12)."""
    plain = plain_text(text)
    if found := _LONG_NUMBER.search(plain):
        raise Refused(f"“{found[0][:4]}…”像身份证号或卡号。家访记录不留证件号码，请删去。", field)
    if found := _PHONE.search(plain):
        raise Refused(f"“{found[0][:3]}…”像电话号码。电话在学生名册里，家访记录不再留一份，请删去。", field)
    if found := _ADDRESS.search(plain):
        raise Refused(f"“{found[0]}”像住址。家访记录不留门牌住址，地点写“家中”“小区门口”这样就够了。", field)


def check_visit(values: VisitValues, now: datetime) -> None:
    """Refuse a visit that has not begun yet, that nobody made, that says nothing, or that names what must not be kept."""
    if values.on_day > now.date():
        raise Refused("家访日期在今天以后，访完再登记；还没访的请列入计划。", "on_day")
    if values.on_day == now.date() and values.began_at > now.time():
        raise Refused("开始时间还没有到。", "began_at")
    if not 1 <= values.minutes <= LONGEST_MINUTES:
        raise Refused(f"用时请填 1 到 {LONGEST_MINUTES} 之间的分钟数。", "minutes")
    if not values.teacher_ids:
        raise Refused("请选家访的老师，至少一位。", "teacher_ids")
    if not values.met.strip():
        raise Refused("请写见到了谁，例如“母亲和孩子”。", "met")
    if not values.purpose.strip():
        raise Refused("请写这次家访为了什么。", "purpose")
    if not any(text.strip() for text in (values.at_school, values.at_home, values.wishes, values.measures)):
        raise Refused("在校情况、在家情况、家长的想法、商定的措施，请至少写一项。", "at_school")
    for field, text in values.texts.items():
        check_words(text, field)


def class_of_day(stays: Iterable[Stay], day: date) -> int:
    """The class a pupil was in on a day; refuses a day outside their time at this school."""
    for stay in stays:
        if stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on):
            return stay.class_id
    raise Refused(f"{day_in_words(day)}这个孩子不在本校就读，请核对日期。", "on_day")


def may_still_be_changed(recorded_at: datetime, now: datetime) -> bool:
    """Whether a record is young enough to be corrected: until the end of the fourteenth day after it was written."""
    return now.date() <= recorded_at.date() + timedelta(EDIT_DAYS)


def check_may_be_changed(recorded_at: datetime, now: datetime) -> None:
    """Refuse to correct a record that is too old."""
    if not may_still_be_changed(recorded_at, now):
        raise Refused(f"登记已超过 {EDIT_DAYS} 天，不能再修改。写错了可以撤回并说明原因，再重新登记。")


def is_look_fresh(looked_at: datetime | None, now: datetime) -> bool:
    """Whether the text may be shown without another look on record (PR-06)."""
    return looked_at is not None and timedelta(0) <= now - looked_at <= timedelta(minutes=LOOK_MINUTES)


def check_planned_day(day: date, today: date) -> None:
    """Refuse to plan a visit for the past or for another school year."""
    if day < today:
        raise Refused("计划日期已经过去，请选今天或以后的日期。", "planned_on")
    if school_year_start(day) != school_year_start(today):
        raise Refused("计划只排本学年（到 8 月 31 日），下一学年到时再排。", "planned_on")


def check_follow_up(values: FollowUpValues, *, visit_day: date, today: date, present: FollowUpValues | None = None) -> None:
    """Refuse a follow-up without words, due before the visit or in the past, too late, or with what must not be kept.

    One that is changed may keep the day it has, also when that is over.
    """
    if not values.what.strip():
        raise Refused("请写要跟进什么。", "what")
    check_words(values.what, "what")
    if present is not None and present.due_on == values.due_on:
        return
    if values.due_on < max(today, visit_day):
        raise Refused("跟进期限要在今天或以后。", "due_on")
    if values.due_on > today + timedelta(LATEST_DUE_DAYS):
        raise Refused("跟进期限最远一年。", "due_on")


def check_result(result: str) -> None:
    """Refuse to close a follow-up without saying what came of it."""
    if not result.strip():
        raise Refused("请写结果，一句话就够。", "result")
    check_words(result, "result")


def check_reason(reason: str) -> None:
    """Refuse to drop or withdraw without a reason."""
    if not reason.strip():
        raise Refused("请写原因。", "reason")
    check_words(reason, "reason")


def is_overdue(due_on: date, done_on: date | None, today: date) -> bool:
    """Whether a follow-up should have been done by now."""
    return done_on is None and due_on < today


def coverage_percent(visited: int, pupils: int) -> int | None:
    """The share of pupils visited, rounded down so that 100 means all of them; None without pupils (PE-07)."""
    return visited * 100 // pupils if pupils else None
