"""Home visits of both classes: recorded, looked at and not, withdrawn, followed up, planned; each of their texts is marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from school.accounts.models import User
from school.audit.service import Actor
from school.clock import now
from school.db import db, transaction
from school.parentschool.enums import VisitMode
from school.parentschool.models import FollowUp, HomeVisit, PlannedVisit, VisitLook
from school.parentschool.rules.visits import FollowUpValues, VisitValues
from school.parentschool.service import visits, visits_plan
from school.people.models import ClassMembership, Pupil, SchoolClass, Teacher
from school.permissions import Role
from tests.homework.small_school import SEPTEMBER, WEDNESDAY, SmallSchool
from tests.sweeps.target import Target

ASKED, KEPT = "静候良缘", "暗香疏影"  # what a search is asked for, and what stands right after it in every text of a visit
MARK = ASKED + KEPT
TEXTS = ("place", "met", "purpose", "at_school", "at_home", "wishes", "measures")
READERS = (Role.HOMEROOM_TEACHER, Role.MORAL_OFFICE, Role.PRINCIPAL)


@dataclass
class VisitTown:
    """The visits: of 三年级2班 one that all readers have looked at, one that nobody has, one withdrawn; one of 一年级1班."""

    looked: HomeVisit
    closed: HomeVisit
    withdrawn: HomeVisit
    other: HomeVisit
    planned: PlannedVisit
    other_planned: PlannedVisit


def build_visits(school: SmallSchool, people: Mapping[str, User], mine: Pupil, other: Pupil) -> VisitTown:
    """Write everything a page of home visits may show; `people` are by role, `mine` of 三年级2班, `other` of 一年级1班."""
    liu, bai = school.liu, school.bai
    found = VisitTown(
        looked=_record(mine, liu, school.liu_teacher, "looked", date(2026, 10, 16), owner=people["principal"]),
        closed=_record(mine, liu, school.liu_teacher, "closed", date(2026, 11, 20), owner=liu),
        withdrawn=_record(mine, liu, school.liu_teacher, "withdrawn", date(2026, 9, 18), owner=people["moral_office"]),
        other=_record(other, bai, school.bai_teacher, "other", date(2026, 11, 13), owner=bai),
        planned=_plan(school.third_2, mine, liu),
        other_planned=_plan(school.first_1, other, bai),
    )
    _drop(school.third_2, mine, liu)
    found.planned = _plan(school.third_2, mine, liu)
    with transaction():
        visits.finish_follow_up(found.looked.id, found.looked.follow_ups[0].id, f"已谈{MARK}", actor=_actor(liu))
        visits.add_follow_up(found.looked.id, _promise(liu), revision=2, actor=_actor(liu))
        visits.finish_follow_up(found.withdrawn.id, found.withdrawn.follow_ups[0].id, f"已谈{MARK}", actor=_actor(liu))
        visits.withdraw_visit(found.withdrawn.id, f"写错{MARK}", actor=_actor(liu))
        for visit in (found.looked, found.withdrawn):
            for reader in (*(people[role.value] for role in READERS), bai):
                look(visit, reader)
    return found


def visit_rows(town: VisitTown) -> dict[frozenset[str], list[Target]]:
    """The rows of home visits."""
    named = {
        "看过的家访": town.looked,
        "没看过的家访": town.closed,
        "撤回的家访": town.withdrawn,
        "一年级1班的家访": town.other,
    }
    return {
        frozenset({"visit_id"}): [Target(words, {"visit_id": one.id}) for words, one in named.items()],
        frozenset({"visit_id", "follow_up_id"}): [
            *(
                Target(f"{words}的跟进", {"visit_id": one.id, "follow_up_id": one.follow_ups[-1].id})
                for words, one in named.items()
            ),
            Target("别的家访的跟进", {"visit_id": town.looked.id, "follow_up_id": town.other.follow_ups[0].id}),
        ],
        frozenset({"planned_id"}): [
            Target("三年级2班的计划", {"planned_id": town.planned.id}),
            Target("一年级1班的计划", {"planned_id": town.other_planned.id}),
        ],
    }


def grow_visits(number: int) -> None:
    """One more of everything a page of home visits lists."""
    liu = db.session.query(User).filter_by(login="T002").one()
    teacher = db.session.query(Teacher).filter_by(user_id=liu.id).one()
    third_2 = db.session.query(SchoolClass).filter_by(entry_year=2024, number=2).one()
    visit = db.session.query(HomeVisit).order_by(HomeVisit.id).first()
    assert visit is not None
    pupil = Pupil(name=f"访童{number}")
    db.session.add(ClassMembership(pupil=pupil, class_id=third_2.id, starts_on=SEPTEMBER))
    db.session.flush()
    facts = {"class_id": third_2.id, "school_year_id": visit.school_year_id}
    db.session.add(PlannedVisit(pupil_id=pupil.id, planned_on=WEDNESDAY + timedelta(9), **facts))
    for pupil_id, key in ((pupil.id, "new"), (visit.pupil_id, "again")):
        made = HomeVisit(
            pupil_id=pupil_id,
            on_day=date(2026, 11, 19),
            began_at=time(18, 0),
            minutes=30,
            mode=VisitMode.PHONE,
            teacher_ids=[teacher.id],
            met="母亲",
            purpose="了解情况",
            at_home="自己整理书包",
            recorded_by=liu.id,
            recorded_at=now(),
            submission_key=f"grown-{key}-{number}",
            **facts,
        )
        made.follow_ups = [FollowUp(what="再谈", owner_id=liu.id, due_on=WEDNESDAY + timedelta(5))]
        db.session.add(made)
    db.session.flush()
    visit.follow_ups.append(FollowUp(what="再谈", owner_id=liu.id, due_on=WEDNESDAY + timedelta(5)))
    for user in db.session.query(User).filter(User.id.in_(db.session.query(VisitLook.user_id))):
        look(visit, user)
    db.session.flush()


def look(visit: HomeVisit, user: User) -> None:
    """A look of this moment, which lasts."""
    db.session.add(VisitLook(visit_id=visit.id, user_id=user.id, looked_at=now()))
    db.session.flush()


def _record(pupil: Pupil, user: User, teacher: Teacher, key: str, day: date, *, owner: User) -> HomeVisit:
    """A visit whose every text is marked, with something to be done by `owner`."""
    facts = {"on_day": day, "began_at": time(18, 30), "minutes": 40, "mode": VisitMode.HOME, "teacher_ids": (teacher.id,)}
    values = VisitValues(**facts, **{name: f"文{MARK}" for name in TEXTS})
    with transaction():
        return visits.record_visit(pupil.id, values, _promise(owner), key=key, writes_in=None, actor=_actor(user))


def _promise(owner: User) -> FollowUpValues:
    return FollowUpValues(f"再谈{MARK}", owner.id, WEDNESDAY + timedelta(14))


def _plan(school_class: SchoolClass, pupil: Pupil, user: User) -> PlannedVisit:
    with transaction():
        visits_plan.plan_visits(school_class, [pupil.id], WEDNESDAY + timedelta(7), VisitMode.HOME, actor=_actor(user))
    return db.session.query(PlannedVisit).order_by(PlannedVisit.id.desc()).first()  # type: ignore[return-value]


def _drop(school_class: SchoolClass, pupil: Pupil, user: User) -> None:
    """Take a pupil's visit off the plan, with a marked reason."""
    row = db.session.query(PlannedVisit).filter_by(pupil_id=pupil.id, class_id=school_class.id, held_as_id=None).one()
    with transaction():
        visits_plan.drop_plan(row.id, f"改期{MARK}", actor=_actor(user))


def _actor(user: User) -> Actor:
    return Actor(user.id, user.display_name)
