"""Forms of triads: seats and period, the proposal, a change, duties, signing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wtforms import BooleanField, DateField, HiddenField, SelectField
from wtforms.validators import NumberRange

from school.mentoring.enums import DutyField, EntryKind, Seat
from school.mentoring.rules.duties import DEFAULT_DUTIES, Duty
from school.web.forms import DATE_NEEDED, NEEDED, SchoolForm, WholeNumberField, choices, choices_of, long, member_of, short

Pairs = Iterable[tuple[str, str]]


def _id(value: object) -> int | None:
    return int(value) if re.fullmatch("[0-9]{1,9}", str(value)) else None  # type: ignore[call-overload]


def one_of(label: str) -> SelectField:
    """A select of rows by id in which nothing is chosen beforehand."""
    return SelectField(label, coerce=_id, validators=[NEEDED])


def _offered(pairs: Pairs) -> list[object]:
    return choices([("", "请选择"), *pairs])


class TriadForm(SchoolForm):
    """Three people, a subject, a period."""

    subject_id = one_of("学科")
    chief = one_of(Seat.CHIEF.label)
    middle = one_of(Seat.MIDDLE.label)
    novice = one_of(Seat.NOVICE.label)
    starts_on = DateField("开始", validators=[DATE_NEEDED])
    ends_on = DateField("结束", validators=[DATE_NEEDED])
    note = long("说明")

    def offer(self, subjects: Pairs, teachers: Pairs) -> None:
        """Give the selects subjects and staff."""
        people = list(teachers)
        self.subject_id.choices = _offered(subjects)
        for seat in Seat:
            self[seat.value].choices = _offered(people)

    def seats(self) -> dict[Seat, int]:
        """The chosen teachers by seat."""
        return {seat: self[seat.value].data for seat in Seat}


@dataclass(frozen=True)
class Block:
    """One suggestion as the office may change it: whom each seat offers, and who is chosen."""

    subject_id: int
    offered: Mapping[Seat, Sequence[tuple[str, str]]]
    seats: Mapping[Seat, int]
    previous_id: int | None = None


class ProposalForm(SchoolForm):
    """Suggestions to take, each with its three seats; the fields follow the blocks by number."""

    @classmethod
    def of(cls, blocks: Mapping[int, Block]) -> "ProposalForm":
        """The form of the blocks; what was typed stays."""
        fields: dict[str, object] = {}
        for number, block in blocks.items():
            fields[f"take_{number}"] = BooleanField("拟定这一组", default=True)
            for seat in Seat:
                chosen = block.seats.get(seat)
                offered = choices(block.offered[seat])
                fields[f"{seat.value}_{number}"] = SelectField(seat.label, coerce=int, choices=offered, default=chosen)
        return type("FilledProposalForm", (cls,), fields)()

    def taken(self, blocks: Iterable[int]) -> list[int]:
        """The numbers that are ticked."""
        return [number for number in blocks if self[f"take_{number}"].data]

    def seats(self, number: int) -> dict[Seat, int]:
        """The chosen teachers of a block by seat."""
        return {seat: self[f"{seat.value}_{number}"].data for seat in Seat}


class ChangeForm(SchoolForm):
    """Somebody else takes a seat."""

    seat = SelectField("位置", choices=choices_of(Seat), coerce=member_of(Seat))
    teacher_id = one_of("换成")
    on_day = DateField("从哪天起", validators=[DATE_NEEDED])
    reason = short("原因", 200)
    revision = HiddenField()

    def offer(self, teachers: Pairs) -> None:
        """Give the select the staff."""
        self.teacher_id.choices = _offered(teachers)


class SignForm(SchoolForm):
    """Signing exactly the text that is shown."""

    digest = HiddenField()
    agrees = BooleanField("我已看完全文，同意签署。", validators=[NEEDED])


class DutiesForm(SchoolForm):
    """How often each seat owes what; the fields follow the presets, `seen` is what the page showed."""

    seen = HiddenField()

    def rows(self) -> list[tuple[Seat, DutyField, EntryKind, object]]:
        """Seat, field of the agreement, kind and form field of each duty."""
        return [(seat, field, kind, self[f"{seat.value}_{kind.value}"]) for seat, field, kind, _count in DEFAULT_DUTIES]

    def show(self, duties: Sequence[Duty]) -> None:
        """Fill the form."""
        for duty in duties:
            name = f"{duty.seat.value}_{duty.kind.value}"
            if name in self:
                self[name].data = duty.count
        self.remember(duties)

    def remember(self, duties: Iterable[Duty]) -> None:
        """Note what the page shows as stored."""
        self.seen.data = " ".join(str(duty.count) for duty in duties)

    def seen_duties(self) -> list[Duty]:
        """What the page showed as stored; nothing that could be stored when the field is not as a page sends it."""
        counts = [int(one) if re.fullmatch("[0-9]{1,2}", one) else -1 for one in (self.seen.data or "").split()]
        return [Duty(*row[:3], count) for row, count in zip(DEFAULT_DUTIES, counts, strict=False)]

    def chosen(self) -> list[Duty]:
        """The duties as typed."""
        return [Duty(seat, field, kind, one.data) for seat, field, kind, one in self.rows()]


for _seat, _field, _kind, _count in DEFAULT_DUTIES:
    _name = f"{_seat.value}_{_kind.value}"
    _limits = [NEEDED, NumberRange(0, 60, "请填 0 到 60 之间的整数。")]
    setattr(DutiesForm, _name, WholeNumberField(f"{_seat.label.split(' ')[0]} {_kind.label}", validators=_limits))
