"""What a course must be before the office may keep or list it: times, people, rooms, papers (AS-02 … AS-08)."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

from school.calendar.rules import SchoolCalendar, is_odd_week, school_days, term_of, timetable_weekday
from school.courses.enums import CourseState, Family, SelectionState, Weeks
from school.courses.rules.facts import WEEKDAYS, CourseFacts, MeetingFacts, clock
from school.courses.rules.wording import check_wording
from school.errors import Refused

MOST_CAPACITY = 500
MOST_MEETINGS = 5
LATEST_END = 20 * 60  # evening study is not this service (AS-05)


@dataclass(frozen=True)
class CourseValues:
    """What the office types for a course; `meetings` and `teacher_ids` in the order typed."""

    code: str
    name: str
    family: Family
    description: str
    room: str
    grades: frozenset[int]
    capacity: int
    minimum: int
    first_on: date
    last_on: date
    fee_note: str
    safety_note: str
    tags: tuple[str, ...]
    is_exempt: bool
    teacher_ids: tuple[int, ...]
    provider_id: int | None
    outside_teacher: str
    meetings: tuple[MeetingFacts, ...]


@dataclass(frozen=True)
class Papers:
    """A provider's papers: numbers, and until when licence and staff checks hold."""

    name: str
    whitelist_number: str
    licence_number: str
    licence_until: date
    checks_until: date


@dataclass(frozen=True)
class Other:
    """Another course of the term as clashes see it."""

    id: int
    name: str
    room: str
    teacher_ids: frozenset[int]
    meetings: tuple[MeetingFacts, ...]
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Hours:
    """The school's times, in minutes after midnight, and how long the service of a day is."""

    lessons_end: int
    service_end: int
    service_minutes: int


class ReasonNeeded(Refused):
    """Something the office may do, but only with a typed reason: AS-02, AS-03, less than families chose."""


def check_values(values: CourseValues, *, first: date, last: date, last_grade: int) -> None:
    """Raise `Refused` for values that make no sense by themselves; `first` and `last` are the days of the term."""
    for text, field in ((values.name, "name"), (values.description, "description")):
        check_wording(text, field)
    if not values.grades or not all(1 <= grade <= last_grade for grade in values.grades):
        raise Refused(f"请选择年级（1 到 {last_grade} 年级）。", "grades")
    if not 1 <= values.capacity <= MOST_CAPACITY:
        raise Refused(f"人数上限请填 1 到 {MOST_CAPACITY}。", "capacity")
    if not 0 <= values.minimum <= values.capacity:
        raise Refused("开班人数不能超过人数上限。", "minimum")
    if values.first_on > values.last_on:
        raise Refused("最后一次上课不能早于第一次。", "last_on")
    if values.first_on < first or values.last_on > last:
        raise Refused(f"上课日期应在学期之内（{first.isoformat()} 至 {last.isoformat()}）。", "first_on")


def check_times(values: CourseValues, calendar: SchoolCalendar, hours: Hours) -> None:
    """Raise `Refused` unless every meeting is on weekdays after the timetable and on some school day (AS-05)."""
    if len(values.meetings) > MOST_MEETINGS:
        raise Refused(f"一门课一周最多 {MOST_MEETINGS} 个时段。", "meetings")
    for number, meeting in enumerate(values.meetings, 1):
        field = f"weekday_{number}"
        if not 1 <= meeting.weekday <= 5:
            raise Refused("课后服务只在上课日进行，请选周一到周五。", field)
        if meeting.starts_at >= meeting.ends_at:
            raise Refused("下课时间要晚于上课时间。", f"ends_{number}")
        if meeting.starts_at < hours.lessons_end:
            raise Refused(f"课表 {clock(hours.lessons_end)} 才结束，课后服务不能更早开始；午间托管不在此列。", f"starts_{number}")
        if meeting.ends_at > LATEST_END:
            raise Refused(f"课后服务最晚到 {clock(LATEST_END)}，晚自习不在此列。", f"ends_{number}")
        if not dates_of(meeting, values.first_on, values.last_on, calendar, grade=min(values.grades)):
            raise Refused(f"从 {values.first_on.isoformat()} 到 {values.last_on.isoformat()} 没有这样的上课日，请核对。", field)
    for (a, one), (b, other) in combinations(enumerate(values.meetings, 1), 2):
        if meets_at_once(one, other):
            raise Refused(f"第 {a} 个和第 {b} 个时段重叠。", f"weekday_{b}")


