"""What families have entered: whose child it is, consents, applications with their wishes, and what was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, select

from school.accounts.models import User
from school.courses.enums import PlaceSource, SelectionState
from school.courses.models import Application, Course, CourseConsent, Selection, Wish
from school.courses.queries.catalogue import Catalogue, get_catalogues
from school.courses.queries.lines import ENTRIES, PLACES, note_held
from school.courses.rules.histories import PastEntry, PastStay
from school.db import db
from school.people.models import Guardian, Guardianship, Pupil

CONSENTS = CourseConsent.__table__
APPLICATIONS = Application.__table__
WISHES = Wish.__table__


@dataclass(frozen=True)
class OwnChild:
    """A guardian's child, and the selection in which a course is chosen for it."""

    pupil_id: int
    name: str
    selection_id: int


@dataclass(frozen=True)
class ConsentHeld:
    """A live consent: who gave it, when, to which version."""

    version: int
    given_at: datetime
    given_by: str


@dataclass(frozen=True)
class WishHeld:
    """A wish on record; `together` names the siblings' group, "" when the child wishes alone."""

    course_id: int
    rank: int
    together: str = ""


@dataclass(frozen=True)
class Applied:
    """A child's application with its wishes, dearest first."""

    id: int
    pupil_id: int
    number: str
    wishes: tuple[WishHeld, ...] = ()

    @property
    def wished(self) -> tuple[int, ...]:
        """The ids of the wished for courses, dearest first."""
        return tuple(one.course_id for one in self.wishes)

    def wish(self, course_id: int) -> WishHeld | None:
        """The wish for a course, if there is one."""
        return next((one for one in self.wishes if one.course_id == course_id), None)


@dataclass(frozen=True)
class Drawn:
    """What the draw gave a child: ids of the courses it was drawn for, and its number on the lists of others."""

    given: frozenset[int] = frozenset()
    ranks: tuple[tuple[int, int], ...] = ()  # course id, draw rank


def public_catalogues() -> list[Catalogue]:
    """The terms whose selection was announced: those that are not finished first, the newest of them first."""
    public = [one for one in get_catalogues().values() if one.selection and one.selection.state is not SelectionState.DRAFT]
    return sorted(public, key=_newness, reverse=True)


def current_catalogue() -> Catalogue | None:
    """The term families choose for: the newest announced selection that is not finished, else the newest finished one."""
    return next(iter(public_catalogues()), None)


def find_own_child(user_id: int, pupil_id: int, course_id: int) -> OwnChild | None:
    """A guardian's own child and the announced selection of a course's term, in one statement."""
    row = db.session.execute(_OWN_CHILD, {"user": user_id, "pupil": pupil_id, "course": course_id}).first()
    return OwnChild(pupil_id, row.name, row.id) if row else None


def hold_own_child(user_id: int, pupil_id: int, course_id: int) -> OwnChild | None:
    """As `find_own_child`, and the selection is locked until the transaction ends; nobody locks it for another's child."""
    row = db.session.execute(_OWN_CHILD_HELD, {"user": user_id, "pupil": pupil_id, "course": course_id}).first()
    if row is None:
        return None
    note_held(row.id)
    return OwnChild(pupil_id, row.name, row.id)


def consents_of(selection_id: int, pupil_ids: Sequence[int]) -> dict[int, ConsentHeld]:
    """Live consents by pupil id; children without one are absent."""
    statement = select(CONSENTS.c.pupil_id, CONSENTS.c.version, CONSENTS.c.given_at, User.display_name).join(
        User, User.id == CONSENTS.c.given_by
    )
    is_meant = CONSENTS.c.selection_id == selection_id, CONSENTS.c.withdrawn_at.is_(None)
    rows = db.session.execute(statement.where(*is_meant, CONSENTS.c.pupil_id.in_(sorted(set(pupil_ids)))))
    return {pupil_id: ConsentHeld(*rest) for pupil_id, *rest in rows}


def applications_of_pupils(selection_id: int, pupil_ids: Iterable[int]) -> dict[int, Applied]:
    """Applications with their wishes by pupil id, in one statement; children without one are absent."""
    names = (
        APPLICATIONS.c.id,
        APPLICATIONS.c.pupil_id,
        APPLICATIONS.c.number,
        WISHES.c.course_id,
        WISHES.c.rank,
        WISHES.c.together,
    )
    statement = select(*names).outerjoin(WISHES, WISHES.c.application_id == APPLICATIONS.c.id)
    is_meant = APPLICATIONS.c.selection_id == selection_id, APPLICATIONS.c.pupil_id.in_(sorted(set(pupil_ids)))
    found: dict[int, tuple[int, int, str]] = {}
    wishes: dict[int, list[WishHeld]] = {}
    for row in db.session.execute(statement.where(*is_meant).order_by(APPLICATIONS.c.id, WISHES.c.rank, WISHES.c.id)):
        found[row.pupil_id] = row.id, row.pupil_id, row.number
        if row.course_id is not None:
            wishes.setdefault(row.pupil_id, []).append(WishHeld(row.course_id, row.rank, row.together))
    return {pupil_id: Applied(*head, tuple(wishes.get(pupil_id, ()))) for pupil_id, head in found.items()}


