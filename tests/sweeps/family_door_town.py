"""Attendance at parent school: a session for all at whose door people stand now, one for 一年级 alone, one that is over.

孙家长 was at the one that is over, has not answered yet, holds a certificate and shares what was read; so does 苏家长 of
一年级1班, whose things are none of the business of the people in the columns but the offices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from school.accounts.models import User
from school.calendar.models import SchoolYear
from school.clock import at, now
from school.db import db, transaction
from school.parentschool.enums import CheckInMethod, EventKind, ReadingState, SessionState, SignUpState
from school.parentschool.models import (
    FamilyPresence,
    ParentCertificate,
    ParentSession,
    ReadingNote,
    SessionDate,
    SessionFeedback,
    SignUp,
)
from school.parentschool.rules.door import token_of
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass
from tests.homework.small_school import SEPTEMBER, WEDNESDAY, SmallSchool
from tests.sweeps.target import Target

if TYPE_CHECKING:
    from tests.sweeps.town import Town

NOW = at(WEDNESDAY, 14)  # when the session of today begins
OVER = NOW - timedelta(days=7)
TEXT = "孩子睡前我们一起读了三章。"


@dataclass(frozen=True)
class DoorTown:
    """The three dates, somebody's presence of each class, certificates and notes of 孙家长 and of another guardian."""

    everybody: SessionDate
    first: SessionDate
    over: SessionDate
    presence: FamilyPresence
    other_presence: FamilyPresence
    certificate: ParentCertificate
    other_certificate: ParentCertificate
    note: ReadingNote
    other_note: ReadingNote


def build_door(school: SmallSchool, sun: User, mine: Pupil) -> DoorTown:
    """Write everything a page of attendance may show; `mine` is 孙家长's child."""
    year = db.session.query(SchoolYear).filter_by(start_year=2026).one().id
    with transaction():
        mother = db.session.query(Guardian).filter_by(user_id=sun.id).one()
        families = [(mine, mother), *(_add_family(f"客{number}", school.third_1) for number in range(5))]
        strange = _add_family("苏", school.first_1)
        everybody = _add_session(year, "怎样陪孩子写作业", NOW)
        first = _add_session(year, "刚上学的孩子", NOW, grades=[1])
        over = _add_session(year, "亲子阅读", OVER, presence_closed_at=OVER + timedelta(hours=3))
        for number, (pupil, guardian) in enumerate((*families, strange)):
            state = SignUpState.WAITING if number == 5 else SignUpState.SEATED
            _add_sign_up(everybody, pupil, guardian, state)
        _add_presence(everybody, *families[1], school.third_1)
        other_presence = _add_presence(everybody, *strange, school.first_1)
        presence = _add_presence(over, mine, mother, school.third_2)
        for pupil, guardian in families[1:]:
            _add_presence(over, pupil, guardian, school.third_1, has_answered=True)
            _add_answer(over, guardian.id)
        made = DoorTown(
            everybody,
            first,
            over,
            presence,
            other_presence,
            certificate=_add_certificate(year, mother, 1),
            other_certificate=_add_certificate(year, strange[1], 2),
            note=_add_note(mother, mine, school.third_2, ReadingState.SUBMITTED, "爱的教育"),
            other_note=_add_note(strange[1], strange[0], school.first_1, ReadingState.SUBMITTED, "小王子"),
        )
        _add_note(mother, mine, school.third_2, ReadingState.RETURNED, "论语")
        father = Guardian(name="孙父亲")
        db.session.add(father)
        db.session.flush()
        db.session.add(Guardianship(pupil_id=mine.id, guardian_id=father.id, relation=Relation.FATHER))
        _add_note(father, mine, school.third_2, ReadingState.APPROVED, "西游记")
    return made


