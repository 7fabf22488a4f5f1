"""Reading what the school has for a pupils' list, and writing what its plan says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, update

from school.clock import today
from school.db import db
from school.people.enums import MembershipEnd
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass
from school.people.queries import snapshots
from school.people.queries.snapshots import guardians_with_users
from school.people.rules import ClassKey
from school.people.service.importing.bulk import Report, add_users, grant_all, insert_all, nothing
from school.people.service.importing.logins import LoginNames
from school.people.service.importing.pupil_matching import KnownGuardian, KnownPupil
from school.people.service.importing.pupil_plan import PupilAction, PupilPlan, PupilSnapshot
from school.people.service.importing.pupil_rows import GuardianRow
from school.permissions import Role


def read_pupil_snapshot() -> PupilSnapshot:
    """All pupils with class and guardians, and what else a list is compared with."""
    places = snapshots.last_memberships()
    guardians = snapshots.guardians_by_pupil()
    pupils = [
        KnownPupil(*row, *_place(places.get(row[0])), tuple(KnownGuardian(*one) for one in guardians.get(row[0], ())))
        for row in snapshots.pupil_rows()
    ]
    return PupilSnapshot(
        classes=snapshots.class_ids(),
        inhabited=frozenset(pupil.key for pupil in pupils if pupil.key),
        pupils=pupils,
        guardians=snapshots.guardian_ids(),
        staff=snapshots.staff_users(),
        logins=snapshots.login_names(),
    )


def _place(found: tuple | None) -> tuple[ClassKey | None, int | None, date | None, str | None]:
    if found is None:
        return None, None, None, None
    key, membership_id, starts_on, ends_on, seat = found
    return (key, membership_id, starts_on, seat) if ends_on is None else (key, None, None, seat)


def add_classes(keys: Iterable[ClassKey]) -> dict[ClassKey, int]:
    """Create the classes that do not exist yet; answers all classes by key."""
    known = snapshots.class_ids()
    new = [key for key in dict.fromkeys(keys) if key not in known]
    ids = insert_all(SchoolClass, [{"entry_year": key.entry_year, "number": key.number} for key in new])
    return known | dict(zip(new, ids, strict=True))


def write_pupils(plan: PupilPlan, snapshot: PupilSnapshot, *, first_day: date, report: Report = nothing) -> None:
    """Write the plan. New pupils of a class that had none are in it since `first_day` or today if earlier, others from today."""
    classes = add_classes(plan.class_keys)
    day = today()
    news = [action for action in plan.actions if action.known is None]
    columns = [{"name": a.row.name, "gender": a.row.gender, "register_number": a.row.register_number} for a in news]
    _free_register_numbers(plan.actions)
    ids = insert_all(Pupil, columns, what="写入学生", report=report)
    pupil_ids = {a.row.row_number: pupil_id for a, pupil_id in zip(news, ids, strict=True)}
    pupil_ids |= {a.row.row_number: a.known.id for a in plan.actions if a.known}
    _write_changes(plan.actions, day)
    rows = [
        {
            "pupil_id": pupil_ids[a.row.row_number],
            "class_id": classes[a.row.key],
            "number_in_class": a.row.number_in_class,
            "starts_on": day if a.known or a.row.key in snapshot.inhabited else min(first_day, day),
        }
        for a in plan.actions
        if a.known is None or (a.is_new_place and not _is_moved_in_place(a, day))
    ]
    insert_all(ClassMembership, rows, what="编入班级", report=report)
    for action in plan.actions:
        if action.known and _is_moved_in_place(action, day):
            _update(ClassMembership, action.known.membership_id, class_id=classes[action.row.key])
    logins = LoginNames(snapshot.logins)
    _change_phones(plan.new_phones, logins)
    _write_guardians(plan.actions, pupil_ids, snapshot, logins, report)


def _free_register_numbers(actions: Sequence[PupilAction]) -> None:
    """Take changing numbers away first, so that two pupils may exchange theirs."""
    for action in actions:
        if action.known and "register_number" in action.columns:
            _update(Pupil, action.known.id, register_number=None)


def _is_moved_in_place(action: PupilAction, day: date) -> bool:
    """Somebody who came into a wrong class today never was there: the row is corrected, not ended."""
    known = action.known
    return bool(action.is_new_place and known and known.membership_id and known.starts_on and known.starts_on >= day)


def _write_changes(actions: Sequence[PupilAction], day: date) -> None:
    for action in actions:
        known = action.known
        if known is None:
            continue
        if action.columns:
            _update(Pupil, known.id, **action.columns)
        if action.has_new_seat or (_is_moved_in_place(action, day) and action.row.number_in_class):
            _update(ClassMembership, known.membership_id, number_in_class=action.row.number_in_class)
        if action.is_new_place and known.membership_id and not _is_moved_in_place(action, day):
            _update(
                ClassMembership,
                known.membership_id,
                ends_on=day - timedelta(days=1),
                end_reason=MembershipEnd.MOVED_CLASS,
            )


def _update(model: type, row_id: int | None, **columns: object) -> None:
    statement = update(model).where(model.id == row_id).values(**columns)  # type: ignore[attr-defined]
    db.session.execute(statement.execution_options(synchronize_session=False))


def _change_phones(new_phones: dict[int, str], logins: LoginNames) -> None:
    """A guardian's new number; who signs in with the old one signs in with the new one."""
    for guardian, user in guardians_with_users(new_phones):
        if user and guardian.phone and user.login.split("-")[0] == guardian.phone:
            user.login = logins.give(new_phones[guardian.id])
        guardian.phone = new_phones[guardian.id]
    db.session.flush()


