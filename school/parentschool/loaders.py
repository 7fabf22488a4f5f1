"""Home visits a person may open, and whether their look is on record; outside one's scope the answer is 404 (PR-06)."""

from dataclasses import dataclass

from flask import abort

from school.accounts.identity import the_person
from school.calendar.models import SchoolYear
from school.calendar.rules import school_year_start
from school.clock import now, today
from school.parentschool import policy
from school.parentschool.models import FollowUp, HomeVisit, PlannedVisit
from school.parentschool.queries.visits import find_follow_up, find_visit, last_look, present_class_id, stays_of
from school.parentschool.queries.visits_plan import find_planned, school_year_of
from school.parentschool.rules.visits import is_look_fresh
from school.people.models import Pupil, SchoolClass
from school.people.queries import find_class
from school.people.queries.listing import find_pupil
from school.web.values import id_argument


@dataclass(frozen=True)
class OpenVisit:
    """A visit this person may see; its text may be shown only while `is_open`: their look is on record and lasts."""

    visit: HomeVisit
    present_class_id: int | None
    is_open: bool
    may_write: bool


def the_year() -> SchoolYear | None:
    """The school year the address asks for (404 when there is none), else the present one, or None before it is entered."""
    wanted = id_argument("year")
    if wanted is not None:
        return school_year_of(wanted) or abort(404)
    return school_year_of(school_year_start(today()))


def get_visit_class(class_id: int, *, to_write: bool = False) -> SchoolClass:
    """A class whose visits this person sees, or plans and records."""
    found, person = find_class(class_id), the_person()
    if found is None:
        abort(404)
    sees = policy.sees_all_visits(person) or found.id in policy.visit_classes(person)
    return found if (policy.may_write_visits_of(person, found.id) if to_write else sees) else abort(404)


def get_visit_pupil(pupil_id: int, *, to_write: bool = False) -> Pupil:
    """A pupil who is or was in a class whose visits this person sees, or records."""
    found, person = find_pupil(pupil_id), the_person()
    classes = {stay.class_id for stay in stays_of(pupil_id)} if found else set()
    if to_write:
        is_theirs = any(policy.may_write_visits_of(person, one) for one in classes)
    else:
        is_theirs = policy.sees_all_visits(person) or bool(classes & policy.visit_classes(person))
    return found if found and is_theirs else abort(404)


def get_visit(visit_id: int, *, to_write: bool = False) -> OpenVisit:
    """A visit this person may see, or write."""
    found, person = find_visit(visit_id), the_person()
    if found is None:
        abort(404)
    present = present_class_id(found.pupil_id)
    may_write = policy.may_write_visits_of(person, found.class_id)
    if not policy.may_read_visit(person, class_id=found.class_id, present_class_id=present) or (to_write and not may_write):
        abort(404)
    return OpenVisit(found, present, has_looked(visit_id), may_write)


def get_follow_up(visit_id: int, follow_up_id: int, *, to_write: bool = False) -> tuple[OpenVisit, FollowUp]:
    """A follow-up of this very visit, for whoever writes the visit; to finish it, its owner will do."""
    opened, found = get_visit(visit_id), find_follow_up(visit_id, follow_up_id)
    if found is None or not (opened.may_write or (not to_write and found.owner_id == the_person().user_id)):
        abort(404)
    return opened, found


def get_planned(planned_id: int) -> PlannedVisit:
    """A row of the plan this person may change: of their class, or of a child that is in it now."""
    found, person = find_planned(planned_id), the_person()
    if found is None:
        abort(404)
    classes = {found.class_id, present_class_id(found.pupil_id) or found.class_id}
    return found if any(policy.may_write_visits_of(person, one) for one in classes) else abort(404)


def has_looked(visit_id: int) -> bool:
    """Whether this person's look at a visit is on record and still lasts."""
    return is_look_fresh(last_look(visit_id, the_person().user_id), now())
