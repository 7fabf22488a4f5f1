"""What must be true of sessions whatever happened: an audit that finds damage instead of trusting the writes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from school.parentschool.enums import SessionState, SignUpState
from school.parentschool.rules.door import opens_at
from school.parentschool.rules.feedback import BATCH
from school.parentschool.rules.signups import ChairBook, Household, SessionFacts
from school.waiting.rules import Entry, Hall, Line, find_exchange, next_step


class Fault(StrEnum):
    """The kinds of damage."""

    OVERSOLD = "oversold"
    TWO_CHAIRS = "two_chairs"
    TWICE_AT_A_DATE = "twice_at_a_date"
    SEATED_AND_WAITING = "seated_and_waiting"
    NOT_HELD = "not_held"
    OTHER_SESSION = "other_session"
    TOO_MANY_ADULTS = "too_many_adults"
    LEFT_SCHOOL = "left_school"
    STUCK = "stuck"
    PRESENT_TWICE = "present_twice"
    PRESENT_NOT_HELD = "present_not_held"
    PRESENT_TOO_EARLY = "present_too_early"
    PRESENT_FOR_OTHERS = "present_for_others"
    LOST_ANSWER = "lost_answer"
    SHOWN_ALONE = "shown_alone"
    KEPT_DARK = "kept_dark"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; a child is named by id only."""

    kind: Fault
    sentence: str
    date_id: int | None = None
    pupil_id: int | None = None


@dataclass(frozen=True)
class SignUpRow:
    """A live sign-up as it is stored; `family` is that of its pupil now."""

    id: int
    date_id: int
    pupil_id: int
    family: int
    adults: int
    state: SignUpState
    gives_up_id: int | None


@dataclass(frozen=True)
class PresenceRow:
    """A presence as it is stored; `sign_up` are date and family now of the sign-up it names."""

    id: int
    date_id: int
    pupil_id: int
    family: int
    noted_at: datetime
    has_answered: bool
    sign_up: tuple[int, int] | None


@dataclass(frozen=True)
class Snapshot:
    """A session at one moment; `here` are the families on its lists with a child in a class.

    `answers` counts feedback by date, `shown` and `hidden` that of the whole session.
    """

    session: SessionFacts
    now: datetime
    sign_ups: tuple[SignUpRow, ...]
    presences: tuple[PresenceRow, ...]
    here: frozenset[int]
    answers: Mapping[int, int]
    shown: int
    hidden: int

    @property
    def seated(self) -> list[SignUpRow]:
        """Sign-ups with chairs."""
        return [one for one in self.sign_ups if one.state is SignUpState.SEATED]

    @property
    def waiting(self) -> list[SignUpRow]:
        """Sign-ups on a list."""
        return [one for one in self.sign_ups if one.state is SignUpState.WAITING]

    def name(self, date_id: int) -> str:
        """A date in words, or its id when it is of another session."""
        date = self.session.dates.get(date_id)
        return f"“{self.session.topic}”{date.words}" if date else f"“{self.session.topic}”编号 {date_id} 的场次"

    def is_held(self, date_id: int) -> bool:
        """Whether a date is one of the session's that families know of and that was not called off."""
        date = self.session.dates.get(date_id)
        return date is not None and not date.is_cancelled and self.session.state is SessionState.ANNOUNCED


def findings_of(snapshot: Snapshot) -> list[Finding]:
    """Everything that is wrong, kind by kind."""
    return [finding for check in _CHECKS for finding in check(snapshot)]


def _oversold(snap: Snapshot) -> Iterator[Finding]:
    taken: Counter[int] = Counter()
    for one in snap.seated:
        taken[one.date_id] += one.adults
    for date_id, adults in sorted(taken.items()):
        date = snap.session.dates.get(date_id)
        if date is not None and date.chairs is not None and adults > date.chairs:
            yield Finding(Fault.OVERSOLD, f"{snap.name(date_id)}只有 {date.chairs} 个座位，报上了 {adults} 位家长。", date_id)


def _families(snap: Snapshot) -> Iterator[Finding]:
    chairs = Counter(one.family for one in snap.seated)
    at_date = Counter((one.date_id, one.family) for one in snap.sign_ups)
    held: defaultdict[int, set[int]] = defaultdict(set)
    pupil = {one.family: one.pupil_id for one in snap.sign_ups}
    for one in snap.seated:
        held[one.family].add(one.date_id)
    for family, count in sorted(chairs.items()):
        if count > 1:
            sentence = f"一个家庭在“{snap.session.topic}”有 {count} 处座位，应只有一处。"
            yield Finding(Fault.TWO_CHAIRS, sentence, None, pupil[family])
    for (date_id, family), count in sorted(at_date.items()):
        if count > 1:
            sentence = f"一个家庭在{snap.name(date_id)}的名单上有 {count} 处。"
            yield Finding(Fault.TWICE_AT_A_DATE, sentence, date_id, pupil[family])
    for one in snap.waiting:
        if held[one.family] - {one.gives_up_id}:
            sentence = f"一个家庭已有座位，没有说要换场，却还在候补{snap.name(one.date_id)}。"
            yield Finding(Fault.SEATED_AND_WAITING, sentence, one.date_id, one.pupil_id)


