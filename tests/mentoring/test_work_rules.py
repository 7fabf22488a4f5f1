"""Duties and reminders, entries and their credit, acceptance."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from school.errors import Refused
from school.mentoring.enums import DutyField, EntryKind, EntryState, Grade, Outcome, Seat
from school.mentoring.rules.acceptance import (
    RubricItem,
    check_decision,
    check_may_open,
    check_points,
    check_rubric,
    default_rubric,
    grade_of_points,
    total_points,
)
from school.mentoring.rules.duties import (
    Duty,
    default_duties,
    is_on_track,
    progress_of,
    quiet_days,
    quiet_signal,
    reminder_on,
)
from school.mentoring.rules.entries import EntryValues, check_entry, check_state, credited_seat, file_type

FIRST, LAST = date(2026, 9, 1), date(2027, 1, 20)
VALUES = EntryValues(EntryKind.OBSERVATION, date(2026, 11, 20), 1, "第2节", "分数的意义", 40, {"goal": 18}, "环节紧凑")


def test_the_presets_are_those_of_the_rules() -> None:
    counts = {(one.seat, one.kind): one.count for one in default_duties()}
    assert 7 <= counts[Seat.CHIEF, EntryKind.OBSERVATION] <= 15
    assert counts[Seat.CHIEF, EntryKind.PLAN_REVIEW] == 15
    assert 1 <= counts[Seat.CHIEF, EntryKind.MODEL_LESSON] <= 2
    assert 8 <= counts[Seat.NOVICE, EntryKind.OBSERVATION] <= 15
    assert 1 <= counts[Seat.NOVICE, EntryKind.REPORT_LESSON] <= 2


def test_progress_compares_with_the_part_of_the_term_that_has_passed() -> None:
    duty = Duty(Seat.NOVICE, DutyField.CLASSROOM, EntryKind.OBSERVATION, 10)
    ten_days = {"starts_on": date(2026, 9, 1), "ends_on": date(2026, 9, 10)}
    key = (Seat.NOVICE, EntryKind.OBSERVATION)
    for day, done, expected, behind in (
        (date(2026, 8, 31), 0, 0, False),
        (date(2026, 9, 1), 0, 1, True),
        (date(2026, 9, 5), 5, 5, False),
        (date(2026, 9, 5), 4, 5, True),
        (date(2026, 10, 1), 10, 10, False),
    ):
        (found,) = progress_of([duty], {key: done}, {key: 1}, **ten_days, day=day)
        assert (found.expected, found.is_behind, found.waiting) == (expected, behind, 1)
        assert is_on_track([found]) is not behind
        assert found.missing == 10 - done


def test_reminders_come_at_mid_term_and_three_weeks_before_the_end() -> None:
    middle = FIRST + (LAST - FIRST) / 2
    span = {"starts_on": FIRST, "ends_on": LAST}
    assert reminder_on(middle - timedelta(1), **span) == ""
    assert "过半" in reminder_on(middle, **span)
    assert "过半" in reminder_on(LAST - timedelta(22), **span)
    assert "3周" in reminder_on(LAST - timedelta(21), **span)
    assert "3周" in reminder_on(LAST, **span)
    assert reminder_on(LAST + timedelta(1), **span) == ""


def test_silence_is_a_signal_from_30_and_from_45_days() -> None:
    limits = {"quiet": 30, "overdue": 45}
    signals = [quiet_signal(days, **limits) for days in (29, 30, 44, 45)]
    assert signals == ["", "quiet", "quiet", "overdue"]
    assert quiet_days(None, starts_on=FIRST, day=FIRST + timedelta(30)) == 30
    assert quiet_days(FIRST + timedelta(10), starts_on=FIRST, day=FIRST + timedelta(30)) == 20


def test_credit_goes_to_whose_duty_it_is() -> None:
    assert credited_seat(EntryKind.REPORT_LESSON, Seat.CHIEF, Seat.MIDDLE) is Seat.MIDDLE
    assert credited_seat(EntryKind.REPORT_LESSON, Seat.NOVICE, Seat.MIDDLE) is Seat.NOVICE
    assert credited_seat(EntryKind.PLAN_REVIEW, Seat.MIDDLE, Seat.CHIEF) is Seat.CHIEF
    assert credited_seat(EntryKind.PLAN_REVIEW, Seat.MIDDLE, Seat.NOVICE) is Seat.MIDDLE
    assert credited_seat(EntryKind.OBSERVATION, Seat.NOVICE, Seat.MIDDLE) is Seat.NOVICE
    with pytest.raises(Refused, match="1号和3号"):
        credited_seat(EntryKind.TALK, Seat.CHIEF, Seat.NOVICE)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on_day": date(2026, 11, 26)}, "on_day"),
        ({"on_day": date(2026, 8, 31)}, "on_day"),
        ({"class_id": None}, "class_id"),
        ({"topic": ""}, "topic"),
        ({"notes": ""}, "notes"),
        ({"scores": {"goal": 21}}, "score_goal"),
        ({"scores": {"exam": 5}}, "score_exam"),
    ],
)
def test_an_entry_says_what_it_must(changes: dict[str, object], field: str) -> None:
    check_entry(VALUES, starts_on=FIRST, ends_on=LAST, today=date(2026, 11, 25))
    with pytest.raises(Refused) as refused:
        check_entry(replace(VALUES, **changes), starts_on=FIRST, ends_on=LAST, today=date(2026, 11, 25))
    assert refused.value.field == field


def test_a_confirmed_entry_stays() -> None:
    check_state(EntryState.RETURNED, EntryState.ENTERED)
    for present in (EntryState.CONFIRMED, EntryState.WITHDRAWN):
        for following in EntryState:
            with pytest.raises(Refused):
                check_state(present, following)


def test_a_file_is_what_it_says() -> None:
    assert file_type("教案.PDF", b"%PDF-1.7 ...") == "application/pdf"
    assert file_type("a.b.jpeg", b"\xff\xd8\xff\xe0") == "image/jpeg"
    for name, content in (
        ("a.html", b"<html>"),
        ("a.pdf", b"<html>"),
        ("a", b"%PDF-"),
        ("a.png", b"\x89PNG\r\n\x1a\n" * 1_000_000),
    ):
        with pytest.raises(Refused):
            file_type(name, content)


def test_the_rubric_is_a_hundred_points_and_no_exam() -> None:
    items = list(default_rubric())
    check_rubric(items)
    assert sum(one.points for one in items) == 100
    for changed in (
        items[:-1],
        [*items[:-1], RubricItem("exam", "期末考试", 10)],
        [*items[:-1], RubricItem("x", "", 10)],
        [*items, RubricItem("x", "其他", 0)],
    ):
        with pytest.raises(Refused):
            check_rubric(changed)


def test_grades_begin_at_90_80_60() -> None:
    points = (100, 90, 89, 80, 79, 60, 59, 0)
    expected = [Grade.EXCELLENT] * 2 + [Grade.GOOD] * 2 + [Grade.QUALIFIED] * 2 + [Grade.TO_IMPROVE] * 2
    assert [grade_of_points(one) for one in points] == expected


def test_never_before_the_period_ends() -> None:
    with pytest.raises(Refused):
        check_may_open(LAST, LAST)
    check_may_open(LAST, LAST + timedelta(1))


def test_points_stay_within_each_line() -> None:
    items = [RubricItem("a", "听课", 20), RubricItem("b", "备课", 80)]
    assert check_points(items, {"a": 20, "b": 0}) == {"a": 20, "b": 0}
    for points in ({"a": 21, "b": 0}, {"a": None, "b": 0}, {"b": 0}, {"a": -1, "b": 0}):
        with pytest.raises(Refused) as refused:
            check_points(items, points)
        assert refused.value.field == "points_a"
    assert total_points([{"a": 20, "b": 70}, {"a": 20, "b": 71}]) == 91


def test_a_decision_needs_two_assessors_sixty_points_and_words() -> None:
    check_decision(2, 60, Outcome.PASSED, "同意")
    check_decision(2, 59, Outcome.EXTENDED, "再练")
    for values in ((1, 90, Outcome.PASSED, "同意"), (2, 59, Outcome.PASSED, "同意"), (2, 90, Outcome.PASSED, "")):
        with pytest.raises(Refused):
            check_decision(*values)
