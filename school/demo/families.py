"""The demo's families: 720 pupils in 24 classes, sixty pairs of siblings, one or two guardians each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from school.accounts.models import User
from school.clock import now
from school.db import db
from school.demo.dice import dice
from school.demo.names import SPECIAL, SpecialName, han_adult, han_child, mongolian, surname
from school.demo.staff import GRADES, NUMBERS, Place, Staff
from school.demo.terms import Times
from school.people.enums import Gender, MembershipEnd, Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil
from school.people.service.importing.bulk import add_users, grant_all, insert_all
from school.permissions import Role

PUPILS_IN_CLASS = 30
SIBLING_PAIRS = 60
MOVED_CLASS = 4

# The family whose mother or father may sign in as `parent`: one child under the cap, one in a grade without written work.
SHOWN_GUARDIANS = (("孙立军", Relation.FATHER), ("周海燕", Relation.MOTHER))
SHOWN_CHILDREN = (("孙一诺", Gender.FEMALE, (3, 2)), ("孙一鸣", Gender.MALE, (1, 1)))

Person = tuple[str, Relation]


@dataclass(frozen=True, eq=False)
class Child:
    """A pupil with the class they are in; two of one name in one class are two."""

    name: str
    gender: Gender
    place: Place


@dataclass(frozen=True, eq=False)
class Family:
    """Children who share their guardians."""

    children: tuple[Child, ...]
    guardians: tuple[Person, ...]


def families() -> list[Family]:
    """All families; the same every time."""
    random = dice("families")
    shown = Family(tuple(Child(*child) for child in SHOWN_CHILDREN), SHOWN_GUARDIANS)
    seats = _seats(random)
    special = iter(SPECIAL)
    made = [shown]
    names = {name for name, _gender, _place in SHOWN_CHILDREN} | {name for name, *_ in SPECIAL}
    while seats:
        has_siblings = len(made) < SIBLING_PAIRS
        places = _two_grades(seats) if has_siblings else (seats.pop(),)
        named = None if has_siblings else next(special, None)
        made.append(_family(places, named, names, random))
    return made


def enter_families(times: Times, staff: Staff, phones: Iterator[str], password_hash: str) -> None:
    """Write pupils, memberships, guardians and their accounts."""
    all_families = families()
    pupil_ids = _enter_pupils(all_families, staff, times)
    names = [name for family in all_families for name, _relation in family.guardians]
    guardian_ids = iter(_enter_guardians(names, phones, password_hash, times))
    rows = []
    for family in all_families:
        theirs = [(next(guardian_ids), relation) for _name, relation in family.guardians]
        rows += [
            {"pupil_id": pupil_ids[child], "guardian_id": guardian_id, "relation": relation, "position": position}
            for child in family.children
            for position, (guardian_id, relation) in enumerate(theirs, start=1)
        ]
    insert_all(Guardianship, rows)


def _seats(random: Random) -> list[Place]:
    """Every free seat of the school in random order."""
    taken = [place for _name, _gender, place in SHOWN_CHILDREN]
    seats = [(grade, number) for grade in GRADES for number in NUMBERS for _seat in range(PUPILS_IN_CLASS)]
    for place in taken:
        seats.remove(place)
    random.shuffle(seats)
    return seats


def _two_grades(seats: list[Place]) -> tuple[Place, Place]:
    """The next seat, and the next one after it in another grade."""
    first = seats.pop()
    second = next(place for place in reversed(seats) if place[0] != first[0])
    seats.remove(second)
    return first, second


def _family(places: Sequence[Place], special: SpecialName | None, names: set[str], random: Random) -> Family:
    is_mongolian = random.random() < 0.24
    family_name = surname(random)
    children = []
    for place in places:
        gender = random.choice(list(Gender))
        # A name that is taken is drawn once more: a few pupils of one name remain, as in every school.
        drawn = [mongolian(gender, random) if is_mongolian else han_child(family_name, gender, random) for _try in range(2)]
        name = next((name for name in drawn if name not in names), drawn[0])
        names.add(name)
        children.append(Child(name, gender, place))
    if special:
        children = [Child(special.name, special.gender, places[0])]
        family_name, is_mongolian = special.family_name, not special.family_name
    return Family(tuple(children), tuple(_guardians(family_name, random, is_mongolian=is_mongolian)))


def _guardians(family_name: str, random: Random, *, is_mongolian: bool) -> Iterator[Person]:
    father = mongolian(Gender.MALE, random) if is_mongolian else han_adult(family_name, Gender.MALE, random)
    mother = mongolian(Gender.FEMALE, random) if is_mongolian else han_adult(surname(random), Gender.FEMALE, random)
    chance = random.random()
    if chance < 0.08:
        yield mother, Relation.MATERNAL_GRANDMOTHER
    elif chance < 0.2:
        yield mother, Relation.MOTHER
    elif chance < 0.27:
        yield father, Relation.FATHER
    else:
        pair = [(father, Relation.FATHER), (mother, Relation.MOTHER)]
        yield from pair if random.random() < 0.5 else reversed(pair)


def _enter_pupils(all_families: Sequence[Family], staff: Staff, times: Times) -> dict[Child, int]:
    """Write the pupils class by class; within a class they are numbered by name, as schools do."""
    children = sorted((child for family in all_families for child in family.children), key=lambda c: (c.place, c.name))
    numbers = [position % PUPILS_IN_CLASS + 1 for position in range(len(children))]
    rows = [
        {"name": child.name, "gender": child.gender, "register_number": _register(child, number, times.start_year)}
        for child, number in zip(children, numbers, strict=True)
    ]
    ids = insert_all(Pupil, rows)
    memberships = [row for c, n, i in zip(children, numbers, ids, strict=True) for row in _memberships(c, n, i, staff, times)]
    insert_all(ClassMembership, memberships)
    return dict(zip(children, ids, strict=True))


def _register(child: Child, number: int, start_year: int) -> str:
    """The school's own number: entry year, class and number in class."""
    grade, class_number = child.place
    return f"{start_year - grade + 1}{class_number:02}{number:02}"


