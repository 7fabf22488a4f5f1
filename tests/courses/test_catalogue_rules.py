"""What a course must be (AS-02 … AS-08), each rule at its boundary."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from school.calendar.enums import DayKind
from school.calendar.rules import DayException, SchoolCalendar, TermDates
from school.courses.enums import CourseState, Family, SelectionState, Weeks
from school.courses.rules.catalogue import (
    CourseValues,
    Hours,
    Other,
    Papers,
    ReasonNeeded,
    change_concerns,
    check_change_concerns,
    check_clashes,
    check_complete,
    check_concerns,
    check_may_change,
    check_provider,
    check_times,
    check_values,
    dates_of,
    idle_weekdays,
    is_same,
    missing_for_families,
    moved_dates,
    rooms_of,
    time_concerns,
)
from school.courses.rules.facts import MeetingFacts
from school.errors import Refused
from tests.courses.catalogue_values import FIRST_ON, LAST_ON, TUESDAY_LATE, facts, meeting, typed

STARTS, ENDS = date(2026, 9, 1), date(2027, 1, 22)
CALENDAR = SchoolCalendar(terms=(TermDates(2026, 1, STARTS, ENDS),))
HOURS = Hours(lessons_end=15 * 60 + 30, service_end=17 * 60 + 30, service_minutes=120)


def refusal(check: Any, *args: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        check(*args, **named)
    return refused.value


def values_refused(**changes: Any) -> Refused:
    return refusal(check_values, typed(**changes), first=STARTS, last=ENDS, last_grade=6)


def check_plain(values: CourseValues) -> None:
    check_values(values, first=STARTS, last=ENDS, last_grade=6)


def times_refused(*meetings: MeetingFacts, calendar: SchoolCalendar = CALENDAR, **changes: Any) -> Refused:
    return refusal(check_times, typed(meetings=meetings, **changes), calendar, HOURS)


def test_titles_and_descriptions_are_read() -> None:
    assert values_refused(name="数学补课").field == "name"
    assert values_refused(description="每次刷题二十道").field == "description"


def test_grades_are_those_of_the_school() -> None:
    assert values_refused(grades=frozenset()).field == "grades"
    assert values_refused(grades=frozenset({6, 7})).field == "grades"
    assert values_refused(grades=frozenset({0, 1})).field == "grades"
    check_plain(typed(grades=frozenset({1, 6})))


def test_capacity_and_minimum_are_sensible() -> None:
    assert values_refused(capacity=0, minimum=0).field == "capacity"
    assert values_refused(capacity=501).field == "capacity"
    assert values_refused(capacity=20, minimum=21).field == "minimum"
    assert values_refused(minimum=-1).field == "minimum"
    check_plain(typed(capacity=500, minimum=0))
    check_plain(typed(capacity=20, minimum=20))
    check_plain(typed(capacity=1, minimum=1))


def test_a_course_lies_within_its_term() -> None:
    check_plain(typed(first_on=STARTS, last_on=ENDS))
    assert values_refused(first_on=STARTS - timedelta(1)).field == "first_on"
    assert values_refused(last_on=ENDS + timedelta(1)).field == "first_on"
    assert values_refused(first_on=LAST_ON, last_on=FIRST_ON).field == "last_on"
    check_plain(typed(first_on=LAST_ON, last_on=LAST_ON))


def test_service_begins_when_the_timetable_ends() -> None:
    check_times(typed(meetings=(meeting(2, "15:30", "17:30"),)), CALENDAR, HOURS)
    assert times_refused(meeting(2, "15:29", "17:30")).field == "starts_1"
    assert "午间托管" in times_refused(meeting(2, "12:00", "13:30")).message


def test_evening_study_is_not_this_service() -> None:
    check_times(typed(meetings=(meeting(2, "18:00", "20:00"),)), CALENDAR, HOURS)
    assert times_refused(meeting(2, "18:00", "20:01")).field == "ends_1"


@pytest.mark.parametrize("weekday", [0, 6, 7])
def test_weekends_are_free(weekday: int) -> None:
    refused = times_refused(MeetingFacts(weekday, 960, 1050))
    assert (refused.field, "周一到周五" in refused.message) == ("weekday_1", True)


def test_a_meeting_ends_after_it_begins() -> None:
    assert times_refused(TUESDAY_LATE, meeting(3, "16:00", "16:00")).field == "ends_2"


def test_meetings_of_a_course_do_not_overlap() -> None:
    assert "第 1 个和第 2 个" in times_refused(meeting(2, "15:30", "16:31"), meeting(2, "16:30", "17:30")).message
    check_times(typed(meetings=(meeting(2, "15:30", "16:30"), meeting(2, "16:30", "17:30"))), CALENDAR, HOURS)
    odd, even = meeting(2, "15:30", "17:30", Weeks.ODD), meeting(2, "15:30", "17:30", Weeks.EVEN)
    check_times(typed(meetings=(odd, even)), CALENDAR, HOURS)
    assert times_refused(odd, meeting(2, "15:30", "17:30")).field == "weekday_2"


def test_at_most_five_meetings_a_week() -> None:
    five = [meeting(day, "15:30", "16:30") for day in range(1, 6)]
    check_times(typed(meetings=tuple(five)), CALENDAR, HOURS)
    assert times_refused(*five, meeting(1, "16:30", "17:30")).field == "meetings"


def test_every_meeting_has_a_school_day() -> None:
    monday, tuesday = date(2026, 9, 14), date(2026, 9, 15)
    check_times(typed(first_on=monday, last_on=tuesday), CALENDAR, HOURS)
    assert times_refused(TUESDAY_LATE, first_on=monday, last_on=monday).field == "weekday_1"
    closed = replace(CALENDAR, exceptions={tuesday: DayException(tuesday, DayKind.HOLIDAY, "停课")})
    assert times_refused(TUESDAY_LATE, calendar=closed, first_on=monday, last_on=tuesday).field == "weekday_1"


def test_odd_weeks_and_make_up_days_are_the_calendars() -> None:
    odd = meeting(2, "15:30", "17:30", Weeks.ODD)
    saturday = date(2026, 9, 19)
    made_up = replace(CALENDAR, exceptions={saturday: DayException(saturday, DayKind.MAKEUP, "补周二", follows_weekday=2)})
    days = dates_of(odd, STARTS, date(2026, 9, 30), made_up)
    # 1 September 2026 is a Tuesday of week 1; the 15th and the make-up Saturday lie in week 3, the 29th in week 5.
    assert days == [date(2026, 9, 1), date(2026, 9, 15), saturday, date(2026, 9, 29)]
    even = dates_of(replace(odd, weeks=Weeks.EVEN), STARTS, date(2026, 9, 30), made_up)
    assert even == [date(2026, 9, 8), date(2026, 9, 22)]


def test_ending_early_or_being_short_wants_a_reason() -> None:
    assert time_concerns(typed(meetings=(meeting(2, "15:30", "17:30"),)), HOURS) == []
    early = time_concerns(typed(meetings=(meeting(2, "15:30", "17:29"),)), HOURS)
    assert [one.split("（")[1] for one in early] == ["AS-02）。", "AS-03）。"]
    short = time_concerns(typed(meetings=(meeting(2, "15:31", "17:30"),)), HOURS)
    assert short == ["周二一共 119 分钟，不足 120 分钟（AS-03）。"]


def test_a_day_is_its_meetings_together() -> None:
    assert time_concerns(typed(meetings=(meeting(2, "15:30", "16:30"), meeting(2, "16:30", "17:30"))), HOURS) == []
    both = (meeting(2, "15:30", "16:30"), meeting(2, "16:30", "17:30", Weeks.ODD))
    assert [one.split("（")[1] for one in time_concerns(typed(meetings=both), HOURS)] == ["AS-02）。", "AS-03）。"]


def test_a_typed_reason_answers_concerns() -> None:
    check_concerns([], "")
    check_concerns(["周二 17:00 结束。"], "校车 17:10 发车")
    with pytest.raises(ReasonNeeded, match="周二 17:00 结束") as needed:
        check_concerns(["周二 17:00 结束。"], "")
    assert needed.value.field == "warning_reason"


def other(**changes: Any) -> Other:
    return replace(Other(9, "剪纸", "美术室1", frozenset({7}), (TUESDAY_LATE,), FIRST_ON, LAST_ON), **changes)


def clash(values: CourseValues, *others: Other) -> Refused:
    return refusal(check_clashes, values, others, {7: "陈建国"}, ["操场"])


def check_no_clash(values: CourseValues, *others: Other) -> None:
    check_clashes(values, others, {7: "陈建国"}, ["操场"])


def test_a_room_is_one_courses_at_a_time() -> None:
    refused = clash(typed(), other())
    assert (refused.field, refused.message) == ("room", "美术室1同一时间有“剪纸”，请换教室或换时间。")
    assert clash(typed(room="美术室 １"), other()).field == "room"
    assert clash(typed(room="舞蹈室、美术室1"), other()).field == "room"
    check_no_clash(typed(room="美术室2"), other())
    check_no_clash(typed(room=""), other(room=""))


def test_a_teacher_is_in_one_course_at_a_time() -> None:
    refused = clash(typed(room="舞蹈室", teacher_ids=(3, 7)), other())
    assert (refused.field, refused.message) == ("teachers", "陈建国同一时间要上“剪纸”，请换教师或换时间。")
    check_no_clash(typed(room="舞蹈室", teacher_ids=(3,)), other())


def test_the_school_says_which_rooms_are_shared() -> None:
    check_no_clash(typed(room="操场"), other(room="操场"))
    assert clash(typed(room="操场、美术室1"), other(room="操场、美术室1")).field == "room"
    assert clash(typed(room="篮球场"), other(room="篮球场")).field == "room"


def test_at_once_means_the_same_minute_of_the_same_day() -> None:
    for free in (
        {"meetings": (meeting(3, "15:30", "17:30"),)},
        {"meetings": (meeting(2, "17:30", "18:30"),)},
        {"meetings": (meeting(2, "14:30", "15:30"),)},
        {"first_on": LAST_ON + timedelta(1), "last_on": LAST_ON + timedelta(1)},
    ):
        check_no_clash(typed(), other(**free))
    for taken in (
        {"meetings": (meeting(2, "17:29", "18:30"),)},
        {"meetings": (meeting(2, "15:00", "15:31"),)},
        {"meetings": (meeting(2, "16:00", "16:30"),)},
        {"meetings": (meeting(2, "15:30", "17:30", Weeks.EVEN),)},
        {"first_on": LAST_ON, "last_on": LAST_ON},
    ):
        assert clash(typed(), other(**taken)).field == "room"
    odd = typed(meetings=(meeting(2, "15:30", "17:30", Weeks.ODD),))
    check_no_clash(odd, other(meetings=(meeting(2, "15:30", "17:30", Weeks.EVEN),)))
    assert clash(odd, other(meetings=(meeting(2, "15:30", "17:30", Weeks.ODD),))).field == "room"


PAPERS = Papers("青少年宫", "B-1", "L-1", LAST_ON, LAST_ON)


def test_papers_hold_until_the_last_day() -> None:
    check_provider(typed(provider_id=1), PAPERS)
    day_before = LAST_ON - timedelta(1)
    assert "办学许可证" in refusal(check_provider, typed(), replace(PAPERS, licence_until=day_before)).message
    assert "人员核查" in refusal(check_provider, typed(), replace(PAPERS, checks_until=day_before)).message


def test_a_provider_is_on_the_white_list() -> None:
    assert refusal(check_provider, typed(), replace(PAPERS, whitelist_number="")).field == "provider_id"
    assert refusal(check_provider, typed(), replace(PAPERS, licence_number="")).field == "provider_id"
    assert refusal(check_provider, typed(outside_teacher="王教练"), None).field == "provider_id"
    check_provider(typed(), None)


def test_no_provider_for_school_subjects() -> None:
    assert refusal(check_provider, typed(family=Family.TUTORING), PAPERS).field == "provider_id"
    check_provider(typed(family=Family.TUTORING), None)


@pytest.mark.parametrize(
    ("label", "changes"),
    [
        ("课程内容", {"description": ""}),
        ("上课时间", {"meetings": ()}),
        ("教室", {"room": ""}),
        ("教师", {"teachers": ()}),
        ("收费说明", {"fee_note": ""}),
        ("安全说明", {"safety_note": ""}),
    ],
)
def test_what_families_must_know(label: str, changes: dict[str, Any]) -> None:
    assert missing_for_families(facts()) == []
    lacking = replace(facts(), **changes)
    assert missing_for_families(lacking) == [label]
    assert label in refusal(check_complete, lacking).message


def change(values: CourseValues, *, state: SelectionState | None = None, chosen: int = 0, taken: int = 0, **before: Any) -> None:
    check_may_change(facts(**before), values, state, chosen=chosen, taken=taken)


BINDING: list[tuple[str, dict[str, Any]]] = [
    ("weekday_1", {"meetings": (meeting(3, "15:30", "17:30"),)}),
    ("grades", {"grades": frozenset({1, 2})}),
    ("is_exempt", {"is_exempt": True}),
    ("first_on", {"last_on": LAST_ON - timedelta(1)}),
]


@pytest.mark.parametrize(("field", "changes"), BINDING)
def test_what_families_chose_a_course_by_stays(field: str, changes: dict[str, Any]) -> None:
    change(typed(**changes))
    change(typed(**changes), state=SelectionState.ANNOUNCED)
    assert refusal(change, typed(**changes), state=SelectionState.ANNOUNCED, chosen=1).field == field
    assert refusal(change, typed(**changes), state=SelectionState.FROZEN).field == field


def test_more_is_welcome_after_families_chose() -> None:
    more = typed(grades=frozenset({1, 2, 3, 4}), capacity=21, room="美术室2", description="新的说明。")
    change(more, state=SelectionState.ANNOUNCED, chosen=9)
    change(typed(meetings=(TUESDAY_LATE, meeting(4, "15:30", "17:30"))[:1]), chosen=9)


def test_no_fewer_seats_than_are_given_out() -> None:
    change(typed(capacity=12), taken=12, chosen=12)
    assert refusal(change, typed(capacity=11), taken=12, chosen=12).field == "capacity"


@pytest.mark.parametrize("changes", [{"capacity": 21}, {"minimum": 4}, {"grades": frozenset({1, 2, 3, 4})}])
def test_a_frozen_list_is_drawn_as_it_was_frozen(changes: dict[str, Any]) -> None:
    assert refusal(change, typed(**changes), state=SelectionState.FROZEN)
    check_may_change(replace(facts(), state=CourseState.DRAFT), typed(**changes), SelectionState.FROZEN, chosen=0, taken=0)
    change(typed(room="美术室2"), state=SelectionState.FROZEN)


@pytest.mark.parametrize("state", [CourseState.CLOSED, CourseState.CANCELLED])
def test_what_is_over_stays_as_it_was(state: CourseState) -> None:
    assert state.label in refusal(check_may_change, replace(facts(), state=state), typed(), None, chosen=0, taken=0).message


@pytest.mark.parametrize("changes", [{"capacity": 19}, {"minimum": 6}, {"fee_note": "材料费 30 元"}, {"family": Family.SCIENCE}])
def test_less_than_families_chose_wants_a_reason(changes: dict[str, Any]) -> None:
    assert change_concerns(facts(), typed(**changes), chosen=0) == []
    concerns = change_concerns(facts(), typed(**changes), chosen=3)
    assert len(concerns) == 1
    refused = refusal(check_change_concerns, concerns, "", chosen=3)
    assert isinstance(refused, ReasonNeeded)
    assert (refused.field, "已有 3 个孩子" in refused.message) == ("change_reason", True)
    check_change_concerns(concerns, "教室换小了", chosen=3)


def test_more_seats_and_other_words_want_none() -> None:
    assert change_concerns(facts(), typed(capacity=21, minimum=4, description="新的说明。"), chosen=3) == []


def test_dates_move_with_the_term() -> None:
    old, new = (date(2026, 2, 23), date(2026, 7, 10)), (date(2026, 9, 1), date(2027, 1, 22))
    assert moved_dates(date(2026, 3, 9), date(2026, 6, 26), old, new) == (date(2026, 9, 15), date(2027, 1, 8))
    assert moved_dates(old[0], old[1], old, new) == new
    short = (date(2027, 3, 1), date(2027, 3, 10))
    first, last = moved_dates(date(2026, 3, 9), date(2026, 6, 1), old, short)
    assert short[0] <= first <= last <= short[1]


def test_which_weekdays_have_no_course() -> None:
    listed = facts(typed(meetings=(TUESDAY_LATE, meeting(4, "15:30", "17:30"))))
    draft = facts(typed(meetings=(meeting(1, "15:30", "17:30"),)), state=CourseState.DRAFT)
    assert idle_weekdays([listed, draft]) == [1, 3, 5]


def test_order_says_nothing() -> None:
    pair = (meeting(2, "15:30", "17:30"), meeting(4, "15:30", "17:30"))
    one = typed(meetings=pair, teacher_ids=(1, 2), tags=("extended", "basic"))
    assert is_same(one, replace(one, meetings=pair[::-1], teacher_ids=(2, 1), tags=("basic", "extended")))
    assert not is_same(one, replace(one, teacher_ids=(2,)))


def test_rooms_are_read_one_way() -> None:
    assert rooms_of("音乐室 1、美术室２；操场") == {"音乐室1", "美术室2", "操场"}
    assert rooms_of("和平楼 a201") == {"和平楼A201"}
    assert rooms_of("") == frozenset()
