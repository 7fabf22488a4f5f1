"""A term's draw as the public may see it: never a name, and never the secret before the outcome is public (PR-03)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select

from school.calendar.models import SchoolYear, Term
from school.courses.enums import Mechanism, SelectionState
from school.courses.models import Selection
from school.db import db


@dataclass(frozen=True)
class PublicDraw:
    """What is public of a draw; what is not public yet is empty."""

    term_id: int
    start_year: int
    term_number: int
    state: SelectionState
    commitment: str
    public_source: str
    favours_unplaced: bool
    announced_at: datetime
    frozen_at: datetime | None
    list_sha256: str
    drawn_at: datetime | None
    mechanism: Mechanism | None
    outcome_sha256: str
    secret: str
    public_value: str

    @property
    def is_drawn(self) -> bool:
        """Whether outcome and seed are public."""
        return bool(self.outcome_sha256)


def find_public_draw(term_id: int) -> PublicDraw | None:
    """The draw of a term that was announced."""
    is_drawn = Selection.outcome_sha256 != ""
    columns = (
        Selection.term_id,
        SchoolYear.start_year,
        Term.number,
        Selection.state,
        Selection.seed_commitment,
        Selection.public_source,
        Selection.favours_unplaced,
        Selection.announced_at,
        Selection.frozen_at,
        Selection.list_sha256,
        Selection.drawn_at,
        Selection.mechanism,
        Selection.outcome_sha256,
        case((is_drawn, Selection.seed_secret), else_=""),
        Selection.public_value,
    )
    statement = select(*columns).join(Term, Term.id == Selection.term_id).join(SchoolYear, SchoolYear.id == Term.school_year_id)
    statement = statement.where(
        Selection.term_id == term_id, Selection.seed_commitment != "", Selection.announced_at.is_not(None)
    )
    row = db.session.execute(statement).first()
    return PublicDraw(*row) if row else None


def public_draw_terms() -> list[tuple[int, int, int]]:
    """Term id, school year and number of every term with an announced draw, newest first."""
    statement = (
        select(Selection.term_id, SchoolYear.start_year, Term.number)
        .join(Term, Term.id == Selection.term_id)
        .join(SchoolYear, SchoolYear.id == Term.school_year_id)
        .where(Selection.seed_commitment != "")
        .order_by(Term.starts_on.desc())
    )
    return [tuple(row) for row in db.session.execute(statement)]


def frozen_list_of(term_id: int) -> str:
    """The frozen list of a term, empty before it was frozen."""
    return db.session.scalar(select(Selection.frozen_list).where(Selection.term_id == term_id)) or ""


def document_of(term_id: int) -> str:
    """The published document of a term, empty before the draw."""
    return db.session.scalar(select(Selection.outcome).where(Selection.term_id == term_id)) or ""
