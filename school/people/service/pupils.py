"""A pupil moves to another class, leaves, or comes back; what was before stays as a dated row."""

from datetime import date, timedelta

from school.audit.service import Actor, record
from school.calendar.rules import day_in_words, school_year_start
from school.clock import today
from school.db import db
from school.errors import Refused
from school.people.enums import MembershipEnd
from school.people.labels import class_name
from school.people.models import ClassMembership, Pupil, SchoolClass
from school.people.queries.listing import open_membership, stays_of_pupil

LEAVING = (MembershipEnd.TRANSFERRED, MembershipEnd.SUSPENDED, MembershipEnd.GRADUATED, MembershipEnd.LEFT)


class NotInClass(Refused):
    """The pupil is in no class now."""


class AlreadyInClass(Refused):
    """The pupil is in a class already."""


def move_class(
    pupil: Pupil, target: SchoolClass, *, on_day: date, number_in_class: str | None, reason: str, actor: Actor
) -> None:
    """From `on_day` on the pupil is in another class."""
    present = _present(pupil)
    if present.class_id == target.id:
        raise Refused(f"{pupil.name}已经在{_label(target)}，请选另一个班。", "class_id")
    _check_day(on_day, present.starts_on)
    before = _label(present.school_class)
    if on_day == present.starts_on:
        # Nobody was in the wrong class for a day: the row is corrected.
        present.class_id = target.id
        present.number_in_class = number_in_class
    else:
        _end(present, on_day - timedelta(days=1), MembershipEnd.MOVED_CLASS)
        _begin(pupil, target, on_day, number_in_class)
    _record(actor, "pupil.move_class", f"把{pupil.name}从{before}转到{_label(target)}，{day_in_words(on_day)}起", pupil, reason)


def leave(pupil: Pupil, kind: MembershipEnd, *, last_day: date, reason: str, actor: Actor) -> None:
    """The pupil is in no class after `last_day`; the family's account sees this child no longer."""
    if kind not in LEAVING:
        raise Refused("请选择离校的原因。", "kind")
    present = _present(pupil)
    _check_day(last_day, present.starts_on, "last_day")
    _end(present, last_day, kind)
    label = _label(present.school_class)
    _record(actor, "pupil.leave", f"给{pupil.name}（{label}）办理{kind.label}，最后一天是{day_in_words(last_day)}", pupil, reason)


def come_back(pupil: Pupil, target: SchoolClass, *, on_day: date, number_in_class: str | None, reason: str, actor: Actor) -> None:
    """A pupil who was away is in a class again from `on_day` on."""
    if open_membership(pupil.id):
        raise AlreadyInClass(f"{pupil.name}现在就在班里，要换班请用“转班”。")
    stays = stays_of_pupil(pupil.id)
    _check_day(on_day, stays[0].ends_on + timedelta(days=1) if stays and stays[0].ends_on else date.min)
    _begin(pupil, target, on_day, number_in_class)
    _record(actor, "pupil.come_back", f"把{pupil.name}编入{_label(target)}，{day_in_words(on_day)}起", pupil, reason)


def _present(pupil: Pupil) -> ClassMembership:
    present = open_membership(pupil.id)
    if present is None:
        raise NotInClass(f"{pupil.name}现在不在任何班级，请用“复学或转入”。")
    return present


def _check_day(day: date, earliest: date, field: str = "on_day") -> None:
    if day > today():
        raise Refused("日期不能晚于今天，请到那一天再办理。", field)
    if day < earliest:
        raise Refused(f"日期不能早于{day_in_words(earliest)}。", field)


def _end(present: ClassMembership, last_day: date, kind: MembershipEnd) -> None:
    present.ends_on = last_day
    present.end_reason = kind
    db.session.flush()


def _begin(pupil: Pupil, target: SchoolClass, on_day: date, number_in_class: str | None) -> None:
    db.session.add(
        ClassMembership(pupil_id=pupil.id, class_id=target.id, number_in_class=number_in_class or None, starts_on=on_day)
    )
    db.session.flush()


def _label(found: SchoolClass) -> str:
    return class_name(found.entry_year, found.number, school_year_start(today()))


def _record(actor: Actor, action: str, sentence: str, pupil: Pupil, reason: str) -> None:
    record(actor, action, sentence, subject_type="pupil", subject_id=pupil.id, reason=reason)
