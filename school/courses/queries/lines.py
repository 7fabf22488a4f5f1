"""Places and waiting lists as the writes need them: few statements, plain values, no objects of the session."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    DateTime,
    Integer,
    Row,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy import null as sql_null

from school.calendar.rules import grade_of
from school.courses.enums import PlaceSource, WaitingState
from school.courses.models import Application, Course, CourseConsent, Place, Selection, WaitingEntry, Wish
from school.courses.queries.catalogue import Catalogue, get_catalogues
from school.courses.rules.facts import CourseFacts
from school.courses.rules.seats import Child, NotListed, Rulebook, Verdict, VerdictKind
from school.db import Instant, db
from school.people.models import ClassMembership, SchoolClass
from school.stamps import forget_stamps, note_stamp, stamp_column
from school.waiting.rules import Entry, Line

PLACES = Place.__table__
ENTRIES = WaitingEntry.__table__
_IN_CLASS, _CLASSES, _CONSENTS = ClassMembership.__table__, SchoolClass.__table__, CourseConsent.__table__
LIVE_STATES = (WaitingState.WAITING, WaitingState.OFFERED)

_NOW = bindparam("now", type_=Instant)
_COURSE = bindparam("course", type_=Integer)
_PUPIL = bindparam("pupil", type_=Integer)
_SELECTION = bindparam("selection", type_=Integer)
IS_LIVE_PLACE = PLACES.c.ended_at.is_(None)
IS_LIVE_ENTRY = ENTRIES.c.state.in_(literal_column(f"'{state}'", String) for state in LIVE_STATES)
IS_OFFER = ENTRIES.c.state == literal_column("'offered'", String)


@dataclass(frozen=True)
class Seen:
    """A child before a course, as the database says it: `taken` counts live places and open offers of the course."""

    child: Child
    taken: int
    waiting: int  # who waits for the course, and offers past their deadline that have not passed on

    def is_settled(self, course: CourseFacts) -> bool:
        """Whether nobody on the list could have a seat before the child: no seat is free, or nobody is on the list."""
        return not self.waiting or self.taken >= course.capacity


def hold_selection(selection_id: int) -> bool:
    """Lock a selection until the transaction ends, as `selections.lock_selection` does, without reading the row.

    What the catalogue says is read anew after it. False when there is no such selection.
    """
    session = db.session()
    if session.info.get(_HELD) == (session.get_transaction(), selection_id):
        return True
    found = session.execute(_HOLD, {"selection": selection_id}).first()
    note_held(selection_id)
    return found is not None


def note_held(selection_id: int) -> None:
    """Take note that a statement of this transaction has locked the selection, so that it is not locked again."""
    session = db.session()
    session.info[_HELD] = (session.get_transaction(), selection_id)
    forget_stamps()


def find_catalogue_of(selection_id: int) -> Catalogue | None:
    """The catalogue of a selection's term, from memory."""
    found = (one for one in get_catalogues().values() if one.selection is not None and one.selection.id == selection_id)
    return next(found, None)


def rulebook_of(catalogue: Catalogue) -> Rulebook:
    """What a catalogue with a selection allows."""
    if catalogue.selection is None:
        raise LookupError(f"term {catalogue.term_id} has no selection")
    return Rulebook(catalogue.selection, catalogue.courses, catalogue.clashes)


def get_course_in(rulebook: Rulebook, course_id: int) -> CourseFacts:
    """A course of the selection's term; raises `NotListed` for any other."""
    course = rulebook.courses.get(course_id)
    if course is None:
        raise NotListed(Verdict(VerdictKind.NOT_LISTED, "这门课不在本学期的课程目录里，请回到目录重新选择。"))
    return course


@dataclass(frozen=True)
class Sight:
    """A child before a course as rows; `seen` makes values of them once the rules of the selection are known."""

    rows: Sequence[Row[Any]]
    pupil_id: int

    def seen(self, rulebook: Rulebook) -> Seen:
        """The child and the course."""
        counts = {row.kind: row.number for row in self.rows if row.pupil_id is None}
        child = children_from(self.rows, rulebook.selection.start_year).get(self.pupil_id)
        return Seen(child or Child(None, has_consent=False), counts["taken"], counts["line"])


