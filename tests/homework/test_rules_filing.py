"""The values of one item: minutes, layers, dates, forms, the no-homework day and the teacher's own trial."""

from dataclasses import replace
from datetime import date

import pytest

from school.calendar.enums import DayKind
from school.calendar.rules import DayException, OutsideTerm, SchoolCalendar, TermDates
from school.errors import Refused
from school.homework.enums import Demand, Form, Layer, Stage
from school.homework.rules.filing import (
    ContentMissing,
    DueBeforeSet,
    ItemValues,
    LayersInconsistent,
    LayerValues,
    MinutesUnbelievable,
    NoHomeworkDay,
    NotASchoolDay,
    PaperTestForbidden,
    StageContradicted,
    TextTooLong,
    TrialMissing,
    WrittenHomeworkForbidden,
    check_filing,
    default_in_school,
)
from school.preferences.enums import Treatment

WEDNESDAY = date(2026, 11, 25)
THURSDAY = date(2026, 11, 26)
HOLIDAY = date(2026, 12, 2)
CALENDAR = SchoolCalendar(
    terms=(TermDates(2026, 1, date(2026, 9, 1), date(2027, 1, 15)), TermDates(2026, 2, date(2027, 2, 24), date(2027, 7, 9))),
    exceptions={HOLIDAY: DayException(HOLIDAY, DayKind.CLOSURE, "大雪停课")},
    published_years=frozenset({2026}),
)
WHOLE_CLASS = LayerValues(Layer.ALL, "口算第 12 页", 20)
ITEM = ItemValues(WEDNESDAY, THURSDAY, (WHOLE_CLASS,))


def filed(item: ItemValues, *, grade: int = 3, **settings: object) -> list[str]:
    return [concern.rule for concern in check_filing(item, grade=grade, calendar=CALENDAR, **settings)]  # type: ignore[arg-type]


def asked(layer: Layer = Layer.ALL, minutes: int = 20, in_school: int = 0, content: str = "口算") -> LayerValues:
    return LayerValues(layer, content, minutes, in_school)


def test_an_ordinary_item_needs_nothing_more() -> None:
    assert filed(ITEM) == []


@pytest.mark.parametrize(("minutes", "stands"), [(-1, False), (0, False), (1, True), (180, True), (181, False), (999, False)])
def test_minutes_are_1_to_180(minutes: int, stands: bool) -> None:
    item = replace(ITEM, layers=(asked(minutes=minutes),))
    if stands:
        assert filed(item) == []
        return
    with pytest.raises(MinutesUnbelievable, match="1 到 180") as refusal:
        filed(item)
    assert refusal.value.field == "minutes"


@pytest.mark.parametrize(("in_school", "stands"), [(-1, False), (0, True), (20, True), (21, False)])
def test_no_more_is_done_in_school_than_there_is(in_school: int, stands: bool) -> None:
    item = replace(ITEM, layers=(asked(in_school=in_school),))
    if stands:
        assert filed(item) == []
        return
    with pytest.raises(MinutesUnbelievable) as refusal:
        filed(item)
    assert refusal.value.field == "in_school_minutes"


@pytest.mark.parametrize("layers", [[Layer.ALL], [Layer.A], [Layer.B, Layer.C], [Layer.A, Layer.B, Layer.C]])
def test_one_item_is_for_all_or_for_layers(layers: list[Layer]) -> None:
    assert filed(replace(ITEM, layers=tuple(asked(layer) for layer in layers))) == []


@pytest.mark.parametrize("layers", [[], [Layer.ALL, Layer.A], [Layer.A, Layer.A], [Layer.ALL, Layer.ALL]])
def test_layers_are_not_mixed(layers: list[Layer]) -> None:
    with pytest.raises(LayersInconsistent) as refusal:
        filed(replace(ITEM, layers=tuple(asked(layer) for layer in layers)))
    assert refusal.value.field == "layers"


@pytest.mark.parametrize("content", ["", "  ", "\u3000\n"])
def test_every_layer_says_what_to_do(content: str) -> None:
    with pytest.raises(ContentMissing, match="B层"):
        filed(replace(ITEM, layers=(asked(Layer.A), asked(Layer.B, content=content))))


def test_content_fits_the_printed_log() -> None:
    assert filed(replace(ITEM, layers=(asked(content="抄" * 500),))) == []
    with pytest.raises(TextTooLong, match="现有 501 个字"):
        filed(replace(ITEM, layers=(asked(content="抄" * 501),)))


