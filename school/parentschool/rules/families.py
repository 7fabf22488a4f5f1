"""What a family can do about each date of a session, and what a list says of the session in one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from school.parentschool.rules.signups import DateFacts, SessionFacts, why_closed


class Act(StrEnum):
    """What a family has at a date, or what its tap would do there; of several dates the first of these is told first."""

    SEATED = "seated"
    WAITING = "waiting"
    SIGN_UP = "sign_up"
    WAIT = "wait"
    SWAP = "swap"
    SWAP_WAIT = "swap_wait"
    NONE = "none"

    @property
    def label(self) -> str:
        """The word on the badge or the button."""
        return {
            "seated": "已报名",
            "waiting": "候补中",
            "sign_up": "报名",
            "wait": "排候补",
            "swap": "换到这一场",
            "swap_wait": "候补换到这一场",
            "none": "",
        }[self.value]


HOLDS = (Act.SEATED, Act.WAITING)
TAPS = (Act.SIGN_UP, Act.WAIT, Act.SWAP, Act.SWAP_WAIT)


@dataclass(frozen=True)
class Standing:
    """What a family has at a date: chairs (`position` 0) or a place on the list, counted from 1; who signed it up."""

    adults: int
    position: int = 0
    gives_up: int | None = None
    guardian: str = ""


@dataclass(frozen=True)
class Choice:
    """A date before a family: what it has or can do, why not, and the numbers of adults it may ask for, in words.

    `left` is None where nobody has to wait. `gives_up` is the date it would leave for this one.
    """

    date: DateFacts
    act: Act
    sentence: str = ""
    left: int | None = None
    waiting: int = 0
    standing: Standing | None = None
    gives_up: int | None = None
    is_ahead: bool = True
    may_leave: bool = False
    adults: tuple[tuple[int, str], ...] = ()

    @property
    def asks_to_wait(self) -> bool:
        """Whether the family has to say if it would wait: chairs are free now, but may be too few for it."""
        return self.act in (Act.SIGN_UP, Act.SWAP) and self.left is not None


@dataclass(frozen=True)
class Headline:
    """What a list says of a session for a family: the word, the sentences, whether the family should act."""

    act: Act
    label: str
    sentences: tuple[str, ...]
    is_due: bool = False


def choice_for(
    session: SessionFacts,
    date: DateFacts,
    now: datetime,
    *,
    taken: int,
    waiting: int,
    standing: Standing | None,
    sits_at: DateFacts | None,
) -> Choice:
    """A date before a family that sits at `sits_at`, here or elsewhere, or nowhere; `taken` and `waiting` are of the date."""
    left = None if date.chairs is None else max(0, date.chairs - taken)
    closed = why_closed(session, now)
    is_ahead = not date.is_cancelled and now < date.starts_at
    facts = {"left": left, "waiting": waiting, "standing": standing, "is_ahead": is_ahead}
    if standing is not None:
        adults = _adults_held(session, date, standing, left, waiting) if is_ahead and not closed else ()
        act = Act.WAITING if standing.position else Act.SEATED
        sentence = _stuck(session, standing, now) if standing.position else ""
        return Choice(date, act, sentence, may_leave=is_ahead, adults=adults, gives_up=standing.gives_up, **facts)
    why = _why_not(date, now) or closed or _why_fixed(sits_at, now)
    if why:
        return Choice(date, Act.NONE, why, **facts)
    is_free = left is None or left > 0
    adults = _adults_new(session, date, left)
    if sits_at is not None:
        return Choice(date, Act.SWAP if is_free else Act.SWAP_WAIT, adults=adults, gives_up=sits_at.id, **facts)
    return Choice(date, Act.SIGN_UP if is_free else Act.WAIT, adults=adults, **facts)


def headline(choices: Sequence[Choice], now: datetime) -> Headline:
    """All that a family has, else the first thing it can do, else why it can do nothing, of the next date first."""
    open_choices = [one for one in choices if not one.date.is_cancelled and now < one.date.ends_at] or list(choices)
    if not open_choices:
        return Headline(Act.NONE, "", ("时间还没有定。",))
    first = min(open_choices, key=lambda one: (list(Act).index(one.act), not one.is_ahead, one.date.starts_at, one.date.id))
    if first.standing is not None:
        held = [_standing_in_words(one.date, one.standing) for one in open_choices if one.standing is not None]
        return Headline(first.act, first.act.label, tuple(held))
    if first.act in (Act.SIGN_UP, Act.WAIT):
        which = f"{first.date.when}：" if len(open_choices) > 1 else ""
        return Headline(first.act, first.act.label, (which + chairs_in_words(first),), is_due=True)
    return Headline(Act.NONE, "", (first.sentence,))


def chairs_in_words(choice: Choice) -> str:
    """“还有 3 个座位”, “座位已满，已有 2 家候补”, or that nobody has to wait."""
    if choice.left is None:
        return "座位不限"
    if choice.left > 0:
        return f"还有 {choice.left} 个座位" + (f"，{choice.waiting} 家在候补" if choice.waiting else "")
    return f"座位已满，{f'已有 {choice.waiting} 家候补' if choice.waiting else '还没有人候补'}"


def reminder_from(starts_at: datetime) -> datetime:
    """When families are reminded of a date: from the beginning of the day before it."""
    return starts_at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


def is_reminder_due(date: DateFacts, reminded_at: datetime | None, now: datetime) -> bool:
    """Whether the families of a date are to be reminded now: once, from the day before until it begins."""
    return reminded_at is None and not date.is_cancelled and reminder_from(date.starts_at) <= now < date.starts_at


def _standing_in_words(date: DateFacts, standing: Standing) -> str:
    place = f"候补第 {standing.position} 位" if standing.position else "已报名"
    return f"{place}：{date.words}，{standing.adults} 位家长"


def _why_not(date: DateFacts, now: datetime) -> str:
    if date.is_cancelled:
        return "这一场已经取消。"
    if date.ends_at <= now:
        return "这一场已经结束。"
    return "这一场已经开始。" if date.starts_at <= now else ""


def _why_fixed(sits_at: DateFacts | None, now: datetime) -> str:
    is_fixed = sits_at is not None and sits_at.starts_at <= now
    return f"您家报的是 {sits_at.words} 那一场，它已经开始，不能再换。" if sits_at is not None and is_fixed else ""


def _stuck(session: SessionFacts, standing: Standing, now: datetime) -> str:
    """A family that waits to change from what has begun meanwhile stays there."""
    left = session.dates.get(standing.gives_up) if standing.gives_up is not None else None
    return f"您家报的 {left.words} 那一场已经开始，不会再换。" if left is not None and left.starts_at <= now else ""


def _adults_new(session: SessionFacts, date: DateFacts, left: int | None) -> tuple[tuple[int, str], ...]:
    most = session.most_adults if date.chairs is None else min(session.most_adults, date.chairs)
    is_short = left is not None and 0 < left < most
    return tuple((one, _with_end(one, one <= (left or 0)) if is_short else f"{one} 位家长") for one in range(1, most + 1))


def _with_end(adults: int, is_seated: bool) -> str:
    return f"{adults} 位家长（{'有座位' if is_seated else '座位不够'}）"


def _adults_held(
    session: SessionFacts, date: DateFacts, standing: Standing, left: int | None, waiting: int
) -> tuple[tuple[int, str], ...]:
    """The numbers a family may change to; nothing when it can only stay as it is."""
    most = session.most_adults if date.chairs is None else min(session.most_adults, date.chairs)
    if not standing.position and left is not None:
        most = min(most, standing.adults + (0 if waiting else left))
    numbers = sorted({*range(1, most + 1), standing.adults})
    return tuple((one, f"{one} 位家长") for one in numbers) if len(numbers) > 1 else ()
