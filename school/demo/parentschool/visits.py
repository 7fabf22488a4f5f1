"""The demo's home visits: most pupils last school year, nearly half this year, with follow-ups and looks (PE-07, PR-06)."""

from datetime import date, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from school.calendar.rules import grade_of, school_year_start
from school.clock import at
from school.db import db
from school.demo.dice import dice
from school.demo.parentschool.programme import (
    AT_HOME,
    AT_SCHOOL,
    FOLLOW_UPS,
    MEASURES,
    MET,
    MODES,
    PURPOSES,
    RESULTS,
    WISHES,
)
from school.demo.parentschool.stage import FamilyStage
from school.demo.staff import GRADES, NUMBERS, Place
from school.parentschool.enums import PlannedState, VisitMode
from school.parentschool.models import FollowUp, HomeVisit, PlannedVisit, VisitLook
from school.people.labels import class_name
from school.people.models import Teacher
from school.people.service.importing.bulk import insert_all

LAST_YEAR, THIS_YEAR, FOLLOWED, DONE, LOOKED_AT = 0.8, 0.45, 0.3, 0.6, 6
PLANNED_IN_A_CLASS = 4


def play_visits(stage: FamilyStage) -> int:
    """Write visits, follow-ups, plans and looks; answers how many visits there are."""
    rows, plans = [], []
    for place in ((grade, number) for grade in GRADES for number in NUMBERS):
        random = dice(f"visits {place}")
        teacher = stage.base.staff.homerooms[place]
        visited: set[int] = set()
        for term, share in ((stage.base.before, LAST_YEAR), (stage.base.term, THIS_YEAR)):
            days = stage.base.school_days(term.starts_on, term.ends_on)[:-1]
            for pupil_id in _pupils(stage, place, term.starts_on):
                if days and random.random() < share:
                    day = random.choice(days)
                    rows.append(_visit(stage, place, teacher, pupil_id, day, random))
                    if school_year_start(day) == stage.base.times.start_year:
                        visited.add(pupil_id)
        plans += _plans(stage, place, visited, random)
    rows.sort(key=lambda row: (row["on_day"], row["began_at"], row["pupil_id"]))
    ids = insert_all(HomeVisit, [row | {"submission_key": f"demo-{number}"} for number, row in enumerate(rows)])
    for visit_id, row in zip(ids, rows, strict=True):
        _tell(stage, visit_id, row)
    insert_all(FollowUp, _follow_ups(stage, list(zip(ids, rows, strict=True))))
    insert_all(PlannedVisit, plans)
    _look(stage, list(zip(ids, rows, strict=True))[-LOOKED_AT:])
    return len(ids)


def _pupils(stage: FamilyStage, place: Place, day: date) -> list[int]:
    """The pupils of a class on a day; nobody before the class entered the school."""
    school_class = stage.base.staff.classes[place]
    if grade_of(school_class.entry_year, school_year_start(day)) < 1:
        return []
    return [
        pupil_id
        for household in stage.households
        for pupil_id, stays in household.children
        if any(s.class_id == school_class.id and s.starts_on <= day and (s.ends_on is None or s.ends_on >= day) for s in stays)
    ]


def _visit(stage: FamilyStage, place: Place, teacher: Teacher, pupil_id: int, day: date, random: Random) -> dict[str, Any]:
    mode, spot = random.choices([(mode, spot) for mode, _weight, spot in MODES], [weight for _mode, weight, _spot in MODES])[0]
    began = time(random.choice((16, 17, 18, 19)), random.choice((0, 20, 40)))
    return {
        "school_year_id": stage.year_of(day).id,
        "class_id": stage.base.staff.classes[place].id,
        "pupil_id": pupil_id,
        "on_day": day,
        "began_at": began,
        "minutes": random.choice((15, 20)) if mode is VisitMode.PHONE else random.choice((30, 40, 50)),
        "mode": mode,
        "place": spot,
        "teacher_ids": [teacher.id],
        "met": random.choice(MET),
        "purpose": random.choice(PURPOSES),
        "at_school": random.choice(AT_SCHOOL),
        "at_home": random.choice(AT_HOME),
        "wishes": random.choice(WISHES),
        "measures": random.choice(MEASURES),
        "recorded_by": teacher.user_id,
        "recorded_at": stage.base.moment(day, 20, random.randrange(30, 60)),
        "withdrawn_at": None,
        "withdrawn_reason": "",
        "revision": 1,
    }


def _follow_ups(stage: FamilyStage, visits: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    random = dice("follow-ups")
    found = []
    for visit_id, row in visits:
        if random.random() >= FOLLOWED:
            continue
        due = row["on_day"] + timedelta(days=random.choice((14, 21, 30)))
        is_done = due < stage.now.date() and (random.random() < DONE or row["on_day"] < stage.base.term.starts_on)
        found.append(
            {
                "visit_id": visit_id,
                "what": random.choice(FOLLOW_UPS),
                "owner_id": row["recorded_by"],
                "due_on": due,
                "done_on": due - timedelta(days=random.randrange(1, 9)) if is_done else None,
                "result": random.choice(RESULTS) if is_done else "",
            }
        )
    return found


def _plans(stage: FamilyStage, place: Place, visited: set[int], random: Random) -> list[dict[str, Any]]:
    """The next few pupils of a class, in the coming weeks of this school year; one plan in four classes is overdue."""
    today = stage.now.date()
    waiting = [one for one in _pupils(stage, place, today) if one not in visited]
    rows = []
    for number, pupil_id in enumerate(waiting[:PLANNED_IN_A_CLASS]):
        is_overdue = number == 0 and place[1] == 1 and today - timedelta(days=6) >= stage.base.term.starts_on
        day = today - timedelta(days=3) if is_overdue else today + timedelta(days=random.randrange(1, 20))
        if school_year_start(day) == school_year_start(today):
            mode = VisitMode.HOME if number < 3 else VisitMode.PHONE
            row = {"school_year_id": stage.year_of(today).id, "class_id": stage.base.staff.classes[place].id}
            rows.append(
                row | {"pupil_id": pupil_id, "planned_on": day, "mode": mode, "state": PlannedState.PLANNED, "state_reason": ""}
            )
    return rows


def _look(stage: FamilyStage, visits: list[tuple[int, dict[str, Any]]]) -> None:
    """The moral-education office looked at the latest records; so it is kept and told."""
    user_id = stage.base.teachers[stage.moral].user_id
    rows = []
    for visit_id, row in visits:
        looked = min(at(row["on_day"] + timedelta(days=1), 8, 30), stage.now)
        rows.append({"visit_id": visit_id, "user_id": user_id, "looked_at": looked})
        words = f"查看了{_class_of(stage, row)} {row['on_day'].isoformat()} 的家访记录"
        stage.base.tell(looked, stage.moral, "visits.look", words, "home_visit", visit_id)
    if rows:
        db.session.execute(insert(VisitLook), sorted(rows, key=lambda row: row["looked_at"]))


def _tell(stage: FamilyStage, visit_id: int, row: dict[str, Any]) -> None:
    post = next(number for number, one in enumerate(stage.base.teachers) if one.user_id == row["recorded_by"])
    words = f"登记了{_class_of(stage, row)} {row['on_day'].isoformat()} 的家访记录"
    stage.base.tell(row["recorded_at"], post, "visits.record", words, "home_visit", visit_id)


def _class_of(stage: FamilyStage, row: dict[str, Any]) -> str:
    found = next(one for one in stage.base.staff.classes.values() if one.id == row["class_id"])
    return class_name(found.entry_year, found.number, school_year_start(row["on_day"]))
