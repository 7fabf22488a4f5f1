"""Setting a selection up, what may still change, what blocks a step, and the timeline in words."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import pytest

from school.clock import ZONE
from school.courses.enums import CourseState, Family, Phase, Promotion, SelectionState
from school.courses.rules.facts import CourseFacts, MeetingFacts, SelectionFacts, Window
from school.courses.rules.freezing import Applied, Wished, frozen_selection
from school.courses.rules.rounds import (
    Act,
    Moments,
    Setup,
    SetupRefused,
    StepRefused,
    StepState,
    announcement_problems,
    check_announcement,
    check_change,
    check_finishing,
    check_freezing,
    check_setup,
    next_act,
    timeline,
)

TERM = {"term_starts": date(2026, 9, 1), "term_ends": date(2027, 1, 22)}
MINUTE = timedelta(minutes=1)


def at(day: int, hour: int = 8, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


WISH = Window(Phase.WISH, 0, at(1), at(3, 20))
OPEN = Window(Phase.OPEN, 0, at(7), at(9, 20))
SETUP = Setup(windows=(WISH, OPEN))


def facts(setup: Setup = SETUP, state: SelectionState = SelectionState.ANNOUNCED) -> SelectionFacts:
    plain = {field.name: getattr(setup, field.name) for field in fields(Setup) if field.name != "public_source"}
    return SelectionFacts(id=1, term_id=1, start_year=2026, term_number=1, state=state, consent_version=1, **plain)


def course(number: int = 1, **changes: object) -> CourseFacts:
    plain = CourseFacts(
        id=number,
        code=f"C{number:02}",
        name="剪纸",
        family=Family.CRAFTS,
        state=CourseState.LISTED,
        state_reason="",
        description="剪窗花",
        room="101",
        grades=frozenset({1, 2, 3}),
        capacity=10,
        minimum=3,
        first_on=date(2026, 9, 14),
        last_on=date(2027, 1, 8),
        fee_note="不收费",
        safety_note="送到校门",
        tags=(),
        is_exempt=False,
        teachers=("陈老师",),
        provider="",
        picture_digest="",
        meetings=(MeetingFacts(2, 960, 1050),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def refused(setup: Setup, grades: set[int] | None = None) -> SetupRefused:
    with pytest.raises(SetupRefused) as caught:
        check_setup(setup, grades or {1, 2, 3}, **TERM)
    return caught.value


def test_a_plain_setup_stands() -> None:
    check_setup(SETUP, {1, 2, 3}, **TERM)
    check_setup(replace(SETUP, has_wishes=False), {1}, **TERM)


def test_a_window_ends_after_it_begins() -> None:
    backwards = replace(OPEN, closes_at=OPEN.opens_at)
    assert refused(replace(SETUP, windows=(WISH, backwards))).field == "open_closes_at"
    check_setup(replace(SETUP, windows=(WISH, replace(OPEN, closes_at=OPEN.opens_at + MINUTE))), {1}, **TERM)


def test_every_wish_window_closes_before_any_open_window_begins() -> None:
    late = Window(Phase.WISH, 3, at(1), OPEN.opens_at)
    assert "补选" in refused(replace(SETUP, windows=(WISH, late, OPEN))).message
    check_setup(replace(SETUP, windows=(WISH, replace(late, closes_at=OPEN.opens_at - MINUTE), OPEN)), {1}, **TERM)


def test_a_grade_with_a_course_has_a_window_of_its_own_or_of_all() -> None:
    own = tuple(Window(Phase.OPEN, grade, at(7), at(9)) for grade in (1, 2))
    message = refused(replace(SETUP, windows=(WISH, *own))).message
    assert message.startswith("三年级有课程")
    check_setup(replace(SETUP, windows=(WISH, *own)), {1, 2}, **TERM)


def test_both_phases_need_times_and_an_open_round_alone_needs_one() -> None:
    assert refused(replace(SETUP, windows=(OPEN,))).field == "wish_opens_at"
    assert refused(replace(SETUP, windows=(WISH,))).field == "open_opens_at"
    check_setup(replace(SETUP, has_wishes=False, windows=(OPEN,)), {1}, **TERM)


def test_windows_lie_within_the_term_or_shortly_before_it() -> None:
    early = replace(WISH, opens_at=at(3, 0, month=7))
    check_setup(replace(SETUP, windows=(early, OPEN)), {1}, **TERM)
    assert refused(replace(SETUP, windows=(replace(early, opens_at=early.opens_at - MINUTE), OPEN))).field == "wish_opens_at"
    last = datetime(2027, 1, 22, 23, 59, tzinfo=ZONE)
    check_setup(replace(SETUP, windows=(WISH, replace(OPEN, closes_at=last))), {1}, **TERM)
    assert "学期最后一天" in refused(replace(SETUP, windows=(WISH, replace(OPEN, closes_at=last + MINUTE)))).message


def test_what_was_taken_in_the_open_round_can_be_left_too() -> None:
    check_setup(replace(SETUP, withdraw_until=OPEN.closes_at), {1}, **TERM)
    assert refused(replace(SETUP, withdraw_until=OPEN.closes_at - MINUTE)).field == "withdraw_until"
    assert refused(replace(SETUP, withdraw_until=datetime(2027, 1, 23, tzinfo=ZONE))).field == "withdraw_until"


def test_without_wishes_nothing_of_a_draw_is_kept() -> None:
    setup = replace(SETUP, has_wishes=False, favours_unplaced=True, public_source="双色球").settled()
    assert (setup.windows, setup.favours_unplaced, setup.public_source) == ((OPEN,), False, "")


def test_no_setting_gives_children_of_the_staff_priority() -> None:
    """AS-09: the only order the setup knows of is that of those who got nothing last term."""
    assert {field.name for field in fields(Setup)} == {
        *("has_wishes", "max_courses", "max_per_day", "max_wishes", "buffer_minutes", "promotion", "offer_hours"),
        *("withdraw_until", "favours_unplaced", "public_source", "note", "windows"),
    }


@pytest.mark.parametrize(
    "late", [{"has_wishes": False}, {"favours_unplaced": True}, {"public_source": "双色球"}], ids=lambda one: next(iter(one))
)
def test_what_families_rely_on_stays_from_the_announcement_on(late: dict[str, object]) -> None:
    check_change(SETUP, replace(SETUP, **late), SelectionState.DRAFT, at(1, 7))  # type: ignore[arg-type]
    with pytest.raises(SetupRefused, match="已经公布"):
        check_change(SETUP, replace(SETUP, **late), SelectionState.ANNOUNCED, at(1, 7))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["max_courses", "max_per_day", "max_wishes", "buffer_minutes"])
def test_limits_stay_from_the_first_opening_on(name: str) -> None:
    new = replace(SETUP, **{name: getattr(SETUP, name) + 1})
    check_change(SETUP, new, SelectionState.ANNOUNCED, WISH.opens_at - MINUTE)
    with pytest.raises(SetupRefused, match="已经开始选课"):
        check_change(SETUP, new, SelectionState.ANNOUNCED, WISH.opens_at)


def test_a_window_that_opened_keeps_its_beginning_and_may_end_later() -> None:
    check_change(SETUP, replace(SETUP, windows=(replace(WISH, closes_at=at(4)), OPEN)), SelectionState.ANNOUNCED, at(2))
    moved = replace(SETUP, windows=(replace(WISH, opens_at=at(2, 9)), OPEN))
    check_change(SETUP, moved, SelectionState.ANNOUNCED, WISH.opens_at - MINUTE)
    with pytest.raises(SetupRefused, match="只能改结束时间"):
        check_change(SETUP, moved, SelectionState.ANNOUNCED, WISH.opens_at)


def test_wish_windows_stay_once_the_list_is_frozen() -> None:
    longer = replace(SETUP, windows=(replace(WISH, closes_at=at(5)), OPEN))
    with pytest.raises(SetupRefused, match="已经冻结"):
        check_change(SETUP, longer, SelectionState.FROZEN, at(4))
    check_change(SETUP, replace(SETUP, windows=(WISH, replace(OPEN, closes_at=at(12)))), SelectionState.DRAWN, at(8))
    check_change(SETUP, replace(SETUP, promotion=Promotion.OFFER, note="改了"), SelectionState.DRAWN, at(8))
    with pytest.raises(SetupRefused, match="已经结束"):
        check_change(SETUP, replace(SETUP, note="改了"), SelectionState.FINISHED, at(8))


def test_opening_is_refused_naming_the_course_and_what_is_missing() -> None:
    courses = [course(1), course(2, name="足球"), course(3, name="草稿课", state=CourseState.DRAFT)]
    lacking = {2: ["教室", "安全说明"], 3: ["教师"]}
    with pytest.raises(StepRefused) as caught:
        check_announcement(SETUP, courses, lacking, at(1, 7))
    assert caught.value.message == "课程“足球”缺少：教室、安全说明。"
    check_announcement(SETUP, courses, {3: ["教师"]}, at(1, 7))


def test_families_read_before_the_first_window_opens() -> None:
    check_announcement(SETUP, [course()], {}, WISH.opens_at - MINUTE)
    with pytest.raises(StepRefused, match="已过开始时间"):
        check_announcement(SETUP, [course()], {}, WISH.opens_at)


def test_without_courses_or_with_a_grade_left_out_nothing_opens() -> None:
    assert announcement_problems(SETUP, [course(state=CourseState.DRAFT)], {}) == ["还没有上架的课程，请先在课程管理里上架。"]
    first = replace(WISH, grade=1)
    found = announcement_problems(replace(SETUP, windows=(first, OPEN)), [course()], {})
    assert found == ["二、三年级有课程，却没有“填志愿”的时间。"]


def test_wishes_freeze_when_the_last_grade_is_through() -> None:
    late = replace(WISH, grade=3, closes_at=at(5))
    setup = replace(SETUP, windows=(WISH, late, OPEN))
    check_freezing(facts(setup), late.closes_at)
    with pytest.raises(StepRefused, match="9月5日 08:00"):
        check_freezing(facts(setup), late.closes_at - MINUTE)
    with pytest.raises(StepRefused):
        check_freezing(facts(setup, SelectionState.DRAWN), late.closes_at)
    with pytest.raises(StepRefused):
        check_freezing(facts(replace(setup, has_wishes=False)), late.closes_at)


def test_a_selection_ends_after_the_last_open_window() -> None:
    check_finishing(facts(state=SelectionState.DRAWN), OPEN.closes_at)
    with pytest.raises(StepRefused, match="补选要到"):
        check_finishing(facts(state=SelectionState.DRAWN), OPEN.closes_at - MINUTE)
    with pytest.raises(StepRefused):
        check_finishing(facts(state=SelectionState.ANNOUNCED), OPEN.closes_at)
    check_finishing(facts(replace(SETUP, has_wishes=False)), OPEN.closes_at)


def test_one_next_act_in_every_state() -> None:
    acts = {state: next_act(facts(state=state)) for state in SelectionState}
    assert list(acts.values()) == [Act.ANNOUNCE, Act.FREEZE, Act.DRAW, Act.FINISH, None]
    assert next_act(facts(replace(SETUP, has_wishes=False))) is Act.FINISH


def test_the_timeline_has_one_step_of_now() -> None:
    moments = Moments(at(1, 7))
    cases = {
        (SelectionState.DRAFT, at(1, 6)): "公布安排",
        (SelectionState.ANNOUNCED, at(1, 7)): "填志愿",
        (SelectionState.ANNOUNCED, WISH.closes_at - MINUTE): "填志愿",
        (SelectionState.ANNOUNCED, WISH.closes_at): "冻结志愿名单",
        (SelectionState.FROZEN, at(4)): "摇号并公布结果",
        (SelectionState.DRAWN, at(5)): "补选",
        (SelectionState.DRAWN, OPEN.closes_at): "结束，由教导处个别调整",
    }
    for (state, now), title in cases.items():
        steps = timeline(facts(state=state), moments, now)
        assert [step.title for step in steps if step.state is StepState.NOW] == [title], (state, now)
    finished = timeline(facts(state=SelectionState.FINISHED), moments, at(20))
    assert {step.state for step in finished} == {StepState.DONE}
    assert [step.when for step in finished][1:3] == ["9月1日 07:00", "9月1日 08:00—9月3日 20:00"]
    assert len(timeline(facts(replace(SETUP, has_wishes=False)), moments, at(2))) == 4


def test_the_list_has_seats_left_and_numbers_only() -> None:
    courses = {1: course(1), 2: course(2, is_exempt=True), 3: course(3, state=CourseState.CANCELLED)}
    applied = [
        Applied("20", 2, (Wished(3), Wished(2), Wished(1, "家")), frozenset(), is_favoured=True),
        Applied("10", 1, (Wished(1, "家"), Wished(2, "独")), frozenset()),
        Applied("30", 3, (Wished(2),), frozenset({2})),
    ]
    found = frozen_selection(facts(), courses, {1: 4, 2: 11}, applied)
    assert [(one.id, one.capacity, one.minimum) for one in found.courses] == [("C01", 6, 0), ("C02", 0, 0)]
    assert [one.id for one in found.applications] == ["10", "20"], "a child that has all it wished for is not drawn"
    first, second = found.applications
    assert (first.wishes, second.wishes) == (("C01", "C02"), ("C02", "C01"))
    assert (first.together, second.together) == ({"C01": "10"}, {"C01": "10"})
    assert (first.max_courses, first.max_per_day, first.grade) == (2, 1, 1)
    assert {one.priority for one in found.applications} == {0}
    favoured = frozen_selection(facts(replace(SETUP, favours_unplaced=True)), courses, {}, applied)
    assert [one.priority for one in favoured.applications] == [0, 1]
