"""The demo's selection, played by the services: announced, wished for, drawn, and an open round that is running now."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert, select

from school.accounts.models import User
from school.audit.service import Actor
from school.calendar.rules import grade_of
from school.clock import at, frozen
from school.courses.enums import CourseState, Mechanism, Phase
from school.courses.models import Application, Course, CourseConsent, Place, Selection, Wish
from school.courses.rules.facts import Window
from school.courses.rules.rounds import Setup
from school.courses.service import drawing, rounds, seats
from school.db import db
from school.demo.courses.catalogue import DAYS_AFTER, DAYS_BEFORE, Season
from school.demo.courses.programme import COURSES, TUTORING
from school.demo.dice import dice
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass
from school.people.service.importing.bulk import insert_all

TAKING_PART, WITH_TUTORING, TOGETHER = 0.92, 0.3, 0.9
SECRET = "6d6f72696e2d6b687575722d" * 2
Child = tuple[int, int, int]  # pupil, grade, the first guardian's user
SHOWN = ("孙一诺", "孙一鸣")  # the children of the guardian who may sign in as `parent`


def play_selection(season: Season, courses: dict[str, Course], office: User) -> None:
    """Everything from the announcement to today; the shown parent has one child placed and waiting and one free to choose."""
    random = dice("courses")
    begins = at((season.moment - timedelta(days=DAYS_BEFORE)).date(), 8)
    by = Actor(office.id, office.display_name)
    children = _children(season)
    with frozen(begins - timedelta(hours=20)):
        selection = rounds.set_up(season.term.id, _setup(season, begins), by=by)
        rounds.announce(selection.id, secret=SECRET, by=by)
    with frozen(begins + timedelta(days=1)):
        _wish(selection, children, courses, random)
    with frozen(begins + timedelta(days=6, hours=10)):
        rounds.freeze(selection.id, by=by)
    with frozen(begins + timedelta(days=7)):
        rounds_draw = drawing.compute(selection.id, Mechanism.ROUNDS, "")
        drawing.publish(selection.id, rounds_draw, by=by)
    _play_open_round(season, selection, children, by, random)
    if season.is_over:
        with frozen(season.moment + timedelta(days=DAYS_AFTER + 1)):
            rounds.finish(selection.id, by=by)


def _setup(season: Season, begins: datetime) -> Setup:
    opens = at((season.moment - timedelta(days=3)).date(), 8)
    closes = at((season.moment + timedelta(days=DAYS_AFTER - 1)).date(), 20)
    return Setup(
        max_courses=2,
        max_per_day=1,
        max_wishes=5,
        withdraw_until=closes,
        note="每个孩子每周最多 2 门、每天最多 1 门；学业辅导不计入门数。",
        windows=(
            Window(Phase.WISH, 0, begins, begins + timedelta(days=5, hours=12)),
            Window(Phase.OPEN, 0, opens, closes),
        ),
    )


def _children(season: Season) -> list[Child]:
    """All present pupils with their grade in the season's term and their first guardian, by id."""
    start_year = season.term.school_year.start_year
    statement = (
        select(Pupil.id, SchoolClass.entry_year, Guardian.user_id)
        .join(ClassMembership, (ClassMembership.pupil_id == Pupil.id) & ClassMembership.ends_on.is_(None))
        .join(SchoolClass, SchoolClass.id == ClassMembership.class_id)
        .join(Guardianship, (Guardianship.pupil_id == Pupil.id) & (Guardianship.position == 1))
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .order_by(Pupil.id)
    )
    rows = db.session.execute(statement)
    return [(pupil_id, grade_of(entry_year, start_year), user_id) for pupil_id, entry_year, user_id in rows]


def _wish(selection: Selection, children: Sequence[Child], courses: dict[str, Course], random: Random) -> None:
    """Consents, applications and wishes of most families, some siblings together, all at once."""
    shown = _shown()
    taking_part = [one for one in children if one[0] in shown or random.random() < TAKING_PART]
    moment = selection.announced_at + timedelta(days=1)
    consent = {"selection_id": selection.id, "version": selection.consent_version, "given_at": moment}
    insert_all(CourseConsent, [consent | {"pupil_id": pupil, "given_by": user} for pupil, _grade, user in taking_part])
    wishing = [one for one in taking_part if one[0] != shown[1]]
    numbers = random.sample(range(10_000_000, 99_999_999), len(wishing))
    rows = [
        {"selection_id": selection.id, "pupil_id": pupil, "number": str(number), "created_at": moment}
        for (pupil, _grade, _user), number in zip(wishing, numbers, strict=True)
    ]
    ids = insert_all(Application, rows)
    wished = {
        pupil: ["B01", "E02", "C01", "A03"] if pupil == shown[0] else _wishes(grade, random) for pupil, grade, _user in wishing
    }
    together = _together(wishing, wished, dict(zip((one[0] for one in wishing), numbers, strict=True)), random)
    wishes = [
        {
            "application_id": id_,
            "course_id": courses[code].id,
            "rank": rank,
            "together": together.get((pupil, code), ""),
        }
        for id_, (pupil, _grade, _user) in zip(ids, wishing, strict=True)
        for rank, code in enumerate(wished[pupil], 1)
    ]
    db.session.execute(insert(Wish), wishes)


