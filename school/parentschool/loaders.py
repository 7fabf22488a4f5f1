"""Rows of parent school a person may open, and whether a look at a visit is on record; outside one's scope: 404 (PR-06)."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort

from school.accounts.identity import the_person
from school.calendar.models import SchoolYear
from school.calendar.rules import school_year_start
from school.clock import now, today
from school.parentschool import policy
from school.parentschool.enums import ReadingState, SessionState
from school.parentschool.models import (
    FamilyMentor,
    FamilyPresence,
    FollowUp,
    HomeVisit,
    MentorRequest,
    ParentCertificate,
    ParentSession,
    PlannedVisit,
    PlanRow,
    ReadingNote,
    SessionDate,
    SessionMaterial,
)
from school.parentschool.queries.corps import find_member, find_request, members_of_user
from school.parentschool.queries.families import families_of
from school.parentschool.queries.feedback import Attendance, attendances_of
from school.parentschool.queries.learning import find_certificate, guardians_of_user
from school.parentschool.queries.plan import find_row
from school.parentschool.queries.presence import (
    Comer,
    comers_of_user,
    dates_between,
    entry_years_of,
    find_comer,
    find_presence,
)
from school.parentschool.queries.reading import find_note
from school.parentschool.queries.sessions import find_date, find_material, find_session
from school.parentschool.queries.visits import find_follow_up, find_visit, last_look, present_class_id, stays_of
from school.parentschool.queries.visits_plan import find_planned, school_year_of
from school.parentschool.rules.visits import is_look_fresh
from school.people.models import Pupil, SchoolClass
from school.people.queries import children_of_user, find_class
from school.people.queries.listing import find_pupil
from school.permissions import Permission
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


def get_date_to_serve(date_id: int) -> SessionDate:
    """A date of an announced session at whose door this person may stand; cancelled ones too, for their list."""
    found, person = find_date(date_id), the_person()
    if found is None or found.session.state is SessionState.DRAFT:
        abort(404)
    entry_years = entry_years_of([*person.homeroom_class_ids, *found.session.class_ids])
    return found if policy.may_serve(person, found.session, entry_years) else abort(404)


def my_dates(since: datetime, until: datetime) -> list[SessionDate]:
    """The dates between two moments at whose doors this person may stand, cancelled ones left out."""
    person, dates = the_person(), dates_between(since, until)
    named = {class_id for date in dates for class_id in date.session.class_ids}
    entry_years = entry_years_of({*person.homeroom_class_ids, *named})
    return [one for one in dates if policy.may_serve(person, one.session, entry_years)]


def get_date_of_door(date_id: int) -> SessionDate:
    """A date that families know of, for whoever scanned its code."""
    found = find_date(date_id)
    return found if found and found.session.state is not SessionState.DRAFT else abort(404)


def get_class_to_serve(class_id: int) -> SchoolClass:
    """A class whose families this person may note as present."""
    found = find_class(class_id)
    if found is None or not policy.may_serve_class(the_person(), class_id=found.id, entry_year=found.entry_year):
        abort(404)
    return found


def get_comer_to_serve(pupil_id: int, guardian_id: int) -> Comer | None:
    """A guardian with a child of a class this person may note, or None when there is none."""
    found = find_comer(pupil_id, guardian_id)
    is_theirs = found and policy.may_serve_class(the_person(), class_id=found.class_id, entry_year=found.entry_year)
    return found if is_theirs else None


def get_presence(presence_id: int) -> FamilyPresence:
    """A presence this person may correct."""
    found = find_presence(presence_id) or abort(404)
    get_date_to_serve(found.date_id)
    entry_year = entry_years_of([found.class_id]).get(found.class_id) if found.class_id else None
    return found if policy.may_serve_class(the_person(), class_id=found.class_id, entry_year=entry_year) else abort(404)


def my_comers() -> list[Comer]:
    """The signed-in guardian, once for each child in a class."""
    return comers_of_user(the_person().user_id)


def my_guardian_ids() -> list[int]:
    """The guardians who sign in as this person."""
    return [one.id for one in guardians_of_user(the_person().user_id)]


def my_families() -> set[int]:
    """The families of the signed-in guardian's children in a class."""
    return set(families_of({one.pupil_id for one in my_comers()}).values())


def my_attendances() -> list[Attendance]:
    """Where the signed-in guardian's family was present, the newest first."""
    return attendances_of(my_guardian_ids(), my_families())


def get_my_attendance(date_id: int) -> Attendance:
    """That the signed-in guardian's family was present at a date, else 404."""
    return next((one for one in my_attendances() if one.date_id == date_id), None) or abort(404)


def get_held_session(session_id: int) -> ParentSession:
    """A session that families know of."""
    found = find_session(session_id)
    return found if found and found.state is not SessionState.DRAFT else abort(404)


def get_certificate(certificate_id: int) -> ParentCertificate:
    """A certificate this person may print."""
    found = find_certificate(certificate_id)
    return found if found and policy.may_see_certificate(the_person(), found) else abort(404)


def get_my_note(note_id: int) -> ReadingNote:
    """A reading note of the signed-in guardian that was not withdrawn."""
    found = find_note(note_id)
    is_mine = found and found.state is not ReadingState.WITHDRAWN and found.guardian.user_id == the_person().user_id
    return found if found and is_mine else abort(404)


def get_note_to_moderate(note_id: int) -> ReadingNote:
    """A reading note of a class this person moderates."""
    found, person = find_note(note_id), the_person()
    if found is None or found.state is ReadingState.WITHDRAWN or not person.may(Permission.SERVE_FAMILIES):
        abort(404)
    entry_year = found.school_class.entry_year
    return found if policy.may_serve_class(person, class_id=found.class_id, entry_year=entry_year) else abort(404)


def asked_start_year() -> int:
    """The calendar year in which the school year the address asks for begins (404 when there is none), else the present."""
    year = the_year()
    return year.start_year if year else school_year_start(today())


def get_plan_row(row_id: int) -> PlanRow:
    """A row of a plan, for the office."""
    return find_row(row_id) or abort(404)


def get_session(session_id: int) -> ParentSession:
    """A session, drafts too, for the office."""
    return find_session(session_id) or abort(404)


def get_date(date_id: int) -> SessionDate:
    """A date of a session, drafts too, for the office."""
    return find_date(date_id) or abort(404)


def get_material(material_id: int) -> SessionMaterial:
    """A file of a session this person is invited to, or works for."""
    found, person = find_material(material_id), the_person()
    session = find_session(found.session_id) if found else None
    if found is None or session is None:
        abort(404)
    classes = [(child.entry_year, child.class_id) for child in children_of_user(person.user_id)]
    return found if policy.may_see_materials(person, session, classes) else abort(404)


def get_member(member_id: int) -> FamilyMentor:
    """A member of the mentor corps, for the office."""
    return find_member(member_id) or abort(404)


def get_request(request_id: int) -> MentorRequest:
    """A request to a mentor, for the office."""
    return find_request(request_id) or abort(404)


def my_memberships() -> list[FamilyMentor]:
    """The entries of the signed-in person in the mentor corps, else 404."""
    return list(members_of_user(the_person().user_id)) or abort(404)


def get_request_of_mine(request_id: int) -> MentorRequest:
    """A request to the signed-in person."""
    found = find_request(request_id)
    return found if found and found.mentor_id in {one.id for one in my_memberships()} else abort(404)
