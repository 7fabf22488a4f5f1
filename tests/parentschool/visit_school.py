"""Home visits in a school small enough to read: 三年级2班 of 刘老师 with three pupils, 一年级1班 of 白老师 with one.

韩主任 is the moral-education office, 王校长 the principal. Of 三年级2班: 乌云其木格 (孙家长's child), 张小禾, 李一诺.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from school.accounts.models import User
from school.audit.service import Actor
from school.calendar.models import SchoolYear
from school.db import db, transaction
from school.errors import Refused
from school.parentschool.enums import VisitMode
from school.parentschool.models import HomeVisit
from school.parentschool.queries.visits_frames import coverage
from school.parentschool.rules.visits import FollowUpValues, VisitValues
from school.parentschool.service import visits as service
from school.parentschool.service.visits_plan import plan_visits
from school.people.models import ClassMembership, Pupil, SchoolClass
from school.permissions import Role
from tests.accounts.cast import somebody
from tests.homework.small_school import SEPTEMBER, WEDNESDAY, SmallSchool, build

FRIDAY, DECEMBER = date(2026, 11, 20), date(2026, 12, 4)
SECRETS = {
    "met": "母亲和外婆在场",
    "purpose": "了解情绪波动的原因",
    "at_school": "课间常独坐不语",
    "at_home": "父亲在外地务工",
    "wishes": "盼老师多鼓励孩子",
    "measures": "每周谈心一回合",
}
FOLLOW_UP = "联系心理老师会谈"
RESULT = "已谈过两回状态好转"
WITHDRAWN = "写错了孩子名字的缘故"
TEXTS = (*SECRETS.values(), FOLLOW_UP, RESULT, WITHDRAWN)


@dataclass
class VisitSchool:
    """The small school with pupils to visit, and who may see visits."""

    school: SmallSchool
    year: SchoolYear
    moral: User
    administrator: User
    wuyun: Pupil
    xiaohe: Pupil
    yinuo: Pupil
    stranger: Pupil

    def actor(self, user: User) -> Actor:
        """A user as who acts."""
        return Actor(user.id, user.display_name)

    def values(self, **changes: Any) -> VisitValues:
        """A visit of last Friday by 刘老师, with anything changed."""
        present = VisitValues(
            on_day=FRIDAY,
            began_at=time(18, 30),
            minutes=40,
            mode=VisitMode.HOME,
            place="家中",
            teacher_ids=(self.school.liu_teacher.id,),
            **SECRETS,
        )
        return replace(present, **changes)

    def follow_up(self, **changes: Any) -> FollowUpValues:
        """What 刘老师 is to do by December, with anything changed."""
        return replace(FollowUpValues(FOLLOW_UP, self.school.liu.id, DECEMBER), **changes)

    def record(self, pupil: Pupil, key: str = "key", user: User | None = None, **changes: Any) -> HomeVisit:
        """A visit that 刘老师, or another, recorded, with a follow-up of their own."""
        actor, values = self.actor(user or self.school.liu), self.values(**changes)
        promised = self.follow_up(owner_id=actor.user_id)
        with transaction():
            return service.record_visit(pupil.id, values, promised, key=key, writes_in=None, actor=actor)


def build_visits() -> VisitSchool:
    """Write it into the database."""
    school = build()
    year = db.session.query(SchoolYear).filter_by(start_year=2026).one()
    wuyun = db.session.query(Pupil).filter(Pupil.memberships.any(class_id=school.third_2.id)).one()
    xiaohe, yinuo = add_pupil("张小禾", school.third_2), add_pupil("李一诺", school.third_2)
    stranger = add_pupil("巴特尔", school.first_1)
    moral = somebody("韩主任", "han", Role.MORAL_OFFICE)
    administrator = somebody("周管理", "zhou", Role.ADMINISTRATOR)
    return VisitSchool(school, year, moral, administrator, wuyun, xiaohe, yinuo, stranger)


def add_pupil(name: str, school_class: SchoolClass) -> Pupil:
    """One more pupil of a class since September."""
    pupil = Pupil(name=name)
    db.session.add(ClassMembership(pupil=pupil, class_id=school_class.id, starts_on=SEPTEMBER))
    db.session.commit()
    return pupil


def move(pupil: Pupil, target: SchoolClass | None, on_day: date) -> None:
    """A pupil changes class on a day, or leaves the school."""
    present = db.session.query(ClassMembership).filter_by(pupil_id=pupil.id, ends_on=None).one()
    present.ends_on = on_day - timedelta(1)
    db.session.flush()
    if target is not None:
        db.session.add(ClassMembership(pupil_id=pupil.id, class_id=target.id, starts_on=on_day))
    db.session.commit()


def refused(act: Callable[[], object]) -> Refused:
    """The refusal of an act; it writes nothing."""
    with pytest.raises(Refused) as caught, transaction():
        act()
    return caught.value


def plan(there: VisitSchool, *pupils: Pupil, day: date = DECEMBER, mode: VisitMode = VisitMode.HOME) -> int:
    """刘老师 plans visits of pupils of 三年级2班."""
    ids = [one.id for one in pupils]
    with transaction():
        return plan_visits(there.school.third_2, ids, day, mode, actor=there.actor(there.school.liu))


def visited(there: VisitSchool, day: date = WEDNESDAY) -> dict[str, tuple[int, int]]:
    """Pupils and visited pupils by class, classes without visits left out but for 三年级2班."""
    db.session.expire_all()
    names = {there.school.third_2.id: "三2", there.school.first_1.id: "一1", there.school.third_1.id: "三1"}
    rows = coverage(there.year, 2021, day, WEDNESDAY)
    return {names[one.class_id]: (one.pupils, one.visited) for one in rows if one.visited or names[one.class_id] == "三2"}