def time_concerns(values: CourseValues, hours: Hours) -> list[str]:
    """Sentences for what needs a reason: a day that ends early (AS-02) or is short, all its meetings together (AS-03)."""
    concerns = []
    for weekday in sorted({meeting.weekday for meeting in values.meetings}):
        of_day = [meeting for meeting in values.meetings if meeting.weekday == weekday]
        day = f"周{WEEKDAYS[weekday]}"
        for which in (Weeks.ODD, Weeks.EVEN):
            met = [meeting for meeting in of_day if meeting.weeks in (Weeks.ALL, which)]
            if not met:
                continue
            ends, minutes = max(one.ends_at for one in met), sum(one.ends_at - one.starts_at for one in met)
            if ends < hours.service_end:
                concerns.append(f"{day} {clock(ends)} 结束，早于 {clock(hours.service_end)}（AS-02）。")
            if minutes < hours.service_minutes:
                concerns.append(f"{day}一共 {minutes} 分钟，不足 {hours.service_minutes} 分钟（AS-03）。")
    return list(dict.fromkeys(concerns))


def check_concerns(concerns: Sequence[str], reason: str) -> None:
    """Raise `ReasonNeeded` when there are concerns and no reason was typed (WARN)."""
    if concerns and not reason:
        raise ReasonNeeded("".join(concerns) + "请写明理由，例如与校车或食堂时间衔接。", "warning_reason")


def check_clashes(values: CourseValues, others: Iterable[Other], teachers: dict[int, str], shared_rooms: Collection[str]) -> None:
    """Raise `Refused` naming the course whose teacher or room is needed at the same time."""
    mine = Other(0, values.name, values.room, frozenset(values.teacher_ids), values.meetings, values.first_on, values.last_on)
    for other in others:
        if not at_once(mine, other):
            continue
        if both := sorted(mine.teacher_ids & other.teacher_ids):
            raise Refused(f"{teachers.get(both[0], '这位教师')}同一时间要上“{other.name}”，请换教师或换时间。", "teachers")
        alone = rooms_of(values.room) & rooms_of(other.room) - {room for one in shared_rooms for room in rooms_of(one)}
        if alone:
            raise Refused(f"{'、'.join(sorted(alone))}同一时间有“{other.name}”，请换教室或换时间。", "room")


def check_provider(values: CourseValues, papers: Papers | None) -> None:
    """Raise `Refused` unless an outside provider is on the white list with papers in date to the end (AS-08)."""
    if papers is None:
        if values.outside_teacher:
            raise Refused("校外教师要选所属的机构（白名单）。", "provider_id")
        return
    if values.family is Family.TUTORING:
        raise Refused("学业辅导由本校教师承担，不能交给校外机构。", "provider_id")
    if not papers.whitelist_number or not papers.licence_number:
        raise Refused(f"“{papers.name}”缺少白名单编号或办学许可证号，不能安排课程。", "provider_id")
    for what, until in (("办学许可证", papers.licence_until), ("人员核查", papers.checks_until)):
        if until < values.last_on:
            raise Refused(
                f"“{papers.name}”的{what}到 {until.isoformat()} 为止，不能安排到 {values.last_on.isoformat()}。", "provider_id"
            )


def missing_for_families(course: CourseFacts) -> list[str]:
    """What families must know and the course does not say yet: content, time, room, teacher, fee, safety (AS-06)."""
    needed = {
        "课程内容": course.description,
        "上课时间": course.meetings,
        "教室": course.room,
        "教师": course.teachers,
        "收费说明": course.fee_note,
        "安全说明": course.safety_note,
    }
    return [label for label, value in needed.items() if not value]


def check_complete(course: CourseFacts) -> None:
    """Raise `Refused` naming what is missing before a course is shown to families (AS-06)."""
    if missing := missing_for_families(course):
        raise Refused(f"上架前请补上：{'、'.join(missing)}。")


def check_may_change(before: CourseFacts, values: CourseValues, state: SelectionState | None, *, chosen: int, taken: int) -> None:
    """Raise `Refused` for a change that would hurt families who have already chosen, or a draw that is under way.

    `chosen` counts children with a wish, a place or a waiting entry, `taken` live places and offers. When a course meets,
    for whom, and whether it counts toward a child's limits stay as they were chosen; more grades and more seats are welcome;
    words, room and teachers may change; `change_concerns` says what needs a reason.
    """
    if before.state in (CourseState.CLOSED, CourseState.CANCELLED):
        raise Refused(f"这门课程{before.state.label}，不能再修改；下学期可以复制一门新的。")
    if values.capacity < taken:
        raise Refused(f"已有 {taken} 个名额给出，人数上限不能少于它。", "capacity")
    what_binds = (
        (set(values.meetings) != set(before.meetings), "上课时间", "weekday_1"),
        (not values.grades >= before.grades, "年级", "grades"),
        (values.is_exempt != before.is_exempt, "是否计入门数", "is_exempt"),
        (values.first_on != before.first_on or values.last_on != before.last_on, "起止日期", "first_on"),
    )
    changed = [(label, field) for is_changed, label, field in what_binds if is_changed]
    if changed and chosen:
        label, field = changed[0]
        raise Refused(f"已有 {chosen} 个家庭选了这门课，不能再改{label}；可以停开它，另开一门。", field)
    is_counted = values.capacity != before.capacity or values.minimum != before.minimum or values.grades != before.grades
    if state is SelectionState.FROZEN and before.state is CourseState.LISTED and (changed or is_counted):
        raise Refused("志愿已经冻结，摇号公布以前不能改名额、年级和时间。", changed[0][1] if changed else "capacity")