def door_rows(town: DoorTown) -> dict[frozenset[str], list[Target]]:
    """The rows of attendance, by the names of the values an address needs."""
    return {
        frozenset({"presence_id"}): [
            Target("三年级2班的签到", {"presence_id": town.presence.id}),
            Target("一年级1班的签到", {"presence_id": town.other_presence.id}),
        ],
        frozenset({"certificate_id"}): [
            Target("孙家长的证书", {"certificate_id": town.certificate.id}),
            Target("别人的证书", {"certificate_id": town.other_certificate.id}),
        ],
        frozenset({"note_id"}): [
            Target("孙家长的分享", {"note_id": town.note.id}),
            Target("一年级1班的分享", {"note_id": town.other_note.id}),
        ],
    }


def door_special(town: DoorTown) -> Mapping[str, list[Target]]:
    """The rows of addresses that take a date, for which it matters what kind of date it is."""
    dates = [
        Target("全校的场次", {"date_id": town.everybody.id}),
        Target("一年级的场次", {"date_id": town.first.id}),
        Target("已结束的场次", {"date_id": town.over.id}),
    ]
    token = token_of(town.everybody.door_secret, town.everybody.id, at(WEDNESDAY, 15))
    endpoints = ("door", "presence", "tick_presence", "presence_sheet", "walk_in", "close_presence", "arrive")
    return {f"parentschool.{one}": dates for one in endpoints} | {
        "parentschool.answer": [
            Target("孙家长到过的场次", {"date_id": town.over.id}),
            Target("孙家长没到的场次", {"date_id": town.everybody.id}),
        ],
        "parentschool.here": [Target("这一分钟的码", {"date_id": town.everybody.id, "token": token})],
        "parentschool.session_feedback": [Target("已结束的活动", {"session_id": town.over.session_id})],
    }


def door_pages(town: "Town") -> Iterator[tuple[str, str]]:
    """What a guardian's phone shows after a scan, before and after the button, and what it shows after an answer."""
    scan, client = town.targets("parentschool.here")[0], town.client("guardian")
    old = town.url("parentschool.here", Target("换掉了的码", {**scan.values, "token": "0" * 32}))
    yield "a code that was changed", client.get(old).text
    led = client.get(town.url("parentschool.here", scan))
    yield "after a scan", client.get(led.headers["Location"]).text
    arrive = led.headers["Location"]
    yield "a refused tap", client.post_form(arrive, {"adults": "9"}).text
    with town.app.app_context():
        mother = db.session.query(Guardian).filter_by(name="孙家长").one()
        date = db.session.get_one(SessionDate, scan.values["date_id"])
        pupil = mother.guardianships[0].pupil
        _add_presence(date, pupil, mother, pupil.memberships[0].school_class)
        db.session.query(FamilyPresence).update({"has_answered": True})
        db.session.commit()
        db.session.remove()
    yield "after the button", client.get(arrive).text
    answered = town.url("parentschool.answer", town.targets("parentschool.answer")[0])
    yield "after an answer", client.get(answered).text
    town.restore()


def grow_door(number: int) -> None:
    """One more of everything a page of attendance lists."""
    year = db.session.query(SchoolYear).filter_by(start_year=2026).one().id
    third_1, third_2 = (db.session.query(SchoolClass).filter_by(entry_year=2024, number=one).one() for one in (1, 2))
    mother = db.session.query(Guardian).filter_by(name="孙家长").one()
    mine = db.session.query(Pupil).filter(Pupil.memberships.any(class_id=third_2.id)).order_by(Pupil.id).first()
    assert mine is not None
    today = db.session.query(SessionDate).filter_by(starts_at=NOW).order_by(SessionDate.id).first()
    assert today is not None
    _add_session(year, f"今天的活动{number}", NOW, class_ids=[third_2.id])
    over = _add_session(year, f"办过的活动{number}", OVER - timedelta(days=number + 1))
    _add_presence(over, mine, mother, third_2)
    for named in ("来", "没来", "候补"):
        family = _add_family(f"{named}{number}", third_2)
        _add_sign_up(today, *family, SignUpState.WAITING if named == "候补" else SignUpState.SEATED)
        if named == "来":
            _add_presence(today, *family, third_2)
        _add_note(*family[::-1], third_2, ReadingState.APPROVED, f"{named}的书{number}")
        _add_certificate(year, family[1], 100 + 3 * number + ("来", "没来", "候补").index(named))
    _add_presence(today, *_add_family(f"没报名{number}", third_1), third_1)
    for answered in range(5):
        _add_answer(over, 1000 * number + answered)
    for state in (ReadingState.SUBMITTED, ReadingState.RETURNED, ReadingState.APPROVED):
        _add_note(mother, mine, third_2, state, f"又一本{state.value}{number}")
    db.session.flush()


