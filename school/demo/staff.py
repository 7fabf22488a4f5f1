"""The demo's classes, subjects, teachers, who teaches what, and the roles of the staff."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from school.accounts.models import RoleGrant, User
from school.calendar.models import Term
from school.clock import now
from school.db import db
from school.demo.careers import YEARS
from school.demo.dice import dice
from school.demo.names import han_adult, mongolian, surname
from school.demo.terms import Times
from school.people.enums import Gender
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment
from school.people.rules import public_teacher_name
from school.people.service.importing.bulk import insert_all
from school.permissions import Role

GRADES = range(1, 7)
NUMBERS = range(1, 5)


@dataclass(frozen=True)
class SubjectPlan:
    """A subject: its code and name, whether homework is expected of it every day, and the grade it begins in."""

    code: str
    name: str
    has_homework: bool = False
    from_grade: int = 1


SUBJECTS = (
    SubjectPlan("chinese", "语文", has_homework=True),
    SubjectPlan("maths", "数学", has_homework=True),
    SubjectPlan("english", "英语", has_homework=True, from_grade=3),
    SubjectPlan("morality", "道德与法治"),
    SubjectPlan("science", "科学"),
    SubjectPlan("pe", "体育与健康"),
    SubjectPlan("music", "音乐"),
    SubjectPlan("art", "美术"),
    SubjectPlan("it", "信息科技", from_grade=3),
    SubjectPlan("labour", "劳动"),
)

Place = tuple[int, int]  # grade and class number in this school year


@dataclass(frozen=True)
class Post:
    """One teacher's post: what they teach where, and what else they are."""

    subject: str
    places: tuple[Place, ...]
    homeroom: Place | None = None
    leads_grade: int | None = None
    leads_prep: int | None = None
    role: Role | None = None
    login: str = ""
    name: str = ""


@dataclass
class Staff:
    """What the homework and the families need of the staff, by the words the demo uses."""

    subjects: dict[str, Subject] = field(default_factory=dict)
    classes: dict[Place, SchoolClass] = field(default_factory=dict)
    teachers: dict[tuple[Place, str], Teacher] = field(default_factory=dict)
    homerooms: dict[Place, Teacher] = field(default_factory=dict)


def posts() -> list[Post]:
    """All sixty posts, principal and teaching office first."""
    return [
        Post("", (), role=Role.PRINCIPAL, login="principal", name="王志远"),
        Post("labour", tuple(_places(5, 6)), role=Role.TEACHING_OFFICE, login="office", name="李慧敏"),
        *(post for grade in GRADES for post in _posts_of_grade(grade)),
        *(Post("english", tuple(_places(grade)), leads_prep=grade) for grade in GRADES if grade >= 3),
        *_shared_out("morality", 4),
        *_shared_out("science", 4),
        *_shared_out("pe", 6),
        *_shared_out("music", 4),
        *_shared_out("art", 4),
        *(Post("it", tuple(_places(first, first + 1))) for first in (3, 5)),
    ]


def enter_staff(times: Times, phones: Iterator[str], password_hash: str) -> Staff:
    """Write classes, subjects, teachers and assignments; roles begin with the school year."""
    random = dice("staff")
    staff = Staff()
    _enter_subjects(staff)
    _enter_classes(staff, times.start_year)
    planned = posts()
    teachers = _enter_teachers(planned, phones, password_hash, times, random)
    _seat(staff, planned, teachers)
    _enter_assignments(staff, times)
    _enter_roles(staff, planned, teachers, times)
    return staff


def _places(*grades: int) -> Iterator[Place]:
    return ((grade, number) for grade in grades for number in NUMBERS)


def _posts_of_grade(grade: int) -> list[Post]:
    """Chinese and maths of a grade; the four homeroom teachers and the grade leader are among them."""
    one, two, three, four = _places(grade)
    is_shown = grade == 3
    return [
        Post("chinese", (one, three), homeroom=one, leads_prep=grade),
        Post("chinese", (two,), homeroom=two, **({"login": "homeroom", "name": "乌云其木格"} if is_shown else {})),
        Post(
            "chinese", (four,), homeroom=four, leads_grade=grade, **({"login": "leader3", "name": "赵春燕"} if is_shown else {})
        ),
        Post("maths", (one, two), **({"login": "teacher", "name": "陈晓东"} if is_shown else {})),
        Post(
            "maths", (three, four), homeroom=three, leads_prep=grade, **({"login": "prep", "name": "巴特尔"} if is_shown else {})
        ),
    ]