def change_concerns(before: CourseFacts, values: CourseValues, *, chosen: int) -> list[str]:
    """Sentences for what families who have chosen should not meet without a reason on record: fewer seats, a dearer course."""
    if not chosen:
        return []
    changes = (
        (values.capacity < before.capacity, f"人数上限从 {before.capacity} 减到 {values.capacity}"),
        (values.minimum > before.minimum, f"开班人数从 {before.minimum} 加到 {values.minimum}"),
        (values.fee_note != before.fee_note, "收费说明有改动"),
        (values.family is not before.family, "类别有改动"),
    )
    return [sentence for is_so, sentence in changes if is_so]


def check_change_concerns(concerns: Sequence[str], reason: str, *, chosen: int) -> None:
    """Raise `ReasonNeeded` when a change to a course families have chosen wants a reason and none was typed."""
    if concerns and not reason:
        raise ReasonNeeded(f"已有 {chosen} 个孩子选了这门课：{'，'.join(concerns)}。请写明改动的理由。", "change_reason")


def is_same(one: CourseValues, other: CourseValues) -> bool:
    """Whether two sets of values say the same; the order of meetings, teachers and tags says nothing."""
    return _in_order(one) == _in_order(other)


def idle_weekdays(courses: Iterable[CourseFacts]) -> list[int]:
    """The weekdays from 1 to 5 without a listed course: 5+2 means every school day (AS-03, REPORT)."""
    met = {day for course in courses if course.state is CourseState.LISTED for day in course.weekdays}
    return [day for day in range(1, 6) if day not in met]


def rooms_of(text: str) -> frozenset[str]:
    """The rooms a text names, written one way: 音乐室 1、音乐室２ are 音乐室1 and 音乐室2."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    return frozenset(one for one in re.split("[、,;/]", plain) if one)


def dates_of(meeting: MeetingFacts, first: date, last: date, calendar: SchoolCalendar, *, grade: int | None = None) -> list[date]:
    """The days a meeting takes place on: school days that follow its weekday, in its weeks (AS-05, CA-02)."""
    days = school_days(first, last, calendar, grade=grade)
    return [
        day
        for day in days
        if timetable_weekday(day, calendar, grade=grade) == meeting.weekday and _in_weeks(meeting, day, calendar)
    ]


def moved_dates(first_on: date, last_on: date, old: tuple[date, date], new: tuple[date, date]) -> tuple[date, date]:
    """A course's first and last day moved from one term into another, as far from its ends as before.

    A term too short for that has the course in its first week.
    """
    first = new[0] + (first_on - old[0])
    last = new[1] - (old[1] - last_on)
    return (first, last) if first <= last else (new[0], min(new[1], new[0] + timedelta(days=7)))


def at_once(one: Other, other: Other) -> bool:
    """Whether two courses have meetings at the same time on some day both may meet."""
    if one.last_on < other.first_on or other.last_on < one.first_on:
        return False
    return any(meets_at_once(a, b) for a in one.meetings for b in other.meetings)


def meets_at_once(one: MeetingFacts, other: MeetingFacts) -> bool:
    """Whether two weekly meetings overlap in some week; the end is not part of a meeting."""
    if one.weekday != other.weekday or {one.weeks, other.weeks} == {Weeks.ODD, Weeks.EVEN}:
        return False
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _in_order(values: CourseValues) -> CourseValues:
    meetings = tuple(sorted(values.meetings, key=lambda one: (one.weekday, one.starts_at, one.weeks)))
    teachers, tags = tuple(sorted(values.teacher_ids)), tuple(sorted(values.tags))
    return replace(values, meetings=meetings, teacher_ids=teachers, tags=tags)


def _in_weeks(meeting: MeetingFacts, day: date, calendar: SchoolCalendar) -> bool:
    if meeting.weeks is Weeks.ALL:
        return True
    term = term_of(day, calendar)
    return term is not None and is_odd_week(day, term) == (meeting.weeks is Weeks.ODD)
