"""Users, the roles they hold, and failed sign-ins."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school.accounts.enums import AccountState
from school.accounts.scope import Scope
from school.db import Instant, db, stored
from school.permissions import Role


class User(db.Model):
    """Somebody who can sign in. `session_epoch` is in every session: raising it signs out everywhere."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_epoch: Mapped[int] = mapped_column(default=1)
    code_serial: Mapped[int] = mapped_column(default=0)  # 0: no one-time code was ever issued
    code_issued_at: Mapped[datetime | None] = mapped_column(Instant)
    code_used_at: Mapped[datetime | None] = mapped_column(Instant)
    activated_at: Mapped[datetime | None] = mapped_column(Instant)
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    grants: Mapped[list["RoleGrant"]] = relationship(back_populates="user", lazy="selectin")

    @property
    def state(self) -> AccountState:
        """How far the account is: closed, waiting for its first sign-in, or in use."""
        if not self.is_active:
            return AccountState.CLOSED
        return AccountState.ACTIVATED if self.password_hash else AccountState.NEW


class RoleGrant(db.Model):
    """A role held from a day until a day, for a class, a grade (by entry year) or a subject where the role has a scope."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        Index(None, "class_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[Role] = mapped_column(stored(Role))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("school_classes.id"))
    entry_year: Mapped[int | None]
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subjects.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    user: Mapped[User] = relationship(back_populates="grants")

    @property
    def scope(self) -> Scope:
        """What the role is held for."""
        return Scope(self.class_id, self.entry_year, self.subject_id)

    def is_current(self, day: date) -> bool:
        """Whether the role is held on that day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class SignInFailure(db.Model):
    """Failed attempts of one key (an account's or an address's digest) in one window; shared by all workers."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (UniqueConstraint("key", "window_starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    window_starts_at: Mapped[datetime] = mapped_column(Instant, index=True)
    failures: Mapped[int] = mapped_column(default=0)
