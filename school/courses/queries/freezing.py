"""What a draw is held on, read from the database: who applied, for what, and what they have already."""

from sqlalchemy import and_, exists, or_, select

from school.calendar.models import Term
from school.calendar.rules import grade_of
from school.courses.enums import PlaceEnd
from school.courses.models import Application, CourseConsent, Place, Selection, Wish
from school.courses.queries.catalogue import Catalogue
from school.courses.queries.lines import IS_LIVE_PLACE, PLACES
from school.courses.queries.seats import taken_by_course
from school.courses.rules.freezing import Applied, Wished, frozen_selection
from school.courses.rules.selection import Selection as Drawn
from school.db import db
from school.people.models import ClassMembership, SchoolClass


def read_list(catalogue: Catalogue) -> Drawn:
    """The list a draw would be held on now, for a term whose selection is in its catalogue."""
    selection = catalogue.selection
    if selection is None:
        raise LookupError(f"term {catalogue.term_id} has no selection")
    applied = applications_of(selection.id, selection.start_year, favours_unplaced=selection.favours_unplaced)
    return frozen_selection(selection, catalogue.courses, taken_by_course(selection.id), applied)


def applications_of(selection_id: int, start_year: int, *, favours_unplaced: bool) -> list[Applied]:
    """The applications of children who are in a class and for whom a guardian agreed (AS-01, PR-01), by number."""
    wishes = _wishes(selection_id)
    held = _held(selection_id)
    favoured = unplaced_last_time(selection_id) if favours_unplaced else frozenset()
    statement = (
        select(Application.id, Application.number, Application.pupil_id, SchoolClass.entry_year)
        .join(ClassMembership, and_(ClassMembership.pupil_id == Application.pupil_id, ClassMembership.ends_on.is_(None)))
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .where(Application.selection_id == selection_id)
        .where(
            exists()
            .where(CourseConsent.selection_id == selection_id, CourseConsent.pupil_id == Application.pupil_id)
            .where(CourseConsent.withdrawn_at.is_(None))
        )
        .order_by(Application.number)
    )
    return [
        Applied(
            number=row.number,
            grade=grade_of(row.entry_year, start_year),
            wishes=tuple(wishes.get(row.id, ())),
            held=frozenset(held.get(row.pupil_id, ())),
            is_favoured=row.pupil_id in favoured,
        )
        for row in db.session.execute(statement)
    ]


def unplaced_last_time(selection_id: int) -> frozenset[int]:
    """Children who wished in the selection of the term before and got no place, or only one the school took back."""
    before_id = _selection_before(selection_id)
    if before_id is None:
        return frozenset()
    wished = select(Application.pupil_id).where(
        Application.selection_id == before_id, exists().where(Wish.application_id == Application.id)
    )
    given = select(Place.pupil_id).where(
        Place.selection_id == before_id, or_(Place.end_reason.is_(None), Place.end_reason != PlaceEnd.CANCELLED)
    )
    return frozenset(db.session.scalars(wished.where(Application.pupil_id.not_in(given))))


def _selection_before(selection_id: int) -> int | None:
    begins = (
        select(Term.starts_on).join(Selection, Selection.term_id == Term.id).where(Selection.id == selection_id).scalar_subquery()
    )
    statement = select(Selection.id).join(Term, Term.id == Selection.term_id).where(Term.starts_on < begins)
    return db.session.scalar(statement.order_by(Term.starts_on.desc()).limit(1))


def _wishes(selection_id: int) -> dict[int, list[Wished]]:
    """Wishes by application id, best first."""
    statement = select(Wish.application_id, Wish.course_id, Wish.together).join(
        Application, Application.id == Wish.application_id
    )
    found: dict[int, list[Wished]] = {}
    rows = statement.where(Application.selection_id == selection_id).order_by(Wish.application_id, Wish.rank, Wish.id)
    for application_id, course_id, together in db.session.execute(rows):
        found.setdefault(application_id, []).append(Wished(course_id, together))
    return found


def _held(selection_id: int) -> dict[int, set[int]]:
    statement = select(PLACES.c.pupil_id, PLACES.c.course_id).where(IS_LIVE_PLACE, PLACES.c.selection_id == selection_id)
    found: dict[int, set[int]] = {}
    for pupil_id, course_id in db.session.execute(statement):
        found.setdefault(pupil_id, set()).add(course_id)
    return found
