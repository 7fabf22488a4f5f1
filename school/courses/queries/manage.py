"""Courses as the office keeps them: rows to change, what clashes with them, who has chosen them; providers; terms."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from hashlib import sha256

from sqlalchemy import func, or_, select, union

from school.calendar.models import Term
from school.courses.enums import CourseState, WaitingState
from school.courses.models import Application, Course, Place, Provider, WaitingEntry, Wish
from school.courses.queries.catalogue import facts_of
from school.courses.queries.seats import count_waiting, taken_by_course
from school.courses.queries.selections import find_selection_of_term, lock_selection
from school.courses.rules.catalogue import Other, Papers
from school.courses.rules.managing import Managed
from school.db import db
from school.people.models import Teacher


def find_course(course_id: int) -> Course | None:
    """A course by id."""
    return db.session.get(Course, course_id)


def find_course_by_code(term_id: int, code: str) -> Course | None:
    """A course of a term by its code."""
    return db.session.scalar(select(Course).where(Course.term_id == term_id, Course.code == code))


def managed_courses(term_id: int, courses: Iterable[Course]) -> list[Managed]:
    """Courses of one term as the office's list shows them."""
    selection = find_selection_of_term(term_id)
    taken = taken_by_course(selection.id) if selection else {}
    waiting = count_waiting(selection.id) if selection else {}
    managed = []
    for course in courses:
        names = (*(one.teacher.name for one in course.teachings), course.outside_teacher)
        papers = papers_of(course.provider)
        outlasts = papers is not None and min(papers.licence_until, papers.checks_until) < course.last_on
        facts, numbers = facts_of(course), (taken.get(course.id, 0), waiting.get(course.id, 0))
        teachers = "、".join(name for name in names if name)
        managed.append(Managed(facts, teachers, course.warning_reason, *numbers, outlasts_papers=outlasts))
    return managed


def copies_of(course_id: int) -> Sequence[Course]:
    """The courses of other terms that were copied from one."""
    return db.session.scalars(select(Course).where(Course.copied_from_id == course_id)).all()


def courses_of_term(term_id: int) -> Sequence[Course]:
    """All courses of a term by code, drafts too."""
    return db.session.scalars(select(Course).where(Course.term_id == term_id).order_by(Course.code)).all()


def state_of_catalogue(term_id: int) -> str:
    """A term's courses as a digest: it changes when one is added, changed, listed or deleted."""
    rows = db.session.execute(select(Course.id, Course.revision).where(Course.term_id == term_id).order_by(Course.id))
    return sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()


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


def teachers_by_words(words: Iterable[str], on_day: date) -> dict[str, list[Teacher]]:
    """Teachers by what somebody wrote: by staff code anybody, by name those who still teach here on a day."""
    wanted = sorted(set(words))
    statement = select(Teacher).where(or_(Teacher.name.in_(wanted), Teacher.staff_code.in_(wanted)))
    rows = db.session.scalars(statement.order_by(Teacher.staff_code)).all()
    present = [one for one in rows if one.left_on is None or one.left_on >= on_day]
    found = {word: [one for one in rows if one.staff_code == word] for word in wanted}
    return {word: of_code or [one for one in present if one.name == word] for word, of_code in found.items()}


def words_for_teachers(course: Course, on_day: date) -> str:
    """A course's teachers as `teachers_by_words` finds them again: by name, by staff code where a name is not enough."""
    teachers = [one.teacher for one in course.teachings]
    found = teachers_by_words([one.name for one in teachers], on_day)
    return "、".join(one.name if found[one.name] == [one] else one.staff_code for one in teachers)


def count_chosen(course_id: int) -> int:
    """How many children wish for a course, have a place in it, or wait for it; each is counted once."""
    wishes = select(Application.pupil_id).join(Wish, Wish.application_id == Application.id).where(Wish.course_id == course_id)
    places = select(Place.pupil_id).where(Place.course_id == course_id, Place.ended_at.is_(None))
    live = WaitingEntry.state.in_((WaitingState.WAITING, WaitingState.OFFERED))
    entries = select(WaitingEntry.pupil_id).where(WaitingEntry.course_id == course_id, live)
    children = union(wishes, places, entries).subquery()
    return db.session.scalar(select(func.count()).select_from(children)) or 0


def was_chosen(course_id: int) -> bool:
    """Whether anybody ever had anything to do with a course; then it is never deleted."""
    for table in (Wish, Place, WaitingEntry):
        if db.session.scalar(select(table.id).where(table.course_id == course_id).limit(1)) is not None:
            return True
    return False


def courses_beyond_papers(provider_ids: Collection[int]) -> dict[int, list[Course]]:
    """Drafts and listed courses, by provider, that go on after its licence or staff checks end (AS-08)."""
    live = Course.state.in_((CourseState.DRAFT, CourseState.LISTED))
    ends = or_(Provider.licence_until < Course.last_on, Provider.checks_until < Course.last_on)
    statement = select(Course).join(Provider, Course.provider_id == Provider.id).where(Provider.id.in_(provider_ids), live, ends)
    found: dict[int, list[Course]] = {}
    for course in db.session.scalars(statement.order_by(Course.term_id, Course.code)):
        found.setdefault(course.provider_id or 0, []).append(course)
    return found


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


def terms_to_manage(on_day: date) -> Sequence[Term]:
    """The terms that have courses or may still get some, newest first."""
    kept = or_(Term.ends_on >= on_day, Term.id.in_(select(Course.term_id)))
    return db.session.scalars(select(Term).where(kept).order_by(Term.starts_on.desc())).all()


def terms_with_courses() -> Sequence[Term]:
    """The terms that have courses, newest first."""
    statement = select(Term).where(Term.id.in_(select(Course.term_id))).order_by(Term.starts_on.desc())
    return db.session.scalars(statement).all()
