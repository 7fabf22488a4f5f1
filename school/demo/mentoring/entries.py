"""What the demo's triads did together, written all at once; rows and audit are those the service leaves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import floor
from random import Random

from school.clock import at
from school.db import db
from school.demo.dice import dice
from school.demo.mentoring import cast
from school.demo.mentoring.cast import Pace, Trio
from school.demo.mentoring.stage import MentorStage
from school.mentoring.enums import EntryKind, EntryState, Seat
from school.mentoring.models import MentorEntry, Triad
from school.mentoring.rules.duties import Duty, default_duties
from school.mentoring.rules.entries import LESSON_KINDS, LINKS, OBSERVATION_RUBRIC, EntryValues, check_entry, credited_seat

SILENT_SINCE = 52  # days: past the 45 after which a triad counts as lost
RETURNED = "science"  # the last entry of this subject's triad was sent back
SOON = timedelta(minutes=30)
PARTNER = {Seat.CHIEF: Seat.MIDDLE, Seat.MIDDLE: Seat.NOVICE, Seat.NOVICE: Seat.MIDDLE}
TO_THE_CHIEF = (EntryKind.REPORT_LESSON, EntryKind.HOMEWORK_DESIGN, EntryKind.REFLECTION)


@dataclass(frozen=True)
class Act:
    """One thing done: who entered it, with whom, when, and when the other side confirmed it (None: not yet)."""

    duty: Duty
    by: Seat
    other: Seat
    on_day: date
    entered_at: datetime
    confirmed_at: datetime | None


def play_entries(stage: MentorStage, trio: Trio, triad: Triad) -> None:
    """Everything the triad did up to now, with its audit."""
    random = dice(f"entries {trio.subject} {trio.novice} {'now' if triad.term_id == stage.term.id else 'before'}")
    acts = sorted(_acts(stage, trio, triad, random), key=lambda act: act.entered_at)
    seen = [act for act in acts if act.entered_at + SOON <= stage.now] if trio.subject == RETURNED else []
    if seen:
        acts[acts.index(seen[-1])] = replace(seen[-1], confirmed_at=None)
    if trio.waits:
        _leave_waiting(acts)
    rows = [_entry(stage, trio, triad, act, number, random) for number, act in enumerate(acts)]
    if seen:
        row = rows[len(seen) - 1]
        row.state, row.state_reason, row.revision = EntryState.RETURNED, "课题写错了，请核对后再报。", 2
    db.session.add_all(rows)
    db.session.flush()
    for act, row in zip(acts, rows, strict=True):
        _tell(stage, trio, triad, act, row)


def _leave_waiting(acts: list[Act]) -> None:
    """The latest entry of middle and novice each waits for the other's yes."""
    for by, other in ((Seat.MIDDLE, Seat.NOVICE), (Seat.NOVICE, Seat.MIDDLE)):
        theirs = [number for number, act in enumerate(acts) if (act.by, act.other) == (by, other)]
        if theirs:
            acts[theirs[-1]] = replace(acts[theirs[-1]], confirmed_at=None)


