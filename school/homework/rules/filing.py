"""Whether the values of one homework item can stand: minutes, layers, dates and the forms a grade may be given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from school.calendar.rules import OutsideTerm, SchoolCalendar, day_in_words, is_school_day, term_of
from school.errors import Refused
from school.homework.enums import Demand, Form, Kind, Layer, Stage
from school.homework.rules.caps import national_cap
from school.homework.rules.concerns import Concern
from school.preferences.enums import Treatment

MINUTES_AT_LEAST = 1
MINUTES_AT_MOST = 180
CONTENT_AT_MOST = 500
TEXT_AT_MOST = {"book": 80, "pages": 40, "questions": 80, "quantity": 40}
WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


@dataclass(frozen=True)
class LayerValues:
    """What one layer is asked: its content and, in minutes, the estimate and how much of it is done in school."""

    layer: Layer
    content: str
    minutes: int
    in_school_minutes: int = 0


@dataclass(frozen=True)
class ItemValues:
    """One homework item as it was typed."""

    on_day: date
    due_on: date
    layers: tuple[LayerValues, ...]
    form: Form = Form.WRITTEN
    kind: Kind = Kind.BASIC
    stage: Stage = Stage.AFTER_CLASS
    demand: Demand = Demand.REQUIRED
    book: str = ""
    pages: str = ""
    questions: str = ""
    quantity: str = ""
    trial_minutes: int | None = None


class MinutesUnbelievable(Refused):
    """Minutes that are not a believable estimate."""


class LayersInconsistent(Refused):
    """No layer, a layer twice, or 全体 beside A, B, C."""


class ContentMissing(Refused):
    """A layer that is asked nothing in words."""


class TextTooLong(Refused):
    """Words that do not fit the printed log."""


class NotASchoolDay(Refused):
    """A day on which the pupils do not come to school."""


class DueBeforeSet(Refused):
    """Work that is due before it is set."""


class WrittenHomeworkForbidden(Refused):
    """Written work that grades 1 and 2 would take home (HW-01); nobody may allow it."""


class PaperTestForbidden(Refused):
    """A paper test in grades 1 and 2 (HW-18)."""


class NoHomeworkDay(Refused):
    """Written homework on the school's weekly day without it (HW-16)."""


class TrialMissing(Refused):
    """The school asks teachers to try the work first (HW-20)."""


class StageContradicted(Refused):
    """Work in class of which minutes are left for home."""


def default_in_school(stage: Stage, minutes: int) -> int:
    """The minutes done in school when the teacher left the field empty: all of work before or in class, else none."""
    return 0 if stage is Stage.AFTER_CLASS else minutes


def check_filing(
    item: ItemValues,
    *,
    grade: int,
    calendar: SchoolCalendar,
    no_homework_weekday: int = 0,
    trial_treatment: str = Treatment.OFF,
) -> list[Concern]:
    """Raise the refusal of the first value that cannot stand, with its `field`; answer what needs a typed reason.

    `no_homework_weekday` is 1 to 5, or 0 for none (HW-16); `trial_treatment` is off, warn or block (HW-20). The day's
    total and the wording are judged elsewhere: `caps.check_load`, `wording.check_wording`.
    """
    check_layers(item.layers)
    for asked in item.layers:
        check_layer(asked)
    _check_texts(item)
    check_dates(item.on_day, item.due_on, grade=grade, calendar=calendar)
    check_form(item, grade=grade)
    check_no_homework_day(item, no_homework_weekday)
    return check_trial(item, trial_treatment)


def check_layers(layers: Sequence[LayerValues]) -> None:
    """Raise `LayersInconsistent` unless there is one 全体 or any of A, B, C, each once (HW-10)."""
    names = [asked.layer for asked in layers]
    if not names:
        raise LayersInconsistent("请填写作业内容：全体，或 A、B、C 层中的至少一层。", "layers")
    if len(set(names)) < len(names):
        raise LayersInconsistent("同一层只能填写一次，请把内容合在一起。", "layers")
    if Layer.ALL in names and len(names) > 1:
        raise LayersInconsistent("请选“全体”或者分 A、B、C 层填写，不能两样都填。", "layers")


def check_layer(asked: LayerValues) -> None:
    """Raise `ContentMissing`, `TextTooLong` or `MinutesUnbelievable` for one layer's values (minutes 1 to 180)."""
    if not asked.content.strip():
        raise ContentMissing(f"请写明{asked.layer.label}的作业内容。", "content")
    if len(asked.content) > CONTENT_AT_MOST:
        raise TextTooLong(f"作业内容最多 {CONTENT_AT_MOST} 个字，现有 {len(asked.content)} 个字。", "content")
    if not MINUTES_AT_LEAST <= asked.minutes <= MINUTES_AT_MOST:
        raise MinutesUnbelievable(f"预计用时请填 {MINUTES_AT_LEAST} 到 {MINUTES_AT_MOST} 之间的整数（分钟）。", "minutes")
    if not 0 <= asked.in_school_minutes <= asked.minutes:
        raise MinutesUnbelievable(f"在校完成用时请填 0 到 {asked.minutes} 之间的整数，不能超过预计用时。", "in_school_minutes")


