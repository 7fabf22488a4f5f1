"""The school's own calendar: years, terms, days that differ from their weekday."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.calendar.enums import DayKind
from school.db import Instant, db, stored


class SchoolYear(db.Model):
    """A school year, named by the calendar year it starts in."""

    __tablename__ = "school_years"
    __stamp__ = "calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    start_year: Mapped[int] = mapped_column(unique=True)
    terms: Mapped[list["Term"]] = relationship(back_populates="school_year", order_by="Term.number")


class Term(db.Model):
    """A term: first (autumn) or second (spring) of its school year."""

    __tablename__ = "terms"
    __stamp__ = "calendar"
    __table_args__ = (
        UniqueConstraint("school_year_id", "number"),
        CheckConstraint("ends_on > starts_on", name="dates_in_order"),
        CheckConstraint("number IN (1, 2)", name="number_is_1_or_2"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_year_id: Mapped[int] = mapped_column(ForeignKey("school_years.id"))
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    school_year: Mapped[SchoolYear] = relationship(back_populates="terms", lazy="joined")

    @property
    def code(self) -> str:
        """“2026-1”: the calendar year the school year began in, 1 autumn or 2 spring."""
        return f"{self.school_year.start_year}-{self.number}"

    @property
    def label(self) -> str:
        """“2026—2027学年上学期”."""
        year = self.school_year.start_year
        return f"{year}—{year + 1}学年{'上' if self.number == 1 else '下'}学期"


class CalendarDay(db.Model):
    """A day that is not what its weekday says (CA-01); a make-up day names the weekday it follows (CA-02)."""

    __tablename__ = "calendar_days"
    __stamp__ = "calendar"
    __table_args__ = (CheckConstraint("follows_weekday IS NULL OR follows_weekday BETWEEN 1 AND 7", name="weekday_1_to_7"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    on_day: Mapped[date] = mapped_column(unique=True)
    kind: Mapped[DayKind] = mapped_column(stored(DayKind))
    name: Mapped[str] = mapped_column(String(60))
    follows_weekday: Mapped[int | None]
    is_filled: Mapped[bool] = mapped_column(default=False)  # from the package, not yet touched by the school


class HolidayYear(db.Model):
    """A calendar year whose public holidays are known; a year without a row is 尚未公布."""

    __tablename__ = "holiday_years"
    __stamp__ = "calendar"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    filled_at: Mapped[datetime] = mapped_column(Instant)