def _wishes(grade: int, random: Random) -> list[str]:
    """One to three codes a family of the grade might wish for, the dearest first; tutoring comes last."""
    open_ones = {plan.code: plan.popularity for plan in COURSES if grade in plan.grades and plan.popularity}
    chosen: list[str] = []
    for _wish in range(random.choice((1, 1, 2, 2, 3))):
        codes = [code for code in open_ones if code not in chosen]
        chosen += random.choices(codes, [open_ones[code] for code in codes])
    if len(chosen) < 5 and random.random() < WITH_TUTORING:
        chosen.append(random.choice(TUTORING).code)
    return chosen


def _together(
    wishing: Sequence[Child], wished: dict[int, list[str]], numbers: dict[int, int], random: Random
) -> dict[tuple[int, str], str]:
    """Some siblings ask for both or none in a course they both wish for: the group's name by pupil and code."""
    families: dict[int, list[int]] = {}
    for pupil, _grade, user in wishing:
        families.setdefault(user, []).append(pupil)
    found: dict[tuple[int, str], str] = {}
    for pupils in families.values():
        common = sorted(set.intersection(*(set(wished[one]) for one in pupils)))
        if len(pupils) > 1 and common and random.random() < TOGETHER:
            name = str(min(numbers[one] for one in pupils))
            found |= {(one, common[0]): name for one in pupils}
    return found


def _play_open_round(season: Season, selection: Selection, children: Sequence[Child], by: Actor, random: Random) -> None:
    """A few families withdraw and others are promoted; some take what is left; the office moves one child."""
    users = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_({one[2] for one in children})))}
    moment = season.moment - timedelta(days=2)
    shown = _shown()
    placed = _places(selection, without=shown)
    for number, (pupil, course_id) in enumerate(random.sample(placed, 6)):
        with frozen(moment + timedelta(minutes=7 * number)):
            seats.withdraw(selection.id, pupil, course_id, by=_guardian(pupil, children, users))
    having = {pupil for pupil, _course in placed}
    without = [one for one in children if one[0] not in having and one[0] not in shown and one[1] >= 3]
    free = _course_of(selection, "D04")
    consented = set(db.session.scalars(select(CourseConsent.pupil_id).where(CourseConsent.selection_id == selection.id)))
    for number, (pupil, _grade, _user) in enumerate([one for one in without if one[0] in consented][:5]):
        with frozen(moment + timedelta(hours=3, minutes=4 * number)):
            seats.take(selection.id, pupil, free, waits_if_full=True, by=_guardian(pupil, children, users))
    late = next((one for one in without if one[0] not in consented), None)
    if late is not None:
        with frozen(moment + timedelta(hours=6)):
            note = f"母亲电话同意，{moment.month}月{moment.day}日 14:20，教导处记录"
            seats.place_by_office(selection.id, late[0], _course_of(selection, "G02"), consent_note=note, by=by)


def _places(selection: Selection, *, without: Iterable[int]) -> list[tuple[int, int]]:
    """Live places of ordinary courses as pupil and course, in order."""
    statement = (
        select(Place.pupil_id, Place.course_id)
        .join(Course, Course.id == Place.course_id)
        .where(Place.selection_id == selection.id, Place.ended_at.is_(None), Course.is_exempt.is_(False))
        .where(Place.pupil_id.not_in(list(without)))
        .order_by(Place.pupil_id, Course.code)
    )
    return [(pupil, course) for pupil, course in db.session.execute(statement)]


def _course_of(selection: Selection, code: str) -> int:
    statement = select(Course.id).where(Course.term_id == selection.term_id, Course.code == code)
    return db.session.scalars(statement.where(Course.state == CourseState.LISTED)).one()


def _guardian(pupil: int, children: Sequence[Child], users: dict[int, User]) -> Actor:
    user = users[next(one[2] for one in children if one[0] == pupil)]
    return Actor(user.id, user.display_name)


def _shown() -> list[int]:
    rows = {pupil.name: pupil.id for pupil in db.session.scalars(select(Pupil).where(Pupil.name.in_(SHOWN)))}
    return [rows[name] for name in SHOWN]