@dataclass(frozen=True)
class _Link:
    pupil_id: int
    guardian: GuardianRow


def _write_guardians(
    actions: Sequence[PupilAction],
    pupil_ids: dict[int, int],
    snapshot: PupilSnapshot,
    logins: LoginNames,
    report: Report,
) -> None:
    gone = [guardian.guardianship_id for action in actions for guardian in action.gone_guardians]
    if gone:
        db.session.execute(delete(Guardianship).where(Guardianship.id.in_(gone)).execution_options(synchronize_session=False))
    for action in actions:
        for guardianship_id, relation in action.relations.items():
            _update(Guardianship, guardianship_id, relation=relation)
    links = [_Link(pupil_ids[a.row.row_number], guardian) for a in actions for guardian in a.new_guardians]
    with_phone = [link for link in links if link.guardian.phone is not None]
    ids = _guardian_ids(with_phone, snapshot, logins, report)
    rows = [_guardianship(link, ids[link.guardian.phone or "", link.guardian.name]) for link in with_phone]
    without = [link for link in links if link.guardian.phone is None]
    new_ids = insert_all(Guardian, [{"name": link.guardian.name, "phone": None, "user_id": None} for link in without])
    rows += [_guardianship(link, guardian_id) for link, guardian_id in zip(without, new_ids, strict=True)]
    insert_all(Guardianship, rows, what="登记监护人", report=report)


def _guardianship(link: _Link, guardian_id: int) -> dict[str, object]:
    return {
        "pupil_id": link.pupil_id,
        "guardian_id": guardian_id,
        "relation": link.guardian.relation,
        "position": link.guardian.position,
    }


def _guardian_ids(
    links: Sequence[_Link], snapshot: PupilSnapshot, logins: LoginNames, report: Report
) -> dict[tuple[str, str], int]:
    """Ids by phone and name; whoever is new gets an account, or uses the one they have as a teacher."""
    known = dict(snapshot.guardians)
    keys = dict.fromkeys((link.guardian.phone or "", link.guardian.name) for link in links)
    new = [key for key in keys if key not in known]
    users = {key: snapshot.staff[key] for key in new if key in snapshot.staff}
    strangers = [key for key in new if key not in users]
    made = add_users([(logins.give(phone), name) for phone, name in strangers], report=report)
    users |= dict(zip(strangers, made, strict=True))
    grant_all([users[key] for key in new], Role.GUARDIAN, starts_on=today())
    ids = insert_all(Guardian, [{"phone": phone, "name": name, "user_id": users[phone, name]} for phone, name in new])
    return known | dict(zip(new, ids, strict=True))