def _memberships(child: Child, number: int, pupil_id: int, staff: Staff, times: Times) -> Iterator[dict[str, object]]:
    """The pupil's time in the class; a few came from another class of the grade when this school year began."""
    grade, class_number = child.place
    entered = date(times.start_year - grade + 1, 9, 1)
    row = {"pupil_id": pupil_id, "number_in_class": str(number), "ends_on": None, "end_reason": None}
    if grade == MOVED_CLASS and number in (7, 19):
        other = staff.classes[grade, class_number % len(NUMBERS) + 1]
        last_day = date(times.start_year, 8, 31)
        yield row | {"class_id": other.id, "starts_on": entered, "ends_on": last_day, "end_reason": MembershipEnd.MOVED_CLASS}
        entered = date(times.start_year, 9, 1)
    yield row | {"class_id": staff.classes[child.place].id, "starts_on": entered}


def _enter_guardians(names: Sequence[str], phones: Iterator[str], password_hash: str, times: Times) -> list[int]:
    numbered = [(next(phones), name) for name in names]
    logins = [("parent" if name == SHOWN_GUARDIANS[0][0] and not i else phone, name) for i, (phone, name) in enumerate(numbered)]
    user_ids = add_users(logins)
    grant_all(user_ids, Role.GUARDIAN, starts_on=date(times.start_year, 9, 1))
    shown = db.session.get_one(User, user_ids[0])
    shown.password_hash, shown.activated_at = password_hash, now()
    rows = [{"name": name, "phone": phone, "user_id": i} for (phone, name), i in zip(numbered, user_ids, strict=True)]
    return insert_all(Guardian, rows)
