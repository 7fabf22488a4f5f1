"""Forms of a selection: its rules and windows, publishing a draw, and the office's adjustments."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from school.clock import ZONE
from school.courses.enums import Mechanism, Phase, Promotion
from school.courses.rules.facts import Window
from school.courses.rules.rounds import Setup, SetupRefused
from school.courses.rules.seats import grades_in_words
from school.web.forms import NEEDED, SchoolForm, WholeNumberField, choices, choices_of, member_of, stripped

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
HOWS = ("电话", "当面", "书面", "短信或微信")
OTHER = "其他监护人"


class MomentField(DateTimeLocalField):
    """A moment in the school's zone, to the minute."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, format=FORMATS, **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a moment; anything else gets a Chinese sentence and stays as typed."""
        self.data = None
        if not any(valuelist):
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("请按 2026-09-01 08:00 这样的格式填写日期和时间。") from None
        if self.data is not None:
            self.data = self.data.replace(tzinfo=ZONE)


def whole(label: str, least: int, most: int, **options: Any) -> WholeNumberField:
    """A whole number that must be given."""
    return WholeNumberField(
        label, validators=[NEEDED, NumberRange(least, most, f"请填 {least} 到 {most} 之间的整数。")], **options
    )


class SetupForm(SchoolForm):
    """Rules and windows of a selection; `setup_form` gives it a row of windows for each grade."""

    has_wishes = RadioField(
        "怎么选",
        choices=choices([("1", "先填志愿、摇号，再补选余下的名额"), ("", "只有补选，先到先得")]),
        coerce=lambda value: value in ("1", True),
        default=True,
    )
    wish_opens_at = MomentField("填志愿开始", validators=[Optional()])
    wish_closes_at = MomentField("填志愿截止", validators=[Optional()])
    open_opens_at = MomentField("补选开始", validators=[Optional()])
    open_closes_at = MomentField("补选结束", validators=[Optional()])
    withdraw_until = MomentField(
        "家长自行退课截止", description="过了这个时间，家长仍可随时请教导处退课。不填就不设截止。", validators=[Optional()]
    )
    max_courses = whole("每周最多几门", 1, 10)
    max_per_day = whole("每天最多几门", 0, 5, description="0 表示不限。")
    max_wishes = whole("最多填几个志愿", 1, 20)
    buffer_minutes = whole("两门课之间至少几分钟", 0, 60)
    promotion = RadioField("有人退出时", choices=choices_of(Promotion), coerce=member_of(Promotion))
    offer_hours = whole("征询时，几小时内确认", 1, 168)
    favours_unplaced = BooleanField("上学期填了志愿却一门都没有的孩子，摇号时优先")
    public_source = StringField(
        "公开随机数的来源（可不填）",
        description="例如：2026年9月10日双色球开奖号码。摇号时把它的值混入种子，学校也无法预知结果。",
        filters=[stripped],
        validators=[Length(max=200, message="最多 200 个字。")],
    )
    note = TextAreaField("给家长的说明（可不填）", filters=[stripped], validators=[Length(max=1000, message="最多 1000 个字。")])
    revision = HiddenField()

    grades: tuple[int, ...] = ()

    @property
    def grade_rows(self) -> list[tuple[int, list[Any]]]:
        """For each grade its four fields."""
        return [(grade, [self[name_of(phase, end, grade)] for phase in Phase for end in ENDS]) for grade in self.grades]

    @property
    def has_grade_rows(self) -> bool:
        """Whether any grade has a time of its own, or one that was refused."""
        return any(field.data or field.errors for _grade, fields in self.grade_rows for field in fields)

    @property
    def setup(self) -> Setup:
        """What was typed. Raises `SetupRefused` when a window has a beginning without an end or the other way round."""
        windows = [self._window(phase, grade) for phase in Phase for grade in (0, *self.grades)]
        return Setup(
            has_wishes=self.has_wishes.data,
            max_courses=self.max_courses.data,
            max_per_day=self.max_per_day.data,
            max_wishes=self.max_wishes.data,
            buffer_minutes=self.buffer_minutes.data,
            promotion=self.promotion.data,
            offer_hours=self.offer_hours.data,
            withdraw_until=self.withdraw_until.data,
            favours_unplaced=self.favours_unplaced.data,
            public_source=self.public_source.data,
            note=self.note.data.replace("\r\n", "\n"),
            windows=tuple(one for one in windows if one is not None),
        )

    def _window(self, phase: Phase, grade: int) -> Window | None:
        opens, closes = (self[name_of(phase, end, grade)] for end in ENDS)
        if opens.data and closes.data:
            return Window(phase, grade, opens.data, closes.data)
        if opens.data or closes.data:
            empty = closes if opens.data else opens
            raise SetupRefused(f"请同时填写“{phase.label}”的开始和结束时间。", empty.name)
        return None