def _add_session(year: int, topic: str, starts_at: datetime, **facts: object) -> SessionDate:
    own = {name: facts.pop(name) for name in ("grades", "class_ids") if name in facts}
    session = ParentSession(
        school_year_id=year,
        kind=EventKind.SALON,
        topic=topic,
        guest="王医生",
        sign_up_opens_at=starts_at - timedelta(days=9),
        sign_up_closes_at=starts_at - timedelta(days=1),
        state=SessionState.ANNOUNCED,
        announced_at=starts_at - timedelta(days=9),
        created_at=starts_at - timedelta(days=10),
        **own,
    )
    db.session.add(session)
    db.session.flush()
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    date = SessionDate(session_id=session.id, place="多功能厅", chairs=5, door_secret=f"secret {session.id}", **times, **facts)
    db.session.add(date)
    db.session.flush()
    return date


def _add_family(name: str, school_class: SchoolClass) -> tuple[Pupil, Guardian]:
    pupil, guardian = Pupil(name=f"{name}小朋友"), Guardian(name=f"{name}家长", phone=None)
    db.session.add_all([pupil, guardian])
    db.session.flush()
    db.session.add(ClassMembership(pupil_id=pupil.id, class_id=school_class.id, starts_on=SEPTEMBER))
    db.session.add(Guardianship(pupil_id=pupil.id, guardian_id=guardian.id, relation=Relation.MOTHER))
    db.session.flush()
    return pupil, guardian


def _add_sign_up(date: SessionDate, pupil: Pupil, guardian: Guardian, state: SignUpState) -> None:
    ids = {"session_id": date.session_id, "date_id": date.id, "guardian_id": guardian.id, "pupil_id": pupil.id}
    db.session.add(SignUp(family=pupil.id, adults=1, state=state, joined_at=now(), **ids))
    db.session.flush()


def _add_presence(
    date: SessionDate, pupil: Pupil, guardian: Guardian, school_class: SchoolClass, *, has_answered: bool = False
) -> FamilyPresence:
    presence = FamilyPresence(
        date_id=date.id,
        guardian_id=guardian.id,
        pupil_id=pupil.id,
        class_id=school_class.id,
        family=pupil.id,
        adults=1,
        method=CheckInMethod.LIST,
        noted_at=date.starts_at,
        has_answered=has_answered,
    )
    db.session.add(presence)
    db.session.flush()
    return presence


def _add_answer(date: SessionDate, number: int) -> None:
    facts = {"stars": number % 5 + 1, "text": f"讲得好，第{number}份", "is_shown": True}
    db.session.add(SessionFeedback(id=f"{date.id * 100_000 + number:032}", date_id=date.id, **facts))


def _add_certificate(year: int, guardian: Guardian, number: int) -> ParentCertificate:
    facts = {"number": f"JZ-2026-{number:04}", "sessions": 6, "minutes": 540, "issued_at": now()}
    issued = ParentCertificate(guardian_id=guardian.id, school_year_id=year, **facts)
    db.session.add(issued)
    db.session.flush()
    return issued


def _add_note(guardian: Guardian, pupil: Pupil, school_class: SchoolClass, state: ReadingState, book: str) -> ReadingNote:
    note = ReadingNote(
        guardian_id=guardian.id,
        pupil_id=pupil.id,
        class_id=school_class.id,
        book=book,
        text=TEXT,
        may_show=True,
        may_name=True,
        state=state,
        state_reason="请再写几句" if state is ReadingState.RETURNED else "",
        submission_key=f"town-{book}",
        written_at=now(),
        moderated_at=None if state is ReadingState.SUBMITTED else now(),
    )
    db.session.add(note)
    db.session.flush()
    return note