def look(selection_id: int, pupil_id: int, course_id: int, now: datetime) -> Sight:
    """A child and a course in one statement, which reads on the way whether the catalogue in memory is still true."""
    values = {"selection": selection_id, "pupil": pupil_id, "course": course_id, "now": now}
    rows = db.session.execute(_SEE, values).all()
    stamp = next(row.kind for row in rows if row.kind.startswith(_STAMP))
    note_stamp("courses", stamp.removeprefix(_STAMP) or None)
    return Sight(rows, pupil_id)


def see(rulebook: Rulebook, pupil_id: int, course_id: int, now: datetime) -> Seen:
    """A child and a course in one statement."""
    return look(rulebook.selection.id, pupil_id, course_id, now).seen(rulebook)


def children_of(rulebook: Rulebook, pupil_ids: Iterable[int]) -> dict[int, Child]:
    """Several children as `judge` needs them, by pupil id."""
    wanted = sorted(set(pupil_ids))
    rows = db.session.execute(facts_select(lambda column: column.in_(wanted)), {"selection": rulebook.selection.id}).all()
    found = children_from(rows, rulebook.selection.start_year)
    return {pupil_id: found.get(pupil_id, Child(None, has_consent=False)) for pupil_id in wanted}


def load_line(rulebook: Rulebook, course_id: int) -> tuple[Line, dict[int, Child]]:
    """A course's line and the children on it, in three statements, in two when nobody is on it."""
    values = {"selection": rulebook.selection.id, "course": course_id}
    placed = db.session.execute(_PLACED, values).scalar_one()
    line = Line(placed, [entry_of(row) for row in db.session.execute(_LINE, values)])
    if not line.entries:
        return line, {}
    rows = db.session.execute(_LINE_CHILDREN, values).all()
    found = children_from(rows, rulebook.selection.start_year)
    return line, {one.member_id: found.get(one.member_id, Child(None, has_consent=False)) for one in line.entries}


def find_entry(pupil_id: int, course_id: int) -> Entry | None:
    """A child's live entry on a course's list."""
    row = db.session.execute(_ENTRY, {"pupil": pupil_id, "course": course_id}).first()
    return entry_of(row) if row else None


def entries_together(course_id: int, together: str) -> list[Entry]:
    """The live entries of siblings who asked for both or none, by pupil."""
    statement = _line_select().where(ENTRIES.c.together == together).order_by(ENTRIES.c.pupil_id)
    return [entry_of(row) for row in db.session.execute(statement, {"course": course_id})]


def count_before(entry: Entry) -> int:
    """How many who wait stand before an entry."""
    statement = _line_select().where(~IS_OFFER)
    waiting = [entry_of(row) for row in db.session.execute(statement, {"course": entry.line_id})]
    return sum(one.order < entry.order for one in waiting)


def waited_for(selection_id: int, pupil_ids: Iterable[int]) -> set[int]:
    """Ids of the courses on whose lists one of these children stands."""
    statement = select(ENTRIES.c.course_id).where(IS_LIVE_ENTRY, ENTRIES.c.selection_id == selection_id)
    return set(db.session.scalars(statement.where(ENTRIES.c.pupil_id.in_(sorted(set(pupil_ids))))))


def courses_with_lines(selection_id: int) -> set[int]:
    """Ids of the courses somebody waits for or has an offer of."""
    statement = select(ENTRIES.c.course_id).where(IS_LIVE_ENTRY, ENTRIES.c.selection_id == selection_id).distinct()
    return set(db.session.scalars(statement))


def pupils_in(course_id: int) -> list[int]:
    """Ids of the children with a live place in a course, ascending."""
    return list(
        db.session.scalars(select(PLACES.c.pupil_id).where(PLACES.c.course_id == course_id, IS_LIVE_PLACE).order_by("pupil_id"))
    )