@pytest.mark.parametrize(("field", "most"), [("book", 80), ("pages", 40), ("questions", 80), ("quantity", 40)])
def test_short_fields_are_short(field: str, most: int) -> None:
    assert filed(replace(ITEM, **{field: "页" * most})) == []
    with pytest.raises(TextTooLong) as refusal:
        filed(replace(ITEM, **{field: "页" * (most + 1)}))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("on_day", "due_on", "refusal", "field", "words"),
    [
        (date(2026, 8, 31), THURSDAY, OutsideTerm, "on_day", "不在学期内"),
        (date(2027, 1, 16), date(2027, 1, 18), OutsideTerm, "on_day", "不在学期内"),
        (date(2026, 11, 28), date(2026, 11, 30), NotASchoolDay, "on_day", "休息日"),
        (HOLIDAY, date(2026, 12, 3), NotASchoolDay, "on_day", "大雪停课"),
        (date(2027, 6, 1), date(2027, 6, 2), NotASchoolDay, "on_day", "不到校"),
        (WEDNESDAY, date(2026, 11, 24), DueBeforeSet, "due_on", "不能早于"),
        (WEDNESDAY, date(2026, 11, 28), NotASchoolDay, "due_on", "休息日"),
        (WEDNESDAY, HOLIDAY, NotASchoolDay, "due_on", "大雪停课"),
        (WEDNESDAY, date(2027, 8, 1), OutsideTerm, "due_on", "2027年8月1日"),
    ],
)
def test_dates_are_school_days_in_order(on_day: date, due_on: date, refusal: type[Refused], field: str, words: str) -> None:
    with pytest.raises(refusal, match=words) as caught:
        filed(replace(ITEM, on_day=on_day, due_on=due_on))
    assert caught.value.field == field


def test_work_may_be_due_the_same_day_and_holiday_work_next_term() -> None:
    assert filed(replace(ITEM, due_on=WEDNESDAY)) == []
    assert filed(replace(ITEM, on_day=date(2027, 1, 15), due_on=date(2027, 2, 24))) == []


@pytest.mark.parametrize("grade", [1, 2])
@pytest.mark.parametrize("demand", list(Demand))
@pytest.mark.parametrize("stage", list(Stage))
def test_lower_grades_take_no_written_work_home(grade: int, demand: Demand, stage: Stage) -> None:
    done = replace(ITEM, demand=demand, stage=stage, layers=(asked(minutes=15, in_school=15),))
    assert filed(done, grade=grade) == []
    with pytest.raises(WrittenHomeworkForbidden, match="1 分钟要带回家"):
        filed(replace(done, layers=(asked(minutes=15, in_school=14),)), grade=grade)


def test_one_layer_taken_home_is_enough_to_refuse() -> None:
    layers = (asked(Layer.A, 10, 10), asked(Layer.C, 10, 9))
    with pytest.raises(WrittenHomeworkForbidden):
        filed(replace(ITEM, layers=layers), grade=2)


@pytest.mark.parametrize("form", [form for form in Form if not form.is_written])
def test_lower_grades_read_speak_move_and_help(form: Form) -> None:
    assert filed(replace(ITEM, form=form), grade=1) == []


def test_grade_3_takes_written_work_home() -> None:
    assert filed(ITEM, grade=3) == []


@pytest.mark.parametrize("grade", [1, 2])
def test_lower_grades_write_no_tests_even_in_school(grade: int) -> None:
    paper = replace(ITEM, form=Form.TEST_PAPER, stage=Stage.IN_CLASS, layers=(asked(minutes=20, in_school=20),))
    with pytest.raises(PaperTestForbidden) as refusal:
        filed(paper, grade=grade)
    assert refusal.value.field == "form"
    assert filed(paper, grade=3) == []


def test_work_in_class_leaves_nothing_for_home() -> None:
    in_class = replace(ITEM, stage=Stage.IN_CLASS, layers=(asked(minutes=20, in_school=20),))
    assert filed(in_class) == []
    with pytest.raises(StageContradicted):
        filed(replace(in_class, layers=(asked(minutes=20, in_school=19),)))


def test_an_empty_field_means_all_of_class_work_and_none_of_home_work() -> None:
    assert [default_in_school(stage, 20) for stage in (Stage.BEFORE_CLASS, Stage.IN_CLASS, Stage.AFTER_CLASS)] == [20, 20, 0]


def test_the_weekly_day_without_homework() -> None:
    with pytest.raises(NoHomeworkDay, match="星期三") as refusal:
        filed(ITEM, no_homework_weekday=3)
    assert refusal.value.field == "on_day"
    assert filed(ITEM, no_homework_weekday=4) == []
    assert filed(ITEM, no_homework_weekday=0) == []
    assert filed(replace(ITEM, form=Form.READING), no_homework_weekday=3) == []
    in_class = replace(ITEM, stage=Stage.IN_CLASS, layers=(asked(minutes=20, in_school=20),))
    assert filed(in_class, no_homework_weekday=3) == []


def test_trying_the_work_first_is_asked_as_the_school_set_it() -> None:
    assert filed(ITEM, trial_treatment=Treatment.OFF) == []
    assert filed(ITEM, trial_treatment=Treatment.WARN) == ["HW-20"]
    with pytest.raises(TrialMissing) as refusal:
        filed(ITEM, trial_treatment=Treatment.BLOCK)
    assert refusal.value.field == "trial_minutes"
    assert filed(replace(ITEM, trial_minutes=8), trial_treatment=Treatment.BLOCK) == []
    assert filed(replace(ITEM, form=Form.ORAL), trial_treatment=Treatment.BLOCK) == []


@pytest.mark.parametrize("minutes", [-1, 0, 181])
def test_trial_minutes_are_believable(minutes: int) -> None:
    with pytest.raises(MinutesUnbelievable) as refusal:
        filed(replace(ITEM, trial_minutes=minutes))
    assert refusal.value.field == "trial_minutes"