ENDS = ("opens_at", "closes_at")


def name_of(phase: Phase, end: str, grade: int) -> str:
    """The field of a window's end; grade 0 is every grade."""
    return f"{phase.value}_{end}" + (f"_{grade}" if grade else "")


def setup_form(grades: Iterable[int], setup: Setup, revision: int, *, is_typed: bool = True) -> SetupForm:
    """The form filled with what is set, with a row for each of the grades and for those that have windows already.

    With `is_typed` false what a POST sent is not looked at.
    """
    rows = tuple(sorted({*grades, *(one.grade for one in setup.windows if one.grade)}))
    fields = {
        name_of(phase, end, grade): MomentField(f"{grades_in_words(frozenset({grade}))}{words}", validators=[Optional()])
        for grade in rows
        for phase, end, words in (
            (Phase.WISH, ENDS[0], "填志愿开始"),
            (Phase.WISH, ENDS[1], "填志愿截止"),
            (Phase.OPEN, ENDS[0], "补选开始"),
            (Phase.OPEN, ENDS[1], "补选结束"),
        )
    }
    made = type("SetupForm", (SetupForm,), {**fields, "grades": rows})
    values: dict[str, Any] = {name: value for name, value in vars(setup).items() if name != "windows"}
    for window in setup.windows:
        values[name_of(window.phase, ENDS[0], window.grade)] = window.opens_at
        values[name_of(window.phase, ENDS[1], window.grade)] = window.closes_at
    given = {} if is_typed else {"formdata": None}
    return made(data=values | {"revision": revision}, **given)


class TrialForm(SchoolForm):
    """A preview takes no words of its own: which seeds it tries is nobody's choice."""


class PublishForm(SchoolForm):
    """Which mechanism holds the draw, and the public randomness when it was announced."""

    mechanism = RadioField(
        "用哪种方式", choices=choices_of(Mechanism), coerce=member_of(Mechanism), validators=[InputRequired("请选择一种方式。")]
    )
    public_value = StringField("公开随机数", filters=[stripped], validators=[Length(max=80, message="最多 80 个字。")])
    confirms = BooleanField("我已核对方式和数据，确认公布", validators=[InputRequired("请勾选确认后再公布。")])


class ConsentForm(SchoolForm):
    """Who of the family agreed, how and when (AS-01)."""

    who = SelectField("谁同意的", validators=[NEEDED])
    how = SelectField("怎样同意的", choices=choices((one, one) for one in HOWS), validators=[NEEDED])
    agreed_at = MomentField("什么时候", validators=[InputRequired("请填写家长同意的时间。")])
    words = StringField("补充说明（可不填）", filters=[stripped], validators=[Length(max=80, message="最多 80 个字。")])

    def offer_people(self, names: Sequence[str]) -> None:
        """Give the select the child's guardians."""
        self.who.choices = choices((name, name) for name in (*names, OTHER))

    def agreed(self, now: datetime) -> str:
        """The consent in words, at most 200 signs; raises `SetupRefused` for a moment to come."""
        moment = self.agreed_at.data
        if moment > now:
            raise SetupRefused("家长同意的时间不能在将来，请核对。", "agreed_at")
        more = f"；{self.words.data}" if self.words.data else ""
        return f"{self.who.data[:60]}，{moment:%Y-%m-%d %H:%M} {self.how.data}同意{more}"


class PlaceForm(ConsentForm):
    """Place a child in a course."""

    course_id = SelectField("安排到", coerce=int)


class RemoveForm(ConsentForm):
    """Take a child out of a course."""


class TransferForm(ConsentForm):
    """Move a child to another course."""

    course_id = SelectField("转到", coerce=int)