def _shared_out(subject: str, count: int) -> list[Post]:
    """All classes of the school shared out among `count` teachers of one subject."""
    places = list(_places(*GRADES))
    size = len(places) // count
    return [Post(subject, tuple(places[start : start + size])) for start in range(0, len(places), size)]


def _enter_subjects(staff: Staff) -> None:
    for position, plan in enumerate(SUBJECTS):
        subject = Subject(code=plan.code, name=plan.name, position=position, has_homework=plan.has_homework)
        staff.subjects[plan.code] = subject
    db.session.add_all(staff.subjects.values())
    db.session.flush()


def _enter_classes(staff: Staff, start_year: int) -> None:
    for grade, number in _places(*GRADES):
        staff.classes[grade, number] = SchoolClass(entry_year=start_year - grade + 1, number=number)
    db.session.add_all(staff.classes.values())
    db.session.flush()


def _enter_teachers(
    planned: Sequence[Post], phones: Iterator[str], password_hash: str, times: Times, random: Random
) -> list[Teacher]:
    teachers = []
    for position, post in enumerate(planned, start=1):
        name, phone = post.name or _name(random), next(phones)
        user = User(login=post.login or phone, display_name=name, created_at=now())
        if post.login:
            user.password_hash, user.activated_at = password_hash, now()
        teacher = Teacher(staff_code=f"T{position:03}", name=name, public_name=public_teacher_name(name), phone=phone)
        teacher.teaching_since = times.start_year - YEARS[position - 1]
        teachers.append((teacher, user))
    db.session.add_all(user for _teacher, user in teachers)
    db.session.flush()
    for teacher, user in teachers:
        teacher.user_id = user.id
    db.session.add_all(teacher for teacher, _user in teachers)
    db.session.flush()
    return [teacher for teacher, _user in teachers]


def _name(random: Random) -> str:
    gender = Gender.FEMALE if random.random() < 0.72 else Gender.MALE
    return mongolian(gender, random) if random.random() < 0.2 else han_adult(surname(random), gender, random)


def _seat(staff: Staff, planned: Sequence[Post], teachers: Sequence[Teacher]) -> None:
    """Say who stands where; the lesson nobody has a post for, labour, is the homeroom teacher's."""
    for post, teacher in zip(planned, teachers, strict=True):
        staff.teachers |= {(place, post.subject): teacher for place in post.places}
        if post.homeroom:
            staff.homerooms[post.homeroom] = teacher
    for place, teacher in staff.homerooms.items():
        staff.teachers.setdefault((place, "labour"), teacher)


def _enter_assignments(staff: Staff, times: Times) -> None:
    """Who teaches what: in both terms of this year and, one grade lower, in the last term of the year before."""
    rows = [row for term in times.terms[1:] for row in _assignments_in(staff, term, times.start_year)]
    insert_all(TeachingAssignment, rows)


def _assignments_in(staff: Staff, term: Term, start_year: int) -> Iterator[dict[str, object]]:
    years_ago = start_year - term.school_year.start_year
    begins = {plan.code: plan.from_grade for plan in SUBJECTS}
    for ((grade, number), code), teacher in staff.teachers.items():
        if grade - years_ago >= begins[code]:
            yield {
                "teacher_id": teacher.id,
                "class_id": staff.classes[grade, number].id,
                "subject_id": staff.subjects[code].id,
                "term_id": term.id,
                "starts_on": term.starts_on,
                "ends_on": term.ends_on,
            }


def _enter_roles(staff: Staff, planned: Sequence[Post], teachers: Sequence[Teacher], times: Times) -> None:
    first_day = date(times.start_year, 9, 1)
    rows = []
    for post, teacher in zip(planned, teachers, strict=True):
        for role, scope in _roles_of(post, staff, times.start_year):
            scopes = {"class_id": None, "entry_year": None, "subject_id": None} | scope
            rows.append({"user_id": teacher.user_id, "role": role, "starts_on": first_day, "ends_on": None, **scopes})
    insert_all(RoleGrant, rows)


def _roles_of(post: Post, staff: Staff, start_year: int) -> Iterator[tuple[Role, dict[str, int]]]:
    if post.role:
        yield post.role, {}
    if post.places:
        yield Role.SUBJECT_TEACHER, {}
    if post.homeroom:
        yield Role.HOMEROOM_TEACHER, {"class_id": staff.classes[post.homeroom].id}
    if post.leads_grade:
        yield Role.GRADE_LEADER, {"entry_year": start_year - post.leads_grade + 1}
    if post.leads_prep:
        scope = {"entry_year": start_year - post.leads_prep + 1, "subject_id": staff.subjects[post.subject].id}
        yield Role.PREP_LEADER, scope