def had_place(selection_id: int, pupil_id: int, course_id: int) -> bool:
    """Whether the child ever had a place in the course."""
    statement = select(PLACES.c.id).where(PLACES.c.pupil_id == pupil_id, PLACES.c.course_id == course_id)
    return db.session.execute(statement.where(PLACES.c.selection_id == selection_id).limit(1)).first() is not None


def had_entry(selection_id: int, pupil_id: int, course_id: int) -> bool:
    """Whether the child ever was on the course's list."""
    statement = select(ENTRIES.c.id).where(ENTRIES.c.pupil_id == pupil_id, ENTRIES.c.course_id == course_id)
    return db.session.execute(statement.where(ENTRIES.c.selection_id == selection_id).limit(1)).first() is not None


def has_places_of(selection_id: int, source: PlaceSource) -> bool:
    """Whether any place of a selection came about in this way."""
    statement = select(PLACES.c.id).where(PLACES.c.selection_id == selection_id, PLACES.c.source == source)
    return db.session.execute(statement.limit(1)).first() is not None


def pupils_by_number(selection_id: int) -> dict[str, int]:
    """The children of a selection's applications by application number."""
    statement = select(Application.number, Application.pupil_id).where(Application.selection_id == selection_id)
    return {number: pupil_id for number, pupil_id in db.session.execute(statement)}


def placed_by_course(selection_id: int) -> dict[int, int]:
    """Live places by course id; courses without any are absent."""
    statement = select(PLACES.c.course_id, func.count()).where(IS_LIVE_PLACE, PLACES.c.selection_id == selection_id)
    return {course_id: count for course_id, count in db.session.execute(statement.group_by(PLACES.c.course_id))}


@dataclass(frozen=True)
class WishHeld:
    """A wish: its rank, 1 the dearest, and the name of the group of siblings who get it all or none."""

    rank: int
    together: str


def wishes_of(selection_id: int) -> dict[tuple[int, int], WishHeld]:
    """Every wish of a selection by pupil and course id."""
    statement = select(Application.pupil_id, Wish.course_id, Wish.rank, Wish.together)
    statement = statement.join(Wish, Wish.application_id == Application.id).where(Application.selection_id == selection_id)
    return {(pupil_id, course_id): WishHeld(*wish) for pupil_id, course_id, *wish in db.session.execute(statement)}