def pupils_together(selection_id: int, course_id: int, together: str) -> list[int]:
    """The children of a group of siblings who wish for a course together, ascending."""
    statement = select(APPLICATIONS.c.pupil_id).join(WISHES, WISHES.c.application_id == APPLICATIONS.c.id)
    is_meant = APPLICATIONS.c.selection_id == selection_id, WISHES.c.course_id == course_id, WISHES.c.together == together
    return list(db.session.scalars(statement.where(*is_meant).order_by(APPLICATIONS.c.pupil_id)))


def is_number_taken(selection_id: int, number: str) -> bool:
    """Whether an application of the selection has this number."""
    statement = select(APPLICATIONS.c.id).where(APPLICATIONS.c.selection_id == selection_id, APPLICATIONS.c.number == number)
    return db.session.execute(statement).first() is not None


def stays_of_pupil(pupil_id: int) -> list[PastStay]:
    """Every place a child has or had in any term, oldest first."""
    names = "selection_id", "course_id", "source", "taken_at", "ended_at", "end_reason", "end_note"
    statement = select(*(PLACES.c[name] for name in names)).where(PLACES.c.pupil_id == pupil_id).order_by(PLACES.c.id)
    return [PastStay(*row) for row in db.session.execute(statement)]


def entries_of_pupil(pupil_id: int) -> list[PastEntry]:
    """Every entry on a waiting list a child has or had in any term, oldest first."""
    names = "selection_id", "course_id", "state", "draw_rank", "joined_at", "ended_at", "offer_expires_at"
    statement = select(*(ENTRIES.c[name] for name in names)).where(ENTRIES.c.pupil_id == pupil_id).order_by(ENTRIES.c.id)
    return [PastEntry(*row) for row in db.session.execute(statement)]


def drawn_for(selection_id: int, pupil_id: int) -> Drawn:
    """What the draw gave a child, whatever happened since."""
    given = select(PLACES.c.course_id).where(PLACES.c.selection_id == selection_id, PLACES.c.pupil_id == pupil_id)
    places = frozenset(db.session.scalars(given.where(PLACES.c.source == PlaceSource.DRAW)))
    ranks = select(ENTRIES.c.course_id, ENTRIES.c.draw_rank).where(ENTRIES.c.selection_id == selection_id)
    ranks = ranks.where(ENTRIES.c.pupil_id == pupil_id, ENTRIES.c.draw_rank.is_not(None)).order_by(ENTRIES.c.id)
    return Drawn(places, tuple((course_id, rank) for course_id, rank in db.session.execute(ranks)))


def _newness(catalogue: Catalogue) -> tuple[bool, int, int]:
    selection = catalogue.selection
    if selection is None:
        raise LookupError(f"term {catalogue.term_id} has no selection")
    return selection.state is not SelectionState.FINISHED, selection.start_year, selection.term_number


_OWN_CHILD = (
    select(Pupil.__table__.c.name, Selection.__table__.c.id)
    .select_from(Pupil.__table__)
    .join(Guardianship.__table__, Guardianship.__table__.c.pupil_id == Pupil.__table__.c.id)
    .join(Guardian.__table__, Guardian.__table__.c.id == Guardianship.__table__.c.guardian_id)
    .join(Course.__table__, Course.__table__.c.id == bindparam("course", type_=Integer))
    .join(Selection.__table__, Selection.__table__.c.term_id == Course.__table__.c.term_id)
    .where(
        Guardian.__table__.c.user_id == bindparam("user", type_=Integer),
        Pupil.__table__.c.id == bindparam("pupil", type_=Integer),
        Selection.__table__.c.state != SelectionState.DRAFT,
    )
    .limit(1)
)
_OWN_CHILD_HELD = _OWN_CHILD.with_for_update(key_share=True, of=Selection.__table__)


def users_of_applicants(selection_id: int) -> list[int]:
    """The accounts of all guardians of the children who have wishes in a selection, ascending."""
    statement = (
        select(Guardian.user_id)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(Application, Application.pupil_id == Guardianship.pupil_id)
        .where(Application.selection_id == selection_id, Application.wishes.any(), Guardian.user_id.is_not(None))
        .distinct()
        .order_by(Guardian.user_id)
    )
    return [user_id for user_id in db.session.scalars(statement) if user_id is not None]
