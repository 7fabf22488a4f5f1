"""A selection read whole, for the audit of its invariants."""

from sqlalchemy import select, union_all

from school.calendar.models import Term
from school.clock import now, today
from school.courses.models import Application, Selection, Wish
from school.courses.queries.catalogue import get_catalogues
from school.courses.queries.lines import (
    ENTRIES,
    IS_LIVE_ENTRY,
    IS_LIVE_PLACE,
    PLACES,
    children_from,
    facts_select,
    pupils_by_number,
    rulebook_of,
)
from school.courses.rules.checking import Documents, EntryRow, PlaceRow, Snapshot, WishRow
from school.courses.rules.seats import Child, Rulebook
from school.db import db


def snapshots() -> list[Snapshot]:
    """Every selection as this transaction sees it, by term."""
    return [_snapshot(rulebook_of(one)) for one in get_catalogues().values() if one.selection is not None]


def _snapshot(rulebook: Rulebook) -> Snapshot:
    selection_id = rulebook.selection.id
    table = Selection.__table__
    papers = ("seed_secret", "seed_commitment", "frozen_list", "list_sha256", "outcome", "outcome_sha256")
    statement = select(*(table.c[name] for name in papers), Term.ends_on).join(Term, Term.id == table.c.term_id)
    row = db.session.execute(statement.where(table.c.id == selection_id)).one()
    return Snapshot(
        rulebook=rulebook,
        now=now(),
        is_over=row.ends_on < today(),
        places=tuple(_places(selection_id)),
        entries=tuple(_entries(selection_id)),
        wishes=tuple(_wishes(selection_id)),
        children=_children(rulebook),
        documents=Documents(**{name: getattr(row, name) for name in papers}),
        numbers=pupils_by_number(selection_id),
    )


def _places(selection_id: int) -> list[PlaceRow]:
    names = ("id", "course_id", "pupil_id", "source", "consent_note")
    statement = select(*(PLACES.c[name] for name in names), IS_LIVE_PLACE.label("is_live"))
    rows = db.session.execute(statement.where(PLACES.c.selection_id == selection_id).order_by(PLACES.c.id))
    return [PlaceRow(*row[:-1], is_live=bool(row.is_live)) for row in rows]


def _entries(selection_id: int) -> list[EntryRow]:
    names = ("id", "course_id", "pupil_id", "state", "draw_rank", "together", "gives_up", "offer_expires_at")
    statement = select(*(ENTRIES.c[name] for name in names)).where(ENTRIES.c.selection_id == selection_id)
    rows = db.session.execute(statement.order_by(ENTRIES.c.id))
    return [EntryRow(*row[:6], tuple(row.gives_up or ()), row.offer_expires_at) for row in rows]


def _wishes(selection_id: int) -> list[WishRow]:
    statement = select(Application.id, Application.pupil_id, Wish.course_id, Wish.rank, Wish.together)
    statement = statement.join(Wish, Wish.application_id == Application.id).where(Application.selection_id == selection_id)
    return [WishRow(*row) for row in db.session.execute(statement.order_by(Application.id, Wish.rank))]


def _children(rulebook: Rulebook) -> dict[int, Child]:
    """The children with a live place or entry."""
    selection_id = rulebook.selection.id
    placed = select(PLACES.c.pupil_id).where(IS_LIVE_PLACE, PLACES.c.selection_id == selection_id)
    listed = select(ENTRIES.c.pupil_id).where(IS_LIVE_ENTRY, ENTRIES.c.selection_id == selection_id)
    wanted = union_all(placed, listed).subquery()
    rows = db.session.execute(facts_select(lambda column: column.in_(select(wanted.c.pupil_id))), {"selection": selection_id})
    return children_from(rows.all(), rulebook.selection.start_year)