def get_courses(course_ids: Iterable[int]) -> list[Course]:
    """Courses as rows to be changed, read anew, ascending; their selection is locked."""
    statement = select(Course).where(Course.id.in_(sorted(set(course_ids)))).order_by(Course.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def selection_ids() -> list[int]:
    """Every selection, ascending."""
    return list(db.session.scalars(select(Selection.id).order_by(Selection.id)))


def entry_of(row: Row[Any]) -> Entry:
    """A live row of the waiting lists as the rules see it."""
    gives_up = tuple(row.gives_up or ())
    return Entry(row.id, row.course_id, row.pupil_id, row.draw_rank, row.together, gives_up, row.offer_expires_at)


def taken_in(course_id: ColumnElement[int]) -> ColumnElement[int]:
    """Live places and open offers of a course, as an expression with the parameter `now`."""
    held = select(func.count()).select_from(PLACES).where(PLACES.c.course_id == course_id, IS_LIVE_PLACE)
    offered = select(func.count()).select_from(ENTRIES).where(ENTRIES.c.course_id == course_id, IS_OFFER)
    return held.scalar_subquery() + offered.where(ENTRIES.c.offer_expires_at > _NOW).scalar_subquery()


def children_from(rows: Sequence[Row[Any]], start_year: int) -> dict[int, Child]:
    """Children by pupil id out of the rows of `facts_select`; somebody without a single row is absent."""
    grades: dict[int, int] = {}
    agreed: set[int] = set()
    held: dict[str, dict[int, dict[int, datetime]]] = {"place": {}, "waiting": {}, "offered": {}}
    for kind, pupil_id, number, moment in rows:
        if kind == "class":
            grades[pupil_id] = grade_of(number, start_year)
        elif kind == "consent":
            agreed.add(pupil_id)
        elif pupil_id is not None:
            held[kind].setdefault(pupil_id, {})[number] = moment
    seen = {*grades, *agreed, *(pupil_id for one in held.values() for pupil_id in one)}
    return {
        pupil_id: Child(
            grade=grades.get(pupil_id),
            places=frozenset(held["place"].get(pupil_id, ())),
            waiting=frozenset(held["waiting"].get(pupil_id, ())),
            offered=held["offered"].get(pupil_id, {}),
            has_consent=pupil_id in agreed,
        )
        for pupil_id in seen
    }


def facts_select(is_wanted: Any) -> CompoundSelect:
    """Class, consent, places and entries of children as rows (kind, pupil_id, number, moment), in one statement."""
    return union_all(*_fact_selects(is_wanted))


def _fact_selects(is_wanted: Any) -> list[Any]:
    no_moment = cast(sql_null(), DateTime)
    return [
        select(
            ENTRIES.c.state.cast(String).label("kind"),
            ENTRIES.c.pupil_id,
            ENTRIES.c.course_id.label("number"),
            ENTRIES.c.offer_expires_at.label("moment"),
        ).where(IS_LIVE_ENTRY, ENTRIES.c.selection_id == _SELECTION, is_wanted(ENTRIES.c.pupil_id)),
        select(_word("place"), PLACES.c.pupil_id, PLACES.c.course_id, no_moment).where(
            IS_LIVE_PLACE, PLACES.c.selection_id == _SELECTION, is_wanted(PLACES.c.pupil_id)
        ),
        select(_word("class"), _IN_CLASS.c.pupil_id, _CLASSES.c.entry_year, no_moment)
        .join_from(_IN_CLASS, _CLASSES, _CLASSES.c.id == _IN_CLASS.c.class_id)
        .where(_IN_CLASS.c.ends_on.is_(None), is_wanted(_IN_CLASS.c.pupil_id)),
        select(_word("consent"), _CONSENTS.c.pupil_id, _CONSENTS.c.version, no_moment).where(
            _CONSENTS.c.withdrawn_at.is_(None), _CONSENTS.c.selection_id == _SELECTION, is_wanted(_CONSENTS.c.pupil_id)
        ),
    ]


def _word(text: str) -> ColumnElement[str]:
    return literal_column(f"'{text}'", String)


def _line_select() -> Any:
    names = ("id", "course_id", "pupil_id", "draw_rank", "together", "gives_up", "offer_expires_at")
    return select(*(ENTRIES.c[name] for name in names)).where(IS_LIVE_ENTRY, ENTRIES.c.course_id == _COURSE)


_HELD = "held selection"  # a key of `Session.info`
_STAMP = "stamp "
_nobody = cast(sql_null(), Integer)
_waiting = select(func.count()).select_from(ENTRIES).where(IS_LIVE_ENTRY, ENTRIES.c.course_id == _COURSE)
_no_open_offer = ENTRIES.c.offer_expires_at.is_(None) | (ENTRIES.c.offer_expires_at <= _NOW)
_HOLD = select(Selection.__table__.c.id).where(Selection.__table__.c.id == _SELECTION).with_for_update(key_share=True)
_SEE = union_all(
    *_fact_selects(lambda column: column == _PUPIL),
    select(_word("taken"), _nobody, taken_in(_COURSE), cast(sql_null(), DateTime)),
    select(_word("line"), _nobody, _waiting.where(_no_open_offer).scalar_subquery(), cast(sql_null(), DateTime)),
    select(_word(_STAMP) + func.coalesce(stamp_column("courses"), ""), _nobody, _nobody, cast(sql_null(), DateTime)),
)
_PLACED = select(func.count()).select_from(PLACES).where(PLACES.c.course_id == _COURSE, IS_LIVE_PLACE)
_LINE = _line_select()
_ENTRY = _line_select().where(ENTRIES.c.pupil_id == _PUPIL)
_on_line = select(ENTRIES.c.pupil_id).where(IS_LIVE_ENTRY, ENTRIES.c.course_id == _COURSE)
_LINE_CHILDREN = facts_select(lambda column: column.in_(_on_line))
