"""Forms of entries, duties and acceptance."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import uuid4

from wtforms import DateField, HiddenField, MultipleFileField, RadioField, SelectField
from wtforms.validators import NumberRange, Optional

from school.mentoring.enums import EntryKind, Outcome
from school.mentoring.forms.growth import DATE_NEEDED, long, short
from school.mentoring.rules.acceptance import RubricItem
from school.mentoring.rules.entries import OBSERVATION_RUBRIC, EntryValues
from school.web.forms import NEEDED, SchoolForm, WholeNumberField, choices, choices_of, member_of

RUBRIC_LINES = 10


def _maybe_number(value: str | int | None) -> int | None:
    return int(value) if str(value or "").isdecimal() else None


class EntryForm(SchoolForm):
    """Something done together, entered on a phone in a minute."""

    kind = RadioField("做了什么", choices=choices_of(EntryKind), coerce=member_of(EntryKind))
    with_teacher = SelectField("和谁", coerce=int)
    on_day = DateField("日期", validators=[DATE_NEEDED])
    class_id = SelectField("班级", coerce=_maybe_number)
    lesson = short("第几节", 20, is_needed=False)
    topic = short("课题或主题", 80)
    minutes = WholeNumberField("用时（分钟）", validators=[Optional(), NumberRange(1, 480, "请填 1 到 480 之间的分钟数。")])
    notes = long("记录", hint="听课请写优点和建议；谈话、反思写要点。")
    files = MultipleFileField("附件", description="PDF、Word（docx）、JPG、PNG，每个不超过 5 MB，最多 4 个。")
    submission_key = HiddenField()
    revision = HiddenField()

    def offer(self, partners: Iterable[tuple[str, str]], classes: Iterable[tuple[str, str]]) -> None:
        """Give the selects their choices, and an empty form its key."""
        self.with_teacher.choices = choices(partners)
        self.class_id.choices = choices([("", "（不选）"), *classes])
        if not self.submission_key.data:
            self.submission_key.data = uuid4().hex

    @property
    def score_fields(self) -> list[object]:
        """The fields of the observation rubric."""
        return [self[f"score_{key}"] for key, _label, _points in OBSERVATION_RUBRIC]

    def values(self) -> EntryValues:
        """What was typed; points count only for an observation."""
        typed = {key: self[f"score_{key}"].data for key, _label, _points in OBSERVATION_RUBRIC}
        scores = {key: points for key, points in typed.items() if points is not None}
        return EntryValues(
            kind=self.kind.data,
            on_day=self.on_day.data,
            class_id=self.class_id.data,
            lesson=self.lesson.data or "",
            topic=self.topic.data,
            minutes=self.minutes.data,
            scores=scores if self.kind.data is EntryKind.OBSERVATION else {},
            notes=self.notes.data or "",
        )


for _key, _label, _points in OBSERVATION_RUBRIC:
    _limits = [Optional(), NumberRange(0, _points, f"请填 0 到 {_points} 之间的整数。")]
    setattr(EntryForm, f"score_{_key}", WholeNumberField(f"{_label}（{_points}）", validators=_limits))


class ReasonForm(SchoolForm):
    """Why something is sent back."""

    reason = short("原因", 200, is_needed=False, hint="对方会看到。")


class RubricForm(SchoolForm):
    """The lines of a rubric; a line without name and points is left out."""

    revision = HiddenField()

    @property
    def lines(self) -> list[tuple[object, object]]:
        """The fields of each line: name, points."""
        return [(self[f"label_{number}"], self[f"points_{number}"]) for number in range(1, RUBRIC_LINES + 1)]

    def show(self, items: Sequence[RubricItem]) -> None:
        """Fill the form."""
        for number, item in enumerate(items, 1):
            self[f"label_{number}"].data, self[f"points_{number}"].data = item.label, item.points

    def chosen(self, present: Sequence[RubricItem]) -> list[RubricItem]:
        """The lines that were written; a line that keeps its name keeps its key."""
        keys = {item.label: item.key for item in present}
        typed = [(self[f"label_{n}"].data or "", self[f"points_{n}"].data) for n in range(1, RUBRIC_LINES + 1)]
        written = [(label, points or 0) for label, points in typed if label or points]
        return [RubricItem(keys.get(label, f"item_{number}"), label, points) for number, (label, points) in enumerate(written, 1)]


for _number in range(1, RUBRIC_LINES + 1):
    setattr(RubricForm, f"label_{_number}", short(f"第 {_number} 项", 20, is_needed=False))
    _limits = [Optional(), NumberRange(1, 100, "请填 1 到 100 之间的整数。")]
    setattr(RubricForm, f"points_{_number}", WholeNumberField(f"第 {_number} 项分值", validators=_limits))


class DecisionForm(SchoolForm):
    """How an acceptance ends."""

    outcome = RadioField("结论", choices=choices_of(Outcome), coerce=member_of(Outcome))
    comment = long("验收意见", name_on_page="decision-comment")


class ScoreForm(SchoolForm):
    """One assessor's points; the fields follow the acceptance's own rubric."""

    comment = long("评语")

    @classmethod
    def of(cls, items: Iterable[RubricItem], given: Mapping[str, int], comment: str, *, reads_typed: bool = False) -> "ScoreForm":
        """The form of a rubric, filled with what this assessor gave before; or, of this very form, with what was typed."""
        fields = {f"points_{item.key}": _points_field(item) for item in items}
        shaped = type("ShapedScoreForm", (cls,), fields)
        typed = {} if reads_typed else {"formdata": None}
        return shaped(comment=comment, **typed, **{f"points_{key}": points for key, points in given.items()})

    def points(self, items: Iterable[RubricItem]) -> dict[str, int | None]:
        """The points by rubric key."""
        return {item.key: self[f"points_{item.key}"].data for item in items}


def _points_field(item: RubricItem) -> WholeNumberField:
    limits = [NEEDED, NumberRange(0, item.points, f"请填 0 到 {item.points} 之间的整数。")]
    return WholeNumberField(f"{item.label}（{item.points}）", validators=limits)
