"""The cap of HW-01 to HW-04: whose minutes count, where the limit lies, what could give."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.homework.enums import Demand, Form, Layer, Stage
from school.homework.rules.caps import (
    CapExceeded,
    CapLoosened,
    DayLoad,
    GradeOutside,
    ItemLoad,
    LayerMinutes,
    Limits,
    check_load,
    check_school_cap,
    day_limits,
    day_load,
    effective_cap,
    is_near,
    national_cap,
    what_could_give,
)
from school.homework.rules.concerns import ReasonNeeded
from school.preferences.enums import Treatment


def asked(
    minutes: int | dict[Layer, int],
    *,
    item_id: int = 1,
    subject: str = "语文",
    in_school: int = 0,
    demand: Demand = Demand.REQUIRED,
    form: Form = Form.WRITTEN,
    stage: Stage = Stage.AFTER_CLASS,
) -> ItemLoad:
    by_layer = minutes if isinstance(minutes, dict) else {Layer.ALL: minutes}
    layers = {layer: LayerMinutes(value, in_school) for layer, value in by_layer.items()}
    return ItemLoad(item_id, subject, demand, form, stage, layers)


@pytest.mark.parametrize(("grade", "cap"), [(1, 0), (2, 0), (3, 60), (4, 60), (5, 60), (6, 60), (7, 90), (8, 90), (9, 90)])
def test_the_national_caps(grade: int, cap: int) -> None:
    assert national_cap(grade) == cap


@pytest.mark.parametrize("grade", [-1, 0, 10])
def test_no_cap_is_made_up_for_other_grades(grade: int) -> None:
    with pytest.raises(GradeOutside, match="不在一至九年级"):
        national_cap(grade)


@pytest.mark.parametrize(("grade", "minutes"), [(1, 0), (3, 0), (3, 45), (3, 60), (7, 90)])
def test_a_school_may_tighten(grade: int, minutes: int) -> None:
    check_school_cap(grade, minutes)


@pytest.mark.parametrize(("grade", "minutes"), [(1, 1), (3, 61), (3, -1), (7, 91)])
def test_a_school_may_not_loosen(grade: int, minutes: int) -> None:
    with pytest.raises(CapLoosened, match="只能定得更严"):
        check_school_cap(grade, minutes)


@pytest.mark.parametrize(
    ("school_caps", "approved", "cap"),
    [
        ({}, None, 60),
        ({4: 30}, None, 60),
        ({3: 45}, None, 45),
        ({3: 45}, 55, 55),
        ({3: 45}, 60, 60),
        ({3: 45}, 61, 60),  # the nation has no override
        ({3: 45}, 30, 45),
        ({}, 90, 60),
        ({3: 90}, None, 60),  # even if such a row got in
        ({3: -5}, None, 0),
    ],
)
def test_approval_lifts_the_schools_cap_up_to_the_national_one(
    school_caps: dict[int, int], approved: int | None, cap: int
) -> None:
    assert effective_cap(3, school_caps, approved) == cap


def test_approval_cannot_give_lower_grades_written_homework() -> None:
    assert effective_cap(2, {2: 30}, 60) == 0


@pytest.mark.parametrize(("minutes", "is_allowed"), [(59, True), (60, True), (61, False)])
def test_sixty_minutes_fit_and_sixty_one_do_not(minutes: int, is_allowed: bool) -> None:
    load = day_load(3, [asked(minutes)])
    limits = day_limits(3, 60)
    if is_allowed:
        assert check_load(load, limits) == []
        return
    with pytest.raises(CapExceeded) as refusal:
        check_load(load, limits, reason="期末")
    assert (refusal.value.over_by, refusal.value.limit, refusal.value.load) == (1, 60, load)
    assert "合计 61 分钟，比上限 60 分钟多 1 分钟" in refusal.value.message
    assert "教导处" not in refusal.value.message  # nobody may lift the national cap


@pytest.mark.parametrize(("minutes", "is_allowed"), [(89, True), (90, True), (91, False)])
def test_ninety_minutes_fit_in_grade_7(minutes: int, is_allowed: bool) -> None:
    load = day_load(7, [asked(minutes)])
    if is_allowed:
        assert check_load(load, day_limits(7, 90)) == []
    else:
        with pytest.raises(CapExceeded):
            check_load(load, day_limits(7, 90))


@pytest.mark.parametrize(("grade", "minutes", "in_school"), [(1, 20, 19), (2, 1, 0)])
def test_lower_grades_take_no_minute_home(grade: int, minutes: int, in_school: int) -> None:
    assert check_load(day_load(grade, [asked(minutes, in_school=minutes)]), day_limits(grade, 0)) == []
    with pytest.raises(CapExceeded, match="一、二年级"):
        check_load(day_load(grade, [asked(minutes, in_school=in_school)]), day_limits(grade, 0))


def test_over_the_schools_own_cap_the_teaching_office_is_named() -> None:
    with pytest.raises(CapExceeded, match="请教导处批准"):
        check_load(day_load(3, [asked(60)]), day_limits(3, 45))
    with pytest.raises(CapExceeded) as refusal:
        check_load(day_load(3, [asked(61)]), day_limits(3, 45))
    assert "教导处" not in refusal.value.message


@pytest.mark.parametrize("form", [form for form in Form if not form.is_written])
def test_only_written_forms_count(form: Form) -> None:
    assert day_load(3, [asked(30, form=form)]) == day_load(3, [])


def test_a_test_paper_counts_as_written() -> None:
    assert day_load(3, [asked(40, form=Form.TEST_PAPER)]).required == 40


def test_after_class_work_counts_whole_though_begun_at_school() -> None:
    load = day_load(3, [asked(30, in_school=20)])
    assert (load.required, load.in_school) == (30, 20)


@pytest.mark.parametrize("stage", [Stage.BEFORE_CLASS, Stage.IN_CLASS])
def test_of_work_before_or_in_class_only_what_goes_home_counts(stage: Stage) -> None:
    assert day_load(3, [asked(30, in_school=30, stage=stage)]).required == 0
    assert day_load(3, [asked(30, in_school=10, stage=stage)]).required == 20


def test_a_layered_class_takes_the_largest_total() -> None:
    load = day_load(
        3,
        [
            asked(20, item_id=1, subject="语文"),
            asked({Layer.A: 30, Layer.B: 20, Layer.C: 10}, item_id=2, subject="数学", in_school=5),
            asked({Layer.C: 25}, item_id=3, subject="英语"),
        ],
    )
    assert load.by_layer == {Layer.A: 50, Layer.B: 40, Layer.C: 55}
    assert (load.required, load.heaviest) == (55, Layer.C)
    assert load.by_subject == {"语文": 20, "数学": 10, "英语": 25}
    assert load.in_school == 5


def test_optional_items_stand_apart() -> None:
    load = day_load(
        3,
        [
            asked({Layer.A: 20, Layer.C: 50}, item_id=1),
            asked({Layer.A: 30}, item_id=2, demand=Demand.OPTIONAL),
        ],
    )
    assert (load.required, load.optional, load.with_optional) == (50, 30, 50)


@pytest.mark.parametrize(("optional", "warns"), [(10, False), (11, True)])
def test_required_and_optional_together_over_the_cap_need_a_reason(optional: int, warns: bool) -> None:
    load = day_load(3, [asked(50), asked(optional, item_id=2, demand=Demand.OPTIONAL)])
    limits = day_limits(3, 60)
    if not warns:
        assert check_load(load, limits) == []
        return
    with pytest.raises(ReasonNeeded, match="必做加选做合计 61 分钟") as refusal:
        check_load(load, limits, reason="  ")
    assert refusal.value.field == "reason"
    assert [concern.rule for concern in check_load(load, limits, reason="学有余力的学生")] == ["HW-02"]


def test_an_empty_day_weighs_nothing() -> None:
    assert day_load(3, []) == DayLoad(by_layer={Layer.ALL: 0})


@pytest.mark.parametrize(
    ("evenings", "percent", "treatment", "limits"),
    [
        (1, 100, Treatment.WARN, Limits(60, 60, 60, 1)),
        (1, 50, Treatment.BLOCK, Limits(60, 60, 60, 1)),
        (2, 50, Treatment.WARN, Limits(60, 60, 60, 2)),  # one free day is no break
        (3, 100, Treatment.WARN, Limits(60, 180, 180, 3)),
        (3, 70, Treatment.WARN, Limits(42, 180, 180, 3)),
        (3, 100, Treatment.BLOCK, Limits(60, 60, 60, 3)),
        (3, 100, Treatment.OFF, Limits(180, 180, 180, 3)),
        (8, 100, Treatment.WARN, Limits(60, 480, 480, 8)),
        (None, 100, Treatment.WARN, Limits(60, 180, 180, 3)),
    ],
)
def test_limits_of_a_day(evenings: int | None, percent: int, treatment: Treatment, limits: Limits) -> None:
    assert day_limits(3, 60, evenings=evenings, weekend_percent=percent, weekend_treatment=treatment) == limits


def test_the_same_word_of_the_schools_settings_is_understood() -> None:
    assert day_limits(3, 60, evenings=3, weekend_treatment="block").hard == 60


@pytest.mark.parametrize(("minutes", "outcome"), [(60, "fits"), (61, "reason"), (180, "reason"), (181, "refused")])
def test_a_weekend_holds_one_days_work_and_more_only_with_a_reason(minutes: int, outcome: str) -> None:
    load, limits = day_load(3, [asked(minutes)]), day_limits(3, 60, evenings=3)
    if outcome == "fits":
        assert check_load(load, limits) == []
    elif outcome == "reason":
        with pytest.raises(ReasonNeeded):
            check_load(load, limits)
        assert [concern.rule for concern in check_load(load, limits, reason="单元整理")] == ["HW-04"]
    else:
        with pytest.raises(CapExceeded, match="假期前"):
            check_load(load, limits, reason="单元整理")


def test_no_weekend_lets_lower_grades_take_work_home() -> None:
    with pytest.raises(CapExceeded, match="一、二年级"):
        check_load(day_load(1, [asked(1)]), day_limits(1, 0, evenings=3), reason="周末")


@pytest.mark.parametrize(("minutes", "near"), [(47, False), (48, True), (60, True), (61, False)])
def test_near_begins_at_four_fifths(minutes: int, near: bool) -> None:
    assert is_near(minutes, 60) is near


def test_nothing_is_near_a_cap_of_zero() -> None:
    assert not is_near(0, 0)


def test_the_smallest_set_that_is_enough_comes_first() -> None:
    items = [asked(30, item_id=1), asked(20, item_id=2), asked(25, item_id=3)]
    reliefs = what_could_give(3, items, 15)
    assert [(relief.item_ids, relief.frees) for relief in reliefs] == [((2,), 20), ((3,), 25), ((1,), 30)]
    assert all(relief.is_enough for relief in reliefs)


def test_two_give_way_when_one_is_not_enough() -> None:
    items = [asked(30, item_id=1), asked(30, item_id=2), asked(40, item_id=3)]
    reliefs = what_could_give(3, items, 50)
    assert [relief.item_ids for relief in reliefs if relief.is_enough] == [(1, 2), (1, 3), (2, 3)]
    assert [relief.item_ids for relief in reliefs if not relief.is_enough] == [(3,), (1,), (2,)]


def test_a_layer_that_is_not_the_heaviest_frees_nothing() -> None:
    items = [asked({Layer.A: 70}, item_id=1), asked({Layer.C: 40}, item_id=2), asked(0, item_id=3)]
    assert [relief.item_ids for relief in what_could_give(3, items, 10)] == [(1,)]


def test_optional_and_spoken_items_are_not_asked_to_give() -> None:
    items = [asked(70, item_id=1), asked(20, item_id=2, demand=Demand.OPTIONAL), asked(20, item_id=3, form=Form.ORAL)]
    assert [relief.item_ids for relief in what_could_give(3, items, 10)] == [(1,)]


LAYER_SETS = st.one_of(
    st.fixed_dictionaries({Layer.ALL: st.integers(1, 60)}),
    st.dictionaries(st.sampled_from([Layer.A, Layer.B, Layer.C]), st.integers(1, 60), min_size=1),
)


@st.composite
def loads(draw: st.DrawFn) -> list[ItemLoad]:
    return [
        asked(
            draw(LAYER_SETS),
            item_id=number,
            subject=draw(st.sampled_from(["语文", "数学", "英语"])),
            in_school=draw(st.integers(0, 30)),
            demand=draw(st.sampled_from(Demand)),
            form=draw(st.sampled_from([Form.WRITTEN, Form.WRITTEN, Form.ORAL, Form.TEST_PAPER])),
            stage=draw(st.sampled_from(Stage)),
        )
        for number in range(draw(st.integers(0, 7)))
    ]


@given(loads(), st.randoms(), st.integers(1, 9))
def test_the_order_of_items_is_irrelevant(items: list[ItemLoad], random: Random, grade: int) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert day_load(grade, shuffled) == day_load(grade, items)


@given(loads(), loads(), st.integers(1, 9))
def test_more_items_never_lower_the_load(items: list[ItemLoad], more: list[ItemLoad], grade: int) -> None:
    before, after = day_load(grade, items), day_load(grade, items + more)
    assert after.required >= before.required
    assert after.optional >= before.optional
    assert after.with_optional >= before.with_optional


@given(loads(), st.integers(1, 9))
def test_a_load_is_consistent(items: list[ItemLoad], grade: int) -> None:
    load = day_load(grade, items)
    assert load.required == max(load.by_layer.values()) == sum(load.by_subject.values())
    assert max(load.required, load.optional) <= load.with_optional <= load.required + load.optional


@given(loads(), st.integers(3, 9), st.integers(1, 120))
def test_what_is_said_to_be_enough_is_enough(items: list[ItemLoad], grade: int, over_by: int) -> None:
    before = day_load(grade, items).required
    for relief in what_could_give(grade, items, over_by):
        left = [item for item in items if item.item_id not in relief.item_ids]
        assert before - day_load(grade, left).required == relief.frees
        assert relief.is_enough is (relief.frees >= over_by)


@given(st.integers(3, 9), st.integers(0, 90), st.integers(1, 40), st.integers(10, 100), st.sampled_from(Treatment))
def test_soft_is_never_above_hard(grade: int, cap: int, evenings: int, percent: int, treatment: Treatment) -> None:
    limits = day_limits(
        grade, min(cap, national_cap(grade)), evenings=evenings, weekend_percent=percent, weekend_treatment=treatment
    )
    assert 0 <= limits.soft <= limits.hard <= limits.ceiling