def check_dates(on_day: date, due_on: date, *, grade: int, calendar: SchoolCalendar) -> None:
    """Raise `OutsideTerm`, `NotASchoolDay` or `DueBeforeSet` unless both days are school days in order (CA-01, CA-03)."""
    check_school_day(on_day, "on_day", grade=grade, calendar=calendar)
    if due_on < on_day:
        raise DueBeforeSet(f"上交日期不能早于布置日期{day_in_words(on_day)}。", "due_on")
    check_school_day(due_on, "due_on", grade=grade, calendar=calendar)


def check_school_day(day: date, field: str, *, grade: int, calendar: SchoolCalendar) -> None:
    """Raise `OutsideTerm` or `NotASchoolDay` unless pupils of `grade` come to school on `day` (CA-01, CA-03)."""
    if term_of(day, calendar) is None:
        raise OutsideTerm(day, field)
    if not is_school_day(day, calendar, grade=grade):
        exception = calendar.exceptions.get(day)
        why = (exception.name or exception.kind.label) if exception else "休息日"
        raise NotASchoolDay(f"{day_in_words(day)}是{why}，学生不到校，请选择上学的日子。", field)


def check_form(item: ItemValues, *, grade: int) -> None:
    """Raise `PaperTestForbidden` (HW-18), `WrittenHomeworkForbidden` (HW-01) or `StageContradicted`.

    In grades 1 and 2 every written layer must be finished in school, required or optional, whatever its stage.
    """
    if not item.form.is_written:
        return
    is_lower_grade = national_cap(grade) == 0
    if is_lower_grade and item.form is Form.TEST_PAPER:
        raise PaperTestForbidden("一、二年级不进行纸笔测试，请改用口头、实践等形式。", "form")
    minutes = max(asked.minutes - asked.in_school_minutes for asked in item.layers)
    if is_lower_grade and minutes > 0:
        raise WrittenHomeworkForbidden(
            f"一、二年级不布置带回家的书面作业，这一项还有 {minutes} 分钟要带回家。"
            "请让学生在校完成（在校完成用时等于预计用时），或改为口头、阅读、实践、体育、劳动作业。",
            "in_school_minutes",
        )
    if item.stage is Stage.IN_CLASS and minutes > 0:
        raise StageContradicted(
            f"课中练习在课堂上完成，还有 {minutes} 分钟不在校内。请把在校完成用时填成预计用时，或改为课后提升。",
            "in_school_minutes",
        )


def check_no_homework_day(item: ItemValues, weekday: int) -> None:
    """Raise `NoHomeworkDay` for written work taken home on `weekday` (1 to 5, 0 none), by the calendar (HW-16)."""
    is_written_home = item.form.is_written and _goes_home(item)
    if weekday and item.on_day.isoweekday() == weekday and is_written_home:
        raise NoHomeworkDay(
            f"星期{WEEKDAYS[weekday - 1]}是学校的无作业日，不布置书面作业。请换一天，或改为口头、阅读、实践作业。", "on_day"
        )


def check_trial(item: ItemValues, treatment: str) -> list[Concern]:
    """The warning of written work its teacher has not tried, or `TrialMissing` when the school insists (HW-20).

    Raises `MinutesUnbelievable` when trial minutes are given and not 1 to 180.
    """
    if item.trial_minutes is not None:
        if not MINUTES_AT_LEAST <= item.trial_minutes <= MINUTES_AT_MOST:
            raise MinutesUnbelievable(
                f"试做用时请填 {MINUTES_AT_LEAST} 到 {MINUTES_AT_MOST} 之间的整数（分钟）。", "trial_minutes"
            )
        return []
    if treatment == Treatment.OFF or not item.form.is_written:
        return []
    if treatment == Treatment.BLOCK:
        raise TrialMissing("学校要求教师先试做书面作业，请填写试做用时。", "trial_minutes")
    return [Concern("HW-20", "还没有填写教师试做用时。", "trial_minutes")]


def _goes_home(item: ItemValues) -> bool:
    return item.stage is Stage.AFTER_CLASS or any(a.minutes > a.in_school_minutes for a in item.layers)


def _check_texts(item: ItemValues) -> None:
    labels = {"book": "书名", "pages": "页码", "questions": "题号", "quantity": "数量"}
    for field, most in TEXT_AT_MOST.items():
        if len(getattr(item, field)) > most:
            raise TextTooLong(f"{labels[field]}最多 {most} 个字，请写得短一些。", field)
