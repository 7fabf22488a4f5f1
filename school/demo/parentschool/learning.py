"""The demo's certificates of last school year, and what families read."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select

from school.db import db
from school.demo.dice import dice
from school.demo.parentschool.programme import BOOKS
from school.demo.parentschool.stage import FamilyStage
from school.parentschool.enums import ReadingState
from school.parentschool.models import FamilyPresence, ParentCertificate, ParentSession, ReadingNote, SessionDate
from school.parentschool.rules.learning import certificate_number
from school.people.service.importing.bulk import insert_all
from school.preferences.queries import get_preferences

ISSUED, NOTES = 12, 40


def play_learning(stage: FamilyStage) -> None:
    """Twelve certificates, and forty reading notes of this term in every state."""
    _issue(stage)
    _write_notes(stage)


def _issue(stage: FamilyStage) -> None:
    """To the first twelve guardians who had enough settled sessions in the school year of last term."""
    year = stage.base.before.school_year
    wanted = get_preferences().parent_certificate_sessions
    statement = (
        select(FamilyPresence.guardian_id, SessionDate.starts_at, SessionDate.ends_at, SessionDate.presence_closed_at)
        .join(SessionDate, SessionDate.id == FamilyPresence.date_id)
        .join(ParentSession, ParentSession.id == SessionDate.session_id)
        .where(SessionDate.presence_closed_at.is_not(None), ParentSession.school_year_id == year.id)
        .order_by(SessionDate.starts_at, FamilyPresence.guardian_id)
    )
    attended: dict[int, list[int]] = defaultdict(list)
    issues = []
    for guardian_id, starts, ends, closed in db.session.execute(statement):
        attended[guardian_id].append(int((ends - starts).total_seconds()) // 60)
        if len(attended[guardian_id]) == wanted and len(issues) < ISSUED:
            issues.append((min(closed + timedelta(hours=9), stage.now), guardian_id, sum(attended[guardian_id])))
    rows = [
        {
            "guardian_id": guardian_id,
            "school_year_id": year.id,
            "number": certificate_number(year.start_year, serial),
            "sessions": wanted,
            "minutes": minutes,
            "issued_at": issued,
        }
        for serial, (issued, guardian_id, minutes) in enumerate(issues, start=1)
    ]
    insert_all(ParentCertificate, rows)


def _write_notes(stage: FamilyStage) -> None:
    random = dice("reading notes")
    today = stage.now.date()
    homerooms = _homeroom_users(stage)
    rows = []
    for number, household in enumerate(random.sample(list(stage.households), NOTES)):
        child = household.child_on(today, ())
        written = stage.now - timedelta(days=1 + number, hours=random.randrange(1, 9))
        if child is None or written.date() < stage.base.term.starts_on:
            continue
        book, author, text = BOOKS[number % len(BOOKS)]
        state = ReadingState.SUBMITTED if number < 6 else ReadingState.RETURNED if number == 9 else ReadingState.APPROVED
        may_show = number % 5 != 4
        rows.append(
            {
                "guardian_id": household.guardians[0][0],
                "pupil_id": child[0],
                "class_id": child[1],
                "book": book,
                "author": author,
                "text": text,
                "may_show": may_show,
                "may_name": may_show and number % 3 == 0,
                "state": state,
                "state_reason": "写到了别人家孩子的名字，请改成“同学”。" if state is ReadingState.RETURNED else "",
                "submission_key": f"demo-{number}",
                "written_at": written,
                "moderated_at": None if state is ReadingState.SUBMITTED else written + timedelta(hours=10),
                "moderated_by": None if state is ReadingState.SUBMITTED else homerooms[child[1]],
                "revision": 1 if state is ReadingState.SUBMITTED else 2,
            }
        )
    insert_all(ReadingNote, sorted(rows, key=lambda row: row["written_at"]))


def _homeroom_users(stage: FamilyStage) -> dict[int, int | None]:
    """The homeroom teacher's account by class."""
    staff = stage.base.staff
    return {staff.classes[place].id: teacher.user_id for place, teacher in staff.homerooms.items()}