def _acts(stage: MentorStage, trio: Trio, triad: Triad, random: Random) -> Iterator[Act]:
    """For each duty its times, spread over the term a little ahead of what is due."""
    length = (triad.ends_on - triad.starts_on).days + 1
    until = min(stage.times.today, triad.ends_on)
    if trio.pace is Pace.SILENT:
        until -= timedelta(days=SILENT_SINCE)
    is_over = triad.term_id != stage.term.id
    for duty in default_duties():
        count = duty.count
        if trio.pace is Pace.SLOW and duty.seat is not Seat.CHIEF:
            count = max(1, floor(count * trio.pace.value))
        if is_over and trio is cast.EXTENDED and duty.seat is Seat.NOVICE:
            count = max(1, count // 2)  # why the novice was extended
        for number in range(1, count + 1):
            share = (number - 0.5 - 0.4 * random.random()) / count
            hour, minute, wait = random.randrange(11, 17), random.randrange(60), random.choice((0, 0, 1, 1, 2))
            day = stage.school_day_by(triad.starts_on + timedelta(days=int(share * length)), triad.term)
            entered = at(day, hour, minute)
            if day > until or entered > stage.now:
                continue
            confirmed = at(day + timedelta(days=wait), 20, minute)
            yield Act(duty, *_sides(duty), day, entered, confirmed if confirmed <= stage.now else None)


def _sides(duty: Duty) -> tuple[Seat, Seat]:
    """Who enters what fulfils a duty, and with whom: down to one's apprentice, or up to one's master."""
    if duty.seat is Seat.MIDDLE and duty.kind in TO_THE_CHIEF:
        return Seat.MIDDLE, Seat.CHIEF
    return duty.seat, PARTNER[duty.seat]


def _entry(stage: MentorStage, trio: Trio, triad: Triad, act: Act, number: int, random: Random) -> MentorEntry:
    by, other = stage.teachers[trio.posts[act.by]], stage.teachers[trio.posts[act.other]]
    kind = act.duty.kind
    values = EntryValues(
        kind=kind,
        on_day=act.on_day,
        class_id=_class_id(stage, trio, act, random) if kind in LESSON_KINDS else None,
        lesson=f"第{random.randrange(1, 6)}节" if kind in LESSON_KINDS else "",
        topic=_topic(trio.subject, kind, random),
        minutes=40 if kind in LESSON_KINDS else random.choice((20, 30, 40)),
        scores=_scores(random) if kind is EntryKind.OBSERVATION else {},
        notes=random.choice(cast.PRAISE) if kind is EntryKind.OBSERVATION else cast.NOTES[kind],
    )
    check_entry(values, starts_on=triad.starts_on, ends_on=triad.ends_on, today=act.entered_at.date())
    credited = stage.teachers[trio.posts[credited_seat(kind, act.by, act.other)]]
    return MentorEntry(
        triad_id=triad.id,
        by_teacher_id=by.id,
        with_teacher_id=other.id,
        credited_to_id=credited.id,
        submission_key=f"demo-{triad.id}-{number}",
        created_at=act.entered_at,
        confirmed_at=act.confirmed_at,
        state=EntryState.CONFIRMED if act.confirmed_at else EntryState.ENTERED,
        revision=2 if act.confirmed_at else 1,
        **{name: getattr(values, name) for name in EntryValues.__dataclass_fields__},
    )


def _class_id(stage: MentorStage, trio: Trio, act: Act, random: Random) -> int:
    """A class of whoever gave the lesson: the other side of an observation, the master of a model lesson."""
    master = act.by if (act.by, act.other) in LINKS else act.other
    seat = act.other if act.duty.kind is EntryKind.OBSERVATION else master
    if act.duty.kind is EntryKind.REPORT_LESSON:
        seat = act.by
    teacher = stage.teachers[trio.posts[seat]]
    taught = [place for (place, code), one in stage.staff.teachers.items() if code == trio.subject and one.id == teacher.id]
    return stage.staff.classes[random.choice(taught)].id


def _topic(subject: str, kind: EntryKind, random: Random) -> str:
    lesson = random.choice(cast.LESSONS[subject]).replace("_", " ")
    return {
        EntryKind.TALK: random.choice(cast.TALKS),
        EntryKind.REFLECTION: random.choice(cast.REFLECTIONS),
        EntryKind.HOMEWORK_DESIGN: f"《{lesson}》{random.choice(cast.DESIGNS)}",
        EntryKind.PLAN_REVIEW: f"《{lesson}》教案",
    }.get(kind, f"《{lesson}》")


def _scores(random: Random) -> dict[str, int]:
    return {key: round(points * (0.78 + 0.2 * random.random())) for key, _label, points in OBSERVATION_RUBRIC}


def _tell(stage: MentorStage, trio: Trio, triad: Triad, act: Act, row: MentorEntry) -> None:
    day = act.on_day.isoformat()
    by, other = trio.posts[act.by], trio.posts[act.other]
    sentence = f"登记了{row.kind.label}“{row.topic}”（{day}）"
    stage.tell(act.entered_at, by, "mentoring.enter", sentence, "triad", triad.id)
    if act.confirmed_at:
        sentence = f"确认了{row.kind.label}“{row.topic}”（{day}）"
        stage.tell(act.confirmed_at, other, "mentoring.confirm_entry", sentence, "triad", triad.id)
    elif row.state is EntryState.RETURNED:
        sentence = f"退回了{row.kind.label}“{row.topic}”的记录"
        stage.tell(act.entered_at + SOON, other, "mentoring.return_entry", sentence, "triad", triad.id, row.state_reason)
