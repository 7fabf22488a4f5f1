"""Where the demo's mentoring is played: the terms, who is who, and one way to write what happened with its audit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from school.accounts.models import User
from school.audit.models import AuditEntry
from school.audit.service import Actor
from school.calendar.models import Term
from school.calendar.rules import is_school_day, school_days
from school.clock import at
from school.db import db
from school.demo.staff import Staff
from school.demo.terms import Times
from school.people.models import Teacher


@dataclass
class MentorStage:
    """The school as mentoring needs it; `teachers` and `users` are by post from 0, `term` is this term, `before` last term."""

    times: Times
    staff: Staff
    now: datetime
    term: Term
    before: Term
    teachers: Sequence[Teacher]
    users: dict[int, User]
    audit: list[dict[str, Any]] = field(default_factory=list)

    @property
    def office(self) -> Actor:
        """The teaching office as who acts."""
        return self.actor(1)

    def actor(self, post: int) -> Actor:
        """The teacher of a post as who acts."""
        teacher = self.teachers[post]
        return Actor(teacher.user_id, teacher.name)

    def moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A moment of a day, but never one that has not come."""
        return min(at(day, hour, minute), self.now)

    def school_days(self, first: date, last: date) -> list[date]:
        """The school days between two days, up to today."""
        return school_days(first, min(last, self.times.today), self.times.calendar)

    def school_day_by(self, day: date, term: Term) -> date:
        """The day itself or the school day before it; the term's first when there is none."""
        while day > term.starts_on and not is_school_day(day, self.times.calendar):
            day -= timedelta(days=1)
        return max(day, term.starts_on)

    def tell(
        self, when: datetime, post: int, action: str, sentence: str, subject_type: str, subject_id: int | None, reason: str = ""
    ) -> None:
        """Remember an audit entry; `write_audit` writes them all."""
        teacher = self.teachers[post]
        row = {"happened_at": when, "actor_id": teacher.user_id, "actor_label": teacher.name, "action": action}
        row |= {"subject_type": subject_type, "subject_id": subject_id, "sentence": sentence, "reason": reason, "address": ""}
        self.audit.append(row)

    def write_audit(self) -> None:
        """Write what was told, in the order in which it happened."""
        if self.audit:
            db.session.execute(insert(AuditEntry), sorted(self.audit, key=lambda row: row["happened_at"]))


def set_stage(times: Times, staff: Staff, now: datetime) -> MentorStage:
    """The stage of the present term (in a vacation the last one) and of the term before it."""
    begun = [number for number, term in enumerate(times.terms) if term.starts_on <= times.today]
    term, before = times.terms[begun[-1]], times.terms[begun[-1] - 1]
    teachers = db.session.scalars(select(Teacher).order_by(Teacher.staff_code)).all()
    users = {one.id: one for one in db.session.scalars(select(User).where(User.id.in_([t.user_id for t in teachers])))}
    return MentorStage(times, staff, now, term, before, teachers, users)