def _sign_ups(snap: Snapshot) -> Iterator[Finding]:
    for one in snap.sign_ups:
        date = snap.session.dates.get(one.date_id)
        if date is None or (one.gives_up_id is not None and one.gives_up_id not in snap.session.dates):
            sentence = f"“{snap.session.topic}”的报名指向另一个活动的场次。"
            yield Finding(Fault.OTHER_SESSION, sentence, one.date_id, one.pupil_id)
        elif not snap.is_held(one.date_id):
            yield Finding(Fault.NOT_HELD, f"{snap.name(one.date_id)}不办，却还有家庭报名。", one.date_id, one.pupil_id)
        elif date.starts_at > snap.now and one.family not in snap.here:
            sentence = f"孩子不在任何班级，却还报着{snap.name(one.date_id)}，请检查定时任务 settle-sessions。"
            yield Finding(Fault.LEFT_SCHOOL, sentence, one.date_id, one.pupil_id)
        if one.adults > snap.session.most_adults:
            sentence = f"{snap.name(one.date_id)}每家最多 {snap.session.most_adults} 位家长，报了 {one.adults} 位。"
            yield Finding(Fault.TOO_MANY_ADULTS, sentence, one.date_id, one.pupil_id)


def _stuck(snap: Snapshot) -> Iterator[Finding]:
    """Somebody waits though chairs are free and enough, or though families who wait for each other could change."""
    lines: defaultdict[int, Line] = defaultdict(Line)
    seats: defaultdict[int, dict[int, int]] = defaultdict(dict)
    waits: defaultdict[int, set[int]] = defaultdict(set)
    for one in snap.seated:
        lines[one.date_id].placed += one.adults
        seats[one.family][one.date_id] = one.adults
    for one in snap.waiting:
        gives_up = () if one.gives_up_id is None else (one.gives_up_id,)
        lines[one.date_id].entries.append(Entry(one.id, one.date_id, one.family, gives_up=gives_up, seats=one.adults))
        waits[one.family].add(one.date_id)
    members = {
        family: Household(family in snap.here, seats[family], frozenset(waits[family]))
        for family in {one.family for one in snap.sign_ups}
    }
    book, hall = ChairBook(snap.session, snap.now), Hall(lambda date_id: (lines[date_id], members))
    waited_for = sorted({one.date_id for one in snap.waiting if one.family in snap.here})
    if not book.moves:
        return
    pupils = {one.family: one.pupil_id for one in snap.sign_ups}
    steps = [step for date_id in waited_for if (step := next_step(date_id, hall, book, snap.now))]
    for step in steps or [one for one in [find_exchange(waited_for, hall, book, snap.now)] if one]:
        first = step.entries[0]
        if first.member_id in snap.here:
            sentence = f"{snap.name(first.line_id)}有座位，排着的家庭能坐，却没有递补。"
            yield Finding(Fault.STUCK, sentence, first.line_id, pupils[first.member_id])


def _presences(snap: Snapshot) -> Iterator[Finding]:
    for (date_id, family), count in sorted(Counter((one.date_id, one.family) for one in snap.presences).items()):
        if count > 1:
            pupil = next(one.pupil_id for one in snap.presences if (one.date_id, one.family) == (date_id, family))
            yield Finding(Fault.PRESENT_TWICE, f"一个家庭在{snap.name(date_id)}签到了 {count} 次。", date_id, pupil)
    for one in snap.presences:
        date = snap.session.dates.get(one.date_id)
        if date is None or not snap.is_held(one.date_id):
            yield Finding(Fault.PRESENT_NOT_HELD, f"{snap.name(one.date_id)}不办，却有家庭签到。", one.date_id, one.pupil_id)
        elif one.noted_at < opens_at(date.starts_at):
            sentence = f"{snap.name(one.date_id)}还没有开始签到，就有家庭签到了。"
            yield Finding(Fault.PRESENT_TOO_EARLY, sentence, one.date_id, one.pupil_id)
        if one.sign_up is not None and one.sign_up != (one.date_id, one.family):
            sentence = f"{snap.name(one.date_id)}的签到记在另一家或另一场的报名上。"
            yield Finding(Fault.PRESENT_FOR_OTHERS, sentence, one.date_id, one.pupil_id)


def _feedback(snap: Snapshot) -> Iterator[Finding]:
    answered = Counter(one.date_id for one in snap.presences if one.has_answered)
    for date_id, families in sorted(answered.items()):
        if families > snap.answers.get(date_id, 0):
            sentence = f"{snap.name(date_id)}有 {families} 家填了反馈，只存下 {snap.answers.get(date_id, 0)} 份。"
            yield Finding(Fault.LOST_ANSWER, sentence, date_id)
    if snap.shown % BATCH:
        yield Finding(Fault.SHOWN_ALONE, f"“{snap.session.topic}”公开了 {snap.shown} 份反馈，不是 {BATCH} 份一批。")
    if snap.hidden >= BATCH:
        yield Finding(Fault.KEPT_DARK, f"“{snap.session.topic}”有 {snap.hidden} 份反馈够了一批，却没有公开。")


_CHECKS: tuple[Callable[[Snapshot], Iterator[Finding]], ...] = (
    _oversold,
    _families,
    _sign_ups,
    _stuck,
    _presences,
    _feedback,
)
