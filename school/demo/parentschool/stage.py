"""Where the demo's parent school is played: families with their children, who acts, and moments that have come."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from school.accounts.queries import find_user_by_login
from school.calendar.models import SchoolYear
from school.calendar.rules import grade_of, school_year_start
from school.clock import at
from school.db import db
from school.demo.mentoring.stage import MentorStage
from school.people.models import ClassMembership, Guardian, Guardianship, SchoolClass

EVENING, MORNING = (19, 0), (9, 0)
LASTS = timedelta(minutes=90)


@dataclass(frozen=True)
class Stay:
    """A child's time in a class."""

    class_id: int
    entry_year: int
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Household:
    """A family: the smallest pupil id, its guardians in order (id, user), and its children's classes."""

    family: int
    guardians: tuple[tuple[int, int | None], ...]
    children: tuple[tuple[int, tuple[Stay, ...]], ...]

    def child_on(self, day: date, grades: Sequence[int]) -> tuple[int, int] | None:
        """The first child, with the class, who is in one of these grades (none: any) on a day."""
        for pupil_id, stays in self.children:
            for stay in stays:
                if stay.starts_on <= day and (stay.ends_on is None or stay.ends_on >= day):
                    grade = grade_of(stay.entry_year, school_year_start(day))
                    if 1 <= grade <= 6 and (not grades or grade in grades):
                        return pupil_id, stay.class_id
        return None


@dataclass
class FamilyStage:
    """The school as the parent school needs it; `moral` is the post of the moral-education office.

    `shown` is the family of whoever signs in as `parent`.
    """

    base: MentorStage
    households: Sequence[Household]
    shown: Household
    moral: int

    @property
    def now(self) -> datetime:
        """The moment of loading."""
        return self.base.now

    def year_of(self, day: date) -> SchoolYear:
        """The school year of a day of the demo's four terms."""
        wanted = school_year_start(day)
        return next(term.school_year for term in self.base.times.terms if term.school_year.start_year == wanted)

    def begins(self, month: date, number: int) -> datetime:
        """When the month's session of that number begins: 19:00 on its second Friday, or fourth; a term's last month earlier."""
        first_friday = month + timedelta(days=(4 - month.weekday()) % 7)
        return at(first_friday + timedelta(days=7 + 14 * number if month.month != 7 else 0), *EVENING)


def set_family_stage(base: MentorStage) -> FamilyStage:
    """The stage with all families as they are in the register."""
    moral = next(number for number, one in enumerate(base.teachers) if base.users[one.user_id].login == "moral")
    households = _households()
    shown = find_user_by_login("parent")
    theirs = next(one for one in households if shown and shown.id in {user_id for _guardian_id, user_id in one.guardians})
    return FamilyStage(base, households, theirs, moral)


def _households() -> list[Household]:
    stays: dict[int, list[Stay]] = defaultdict(list)
    statement = select(
        ClassMembership.pupil_id,
        ClassMembership.class_id,
        SchoolClass.entry_year,
        ClassMembership.starts_on,
        ClassMembership.ends_on,
    ).join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
    for pupil_id, *stay in db.session.execute(statement.order_by(ClassMembership.starts_on, ClassMembership.id)):
        stays[pupil_id].append(Stay(*stay))
    guardians: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    children: dict[int, set[int]] = defaultdict(set)
    rows = select(Guardianship.pupil_id, Guardian.id, Guardian.user_id).join(Guardian, Guardian.id == Guardianship.guardian_id)
    for pupil_id, guardian_id, user_id in db.session.execute(rows.order_by(Guardianship.pupil_id, Guardianship.position)):
        guardians[pupil_id].append((guardian_id, user_id))
        children[guardian_id].add(pupil_id)
    found: dict[int, Household] = {}
    for pupil_id, theirs in sorted(guardians.items()):
        siblings = sorted(children[theirs[0][0]])
        if siblings[0] == pupil_id:
            found[pupil_id] = Household(pupil_id, tuple(theirs), tuple((one, tuple(stays[one])) for one in siblings))
    return list(found.values())
