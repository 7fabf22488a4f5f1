"""Courses as the office keeps them: rows to change, what clashes with them, who has chosen them; providers; terms."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func, or_, select

from school.calendar.models import Term
from school.courses.enums import CourseState, WaitingState
from school.courses.models import Course, Place, Provider, WaitingEntry, Wish
from school.courses.queries.catalogue import facts_of
from school.courses.queries.selections import find_selection_of_term, lock_selection
from school.courses.rules.catalogue import Other, Papers
from school.db import db
from school.people.models import Teacher


def find_course(course_id: int) -> Course | None:
    """A course by id."""
    return db.session.get(Course, course_id)


def find_course_by_code(term_id: int, code: str) -> Course | None:
    """A course of a term by its code."""
    return db.session.scalar(select(Course).where(Course.term_id == term_id, Course.code == code))


def courses_of_term(term_id: int) -> Sequence[Course]:
    """All courses of a term by code, drafts too."""
    return db.session.scalars(select(Course).where(Course.term_id == term_id).order_by(Course.code)).all()


def lock_catalogue(term_id: int) -> None:
    """Make the catalogue of a term this transaction's alone: the term's row, then its selection if there is one.

    The term is locked for those who write courses while nobody has begun a selection.
    """
    statement = select(Term.id).where(Term.id == term_id).with_for_update(key_share=True, of=Term)
    db.session.execute(statement)
    selection = find_selection_of_term(term_id)
    if selection is not None:
        lock_selection(selection.id)


def read_course(course_id: int) -> Course | None:
    """A course read anew under the lock of its catalogue."""
    return db.session.scalar(select(Course).where(Course.id == course_id).execution_options(populate_existing=True))


def others_of(term_id: int, *, without: int | None) -> list[Other]:
    """The other courses of a term that still need their teachers and rooms."""
    gone = (CourseState.CLOSED, CourseState.CANCELLED)
    rows = (one for one in courses_of_term(term_id) if one.id != without and one.state not in gone)
    return [
        Other(
            row.id,
            row.name,
            row.room,
            frozenset(teaching.teacher_id for teaching in row.teachings),
            facts_of(row).meetings,
            row.first_on,
            row.last_on,
        )
        for row in rows
    ]


def teachers_named(ids: Collection[int]) -> dict[int, Teacher]:
    """Teachers of the school by id, those who left too."""
    if not ids:
        return {}
    return {one.id: one for one in db.session.scalars(select(Teacher).where(Teacher.id.in_(ids)))}


def teachers_by_words(words: Iterable[str]) -> dict[str, list[Teacher]]:
    """Present teachers by the name or staff code somebody wrote."""
    wanted = sorted(set(words))
    statement = select(Teacher).where(Teacher.left_on.is_(None))
    rows = db.session.scalars(statement.where(or_(Teacher.name.in_(wanted), Teacher.staff_code.in_(wanted)))).all()
    return {word: [one for one in rows if word in (one.name, one.staff_code)] for word in wanted}


def present_teachers() -> Sequence[Teacher]:
    """Everybody who teaches here now, by staff code."""
    return db.session.scalars(select(Teacher).where(Teacher.left_on.is_(None)).order_by(Teacher.staff_code)).all()


def count_chosen(course_id: int) -> int:
    """How many children wish for a course, have or had a place in it, or wait for it."""
    children = (
        select(Wish.application_id.label("one")).where(Wish.course_id == course_id).subquery(),
        select(Place.pupil_id.label("one")).where(Place.course_id == course_id, Place.ended_at.is_(None)).subquery(),
        select(WaitingEntry.pupil_id.label("one"))
        .where(WaitingEntry.course_id == course_id, WaitingEntry.state.in_((WaitingState.WAITING, WaitingState.OFFERED)))
        .subquery(),
    )
    return max(db.session.scalar(select(func.count()).select_from(one)) or 0 for one in children)


def was_chosen(course_id: int) -> bool:
    """Whether anybody ever had anything to do with a course; then it is never deleted."""
    for table in (Wish, Place, WaitingEntry):
        if db.session.scalar(select(table.id).where(table.course_id == course_id).limit(1)) is not None:
            return True
    return False


def providers() -> Sequence[Provider]:
    """All outside providers by name."""
    return db.session.scalars(select(Provider).order_by(Provider.name)).all()


def find_provider(provider_id: int | None) -> Provider | None:
    """A provider by id."""
    return db.session.get(Provider, provider_id) if provider_id is not None else None


def find_provider_by_name(name: str) -> Provider | None:
    """A provider by name."""
    return db.session.scalar(select(Provider).where(Provider.name == name))


def lock_provider(provider_id: int) -> Provider | None:
    """A provider, locked until the transaction ends."""
    statement = select(Provider).where(Provider.id == provider_id).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def papers_of(provider: Provider | None) -> Papers | None:
    """A provider's papers as rules see them."""
    if provider is None:
        return None
    numbers = (provider.name, provider.whitelist_number, provider.licence_number)
    return Papers(*numbers, provider.licence_until, provider.checks_until)


def terms_with_courses() -> Sequence[Term]:
    """The terms that have courses, newest first."""
    statement = select(Term).where(Term.id.in_(select(Course.term_id))).order_by(Term.starts_on.desc())
    return db.session.scalars(statement).all()
