"""What the office puts triads together from: the staff with what tells them apart, who sits where, what is suggested."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from school.calendar.models import Term
from school.mentoring.enums import Seat
from school.mentoring.queries.growth import TieredTeacher, tiered_staff
from school.mentoring.queries.triads import colleagues_of, eligibility, extended_before, sittings_between
from school.mentoring.rules.proposing import Colleague, Proposal, options, propose
from school.mentoring.rules.tiers import TierRule
from school.mentoring.rules.triads import Eligibility, Sitting

Choice = tuple[str, str]


@dataclass(frozen=True)
class Desk:
    """A term's staff and seats from `first` on, and the suggestions that follow; `labels` name teachers by id."""

    first: date
    last: date
    labels: Mapping[int, str]
    colleagues: list[Colleague]
    sittings: list[Sitting]
    eligibility: Eligibility
    proposal: Proposal

    def offered(self, subject_id: int, chosen: Mapping[Seat, int]) -> dict[Seat, list[Choice]]:
        """By seat who may sit there, as (id, label), and who is chosen even if they may not."""
        found = {}
        for seat in Seat:
            may = [one.candidate.id for one in options(self.colleagues, subject_id, seat, self.eligibility)]
            also = [one for one in (chosen.get(seat),) if one in self.labels]
            found[seat] = [(str(one), self.labels[one] + self._busy(one)) for one in dict.fromkeys(may + also)]
        return found

    def _busy(self, teacher_id: int) -> str:
        mine = [one for one in self.sittings if one.teacher_id == teacher_id]
        led = sum(one.seat is Seat.CHIEF for one in mine)
        return ("，已有师傅" if len(mine) > led else "") + (f"，已带 {led} 组" if led else "")


def desk_of(term: Term, rule: TierRule, day: date) -> Desk:
    """The desk for triads of a term that begin on the day, or on the term's nearest."""
    first = day_in(term, day)
    staff = tiered_staff(first, rule)
    colleagues, sittings = colleagues_of(term, staff, first), sittings_between(first, term.ends_on)
    busy = {seat: [one.teacher_id for one in sittings if one.seat is seat] for seat in Seat}
    limits = eligibility()
    return Desk(
        first=first,
        last=term.ends_on,
        labels={one.id: _label(one) for one in staff},
        colleagues=colleagues,
        sittings=sittings,
        eligibility=limits,
        proposal=propose(colleagues, extended_before(term), busy, limits),
    )


def staff_choices(term: Term, rule: TierRule, day: date) -> list[Choice]:
    """Everybody who works here on the day, or on the term's nearest, as (id, label)."""
    return [(str(one.id), _label(one)) for one in tiered_staff(day_in(term, day), rule)]


def day_in(term: Term, day: date) -> date:
    """The day of the term that is nearest to a day."""
    return max(term.starts_on, min(day, term.ends_on))


def _label(one: TieredTeacher) -> str:
    years = "任教年份未登记" if one.years is None else f"任教 {one.years} 年" if one.years else "任教不满 1 年"
    return f"{one.name}（{one.staff_code}，{years}，{one.verdict.tier.label}）"
