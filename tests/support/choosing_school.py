"""A school whose open round is open now, large enough for a rush: children with a guardian who is signed in and has agreed.

The courses follow one another through the week; a third is for grades 1 to 3, a third for 4 to 6, a third for all. Children
wish for five of those of their grade, and the later courses in the list are the dearer ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from random import Random
from typing import Any

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import insert

from school.accounts.identity import start_session
from school.accounts.models import RoleGrant, User
from school.calendar.models import SchoolYear, Term
from school.calendar.rules import school_year_start
from school.clock import now, today
from school.courses.enums import CourseState, Family, Phase, SelectionState
from school.courses.models import Course, CourseConsent, CourseMeeting, Selection, SelectionWindow
from school.db import db, transaction
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass
from school.permissions import Role

WISHES = 5
GRADES = ([1, 2, 3], [4, 5, 6], [1, 2, 3, 4, 5, 6])


@dataclass(frozen=True)
class Household:
    """One child with its guardian: the numbers of both rows, and what it wishes for, the dearest first."""

    pupil_id: int
    user_id: int
    course_ids: tuple[int, ...]


@dataclass(frozen=True)
class SignedIn:
    """A guardian's session: its cookie and the token of its forms."""

    cookie: str
    token: str


@dataclass(frozen=True)
class ChoosingSchool:
    """What was built: the selection, seats by course id, the families in a fixed order."""

    selection_id: int
    seats: Mapping[int, int]
    families: tuple[Household, ...]


def build(app: Flask, *, children: int, courses: int = 27, seats: int = 80) -> ChoosingSchool:
    """Write it and commit; every course has so many seats."""
    with app.app_context(), transaction():
        start = school_year_start(today())
        year = SchoolYear(start_year=start)
        term = Term(school_year=year, number=1, starts_on=today() - timedelta(60), ends_on=today() + timedelta(60))
        classes = [SchoolClass(entry_year=start - number % 6, number=number // 6 + 1) for number in range(48)]
        db.session.add_all([year, term, *classes])
        db.session.flush()
        offered = [_course(number, term.id, seats) for number in range(courses)]
        selection = Selection(term_id=term.id, has_wishes=False, state=SelectionState.ANNOUNCED, announced_at=now())
        selection.windows = [
            SelectionWindow(phase=Phase.OPEN, grade=0, opens_at=now() - timedelta(hours=1), closes_at=now() + timedelta(days=1))
        ]
        db.session.add_all([*offered, selection])
        db.session.flush()
        _insert_families(children, [one.id for one in classes], selection.id)
        families = _families(children, offered)
        return ChoosingSchool(selection.id, {one.id: one.capacity for one in offered}, families)


def sign_in_all(app: Flask, families: tuple[Household, ...]) -> dict[int, SignedIn]:
    """A session for each guardian by user id, made by the application as at sign-in; no password is hashed for it."""
    return {one.user_id: _sign_in(app, one.user_id) for one in families}


def _sign_in(app: Flask, user_id: int) -> SignedIn:
    with app.test_request_context("/"):
        start_session(user_id)
        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(dict(session))}"
    return SignedIn(cookie, token)


def _course(number: int, term_id: int, seats: int) -> Course:
    families = tuple(Family)
    return Course(
        term_id=term_id,
        code=f"K{number + 1:02}",
        name=f"课程{number + 1}",
        family=families[number % len(families)],
        state=CourseState.LISTED,
        description="每周一次，作品期末展出。",
        room=f"活动室{number + 1}",
        grades=GRADES[number % 3],
        capacity=seats,
        first_on=today() + timedelta(7),
        last_on=today() + timedelta(50),
        fee_note="免费",
        safety_note="在教室集合，由老师送到校门口。",
        outside_teacher="陈老师",
        meetings=[CourseMeeting(weekday=number % 5 + 1, starts_at=16 * 60, ends_at=17 * 60 + 30)],
    )


def _insert_families(children: int, class_ids: list[int], selection_id: int) -> None:
    """Rows with numbers of our own choosing, counted from 1; child n is in class n of the row of classes."""
    numbers = range(1, children + 1)
    since = today() - timedelta(60)
    user = {"password_hash": None, "session_epoch": 1, "code_serial": 0, "is_active": True, "created_at": now()}
    consent = {"selection_id": selection_id, "version": 1, "given_at": now()}
    rows: dict[type, list[dict[str, Any]]] = {
        User: [{"id": n, "login": f"139{n:08}", "display_name": f"家长{n}", **user} for n in numbers],
        RoleGrant: [{"user_id": n, "role": Role.GUARDIAN, "starts_on": since} for n in numbers],
        Pupil: [{"id": n, "name": f"学生{n}"} for n in numbers],
        Guardian: [{"id": n, "name": f"家长{n}", "phone": f"139{n:08}", "user_id": n} for n in numbers],
        Guardianship: [{"pupil_id": n, "guardian_id": n, "relation": Relation.MOTHER, "position": 1} for n in numbers],
        ClassMembership: [{"pupil_id": n, "class_id": class_ids[n % len(class_ids)], "starts_on": since} for n in numbers],
        CourseConsent: [{"pupil_id": n, "given_by": n, **consent} for n in numbers],
    }
    for model, values in rows.items():
        db.session.execute(insert(model), values)


def _families(children: int, offered: list[Course]) -> tuple[Household, ...]:
    chance = Random(27)
    return tuple(Household(n, n, _wishes(n % 6 + 1, offered, chance)) for n in range(1, children + 1))


def _wishes(grade: int, offered: list[Course], chance: Random) -> tuple[int, ...]:
    """Five courses of a grade; the last of the list is twice as dear as the first."""
    fitting = [one for one in offered if grade in one.grades]
    wished: dict[int, None] = {}
    weights = list(accumulate(1 + number / len(fitting) for number in range(len(fitting))))
    while len(wished) < min(WISHES, len(fitting)):
        wished[chance.choices(fitting, cum_weights=weights)[0].id] = None
    return tuple(wished)
