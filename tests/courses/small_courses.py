"""A selection small enough to read: three classes, twelve children, eight courses, one Wednesday noon in November.

小孟 0 … 7 (`third`) are in 三年级1班, `first` (two) in 一年级1班, `fifth` (two) in 五年级1班; every child has a guardian who
signs in and a consent on record. 孟家长 0 looks after third[0] and fifth[0], who are siblings; third[0] has a second
guardian, `second`. 外人 has nobody. 陈老师 gives 剪纸, 刘老师 is homeroom teacher of 三年级1班, 赵组长 leads grade 3.

Courses (seats, grades): 剪纸 paper Tuesday 16:00 (2, all); 足球 football Tuesday 16:30 (3, 3–6), which clashes with it;
国际象棋 chess Wednesday 16:00 (2, all); 舞蹈 dance Wednesday 17:40 (4, all), the same day without a clash; 合唱 choir Thursday
(5, all); 机器人 robots Friday (1, 5–6); 作业辅导 tutoring Monday (30, all), exempt from limits; 书法 draft, a draft.
A child may have two courses a week and one a day. Without changes the open round is open now, for every grade.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from school.accounts.models import User
from school.accounts.service import grant_role
from school.audit.service import Actor
from school.calendar.models import SchoolYear, Term
from school.clock import ZONE
from school.courses.enums import CourseState, Family, Phase, SelectionState, Tag, Weeks
from school.courses.models import (
    Application,
    Course,
    CourseConsent,
    CourseMeeting,
    CourseTeaching,
    Selection,
    SelectionWindow,
    Wish,
)
from school.db import db
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass, Teacher
from school.permissions import Role
from tests.accounts.cast import somebody

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=ZONE)  # a Wednesday; the window that is open opened at 8:00 and closes on Friday
OPENS = datetime(2026, 11, 25, 8, 0, tzinfo=ZONE)
CLOSES = datetime(2026, 11, 27, 20, 0, tzinfo=ZONE)
OPEN_ROUND = datetime(2026, 12, 1, 12, 0, tzinfo=ZONE)  # with wishes: within the window of the open round
OPEN_ROUND_OPENS = datetime(2026, 12, 1, 8, 0, tzinfo=ZONE)
OPEN_ROUND_CLOSES = datetime(2026, 12, 3, 20, 0, tzinfo=ZONE)
SEPTEMBER = date(2026, 9, 1)
FIRST_ON, LAST_ON = date(2026, 12, 7), date(2027, 1, 15)
TESTER = Actor(None, "测试")


@dataclass
class SmallCourses:
    """The rows and people of the small selection; children are pupils, guardians are users."""

    term: Term
    selection: Selection
    paper: Course
    football: Course
    chess: Course
    dance: Course
    choir: Course
    robots: Course
    tutoring: Course
    draft: Course
    third_1: SchoolClass
    first_1: SchoolClass
    fifth_1: SchoolClass
    third: list[Pupil]
    first: list[Pupil]
    fifth: list[Pupil]
    guardians: dict[int, User]  # by pupil id, the first guardian
    second: User
    outsider: User
    chen: User
    liu: User
    zhao: User
    office: User
    principal: User
    chen_teacher: Teacher
    courses: list[Course] = field(default_factory=list)

    @property
    def pupils(self) -> list[Pupil]:
        """All twelve children."""
        return [*self.third, *self.first, *self.fifth]

    def actor(self, pupil: Pupil) -> Actor:
        """The first guardian of a child, as who acts."""
        guardian = self.guardians[pupil.id]
        return Actor(guardian.id, guardian.display_name)


def build(**changes: Any) -> SmallCourses:
    """Write it into the database; `changes` are columns of the selection, e.g. `promotion`, `has_wishes`, `max_per_day`.

    With `has_wishes` the wish window is the one that is open now and the open round follows in December; `to_open_round`
    goes there.
    """
    year = SchoolYear(start_year=2026)
    term = Term(school_year=year, number=1, starts_on=SEPTEMBER, ends_on=date(2027, 1, 22))
    third_1, first_1 = SchoolClass(entry_year=2024, number=1), SchoolClass(entry_year=2026, number=1)
    fifth_1 = SchoolClass(entry_year=2022, number=1)
    db.session.add_all([year, term, third_1, first_1, fifth_1])
    db.session.flush()
    people = _staff(third_1)
    chen = Teacher(staff_code="T001", name="陈建国", public_name="陈老师", user_id=people["chen"].id)
    db.session.add(chen)
    courses = _courses(term)
    db.session.flush()
    db.session.add(CourseTeaching(course_id=courses["paper"].id, teacher_id=chen.id))
    selection = _selection(term, changes)
    db.session.flush()
    third = [_child(f"小孟{n}", third_1) for n in range(8)]
    first = [_child(f"小安{n}", first_1) for n in range(2)]
    fifth = [_child(f"小乌{n}", fifth_1) for n in range(2)]
    eldest = [*third, *first, *fifth[1:]]
    guardians = {pupil.id: _guardian(f"孟家长{n}", f"1390000{n:04}", pupil) for n, pupil in enumerate(eldest)}
    guardians[fifth[0].id] = _looks_after(guardians[third[0].id], fifth[0])
    second = _guardian("孟家长乙", "13900001000", third[0])
    for pupil in (*third, *first, *fifth):
        add_consent(selection, pupil, guardians[pupil.id])
    db.session.commit()
    return SmallCourses(
        term=term,
        selection=selection,
        third_1=third_1,
        first_1=first_1,
        fifth_1=fifth_1,
        third=third,
        first=first,
        fifth=fifth,
        guardians=guardians,
        second=second,
        chen_teacher=chen,
        courses=list(courses.values()),
        **people,
        **courses,
    )


def add_course(term: Term, code: str, name: str, *meetings: tuple[int, int, int], **changes: Any) -> Course:
    """A listed course that lacks nothing, meeting at (weekday, starts_at, ends_at) in minutes after midnight."""
    weeks = changes.pop("weeks", Weeks.ALL)
    complete: dict[str, Any] = {
        "family": Family.CRAFTS,
        "state": CourseState.LISTED,
        "description": f"{name}课，从零开始，每次完成一件作品。",
        "room": f"活动室{code}",
        "grades": [1, 2, 3, 4, 5, 6],
        "capacity": 2,
        "first_on": FIRST_ON,
        "last_on": LAST_ON,
        "fee_note": "不收费，材料由学校准备。",
        "safety_note": "下课后由教师送到校门，家长在校门接。",
        "tags": [Tag.EXTENDED.value, Tag.AESTHETIC.value],
        "outside_teacher": "" if code == "C01" else "王老师",
    }
    course = Course(term=term, code=code, name=name, **complete | changes)
    course.meetings = [CourseMeeting(weekday=day, starts_at=start, ends_at=end, weeks=weeks) for day, start, end in meetings]
    db.session.add(course)
    return course


def add_window(selection: Selection, phase: Phase, opens_at: datetime, closes_at: datetime, grade: int = 0) -> None:
    """One more window of a selection."""
    selection.windows.append(SelectionWindow(phase=phase, grade=grade, opens_at=opens_at, closes_at=closes_at))
    db.session.flush()


def add_consent(selection: Selection, pupil: Pupil, guardian: User) -> CourseConsent:
    """A guardian's consent for a child."""
    consent = CourseConsent(selection_id=selection.id, pupil_id=pupil.id, version=1, given_by=guardian.id, given_at=OPENS)
    db.session.add(consent)
    return consent


def add_application(selection: Selection, pupil: Pupil, *wishes: Course, together: str = "") -> Application:
    """A child's application with wishes by rank."""
    number = str(10_000_000 + pupil.id)
    application = Application(selection_id=selection.id, pupil_id=pupil.id, number=number, created_at=OPENS)
    application.wishes = [Wish(course_id=course.id, rank=rank, together=together) for rank, course in enumerate(wishes, 1)]
    db.session.add(application)
    db.session.flush()
    return application


def to_open_round(cast: SmallCourses) -> None:
    """As if the draw had been published; hold the clock at OPEN_ROUND to be inside the window."""
    cast.selection.state = SelectionState.DRAWN
    db.session.commit()


def fresh() -> None:
    """Forget what this session read: a transaction that began earlier would still see what was then."""
    db.session.rollback()
    db.session.expire_all()


def _selection(term: Term, changes: dict[str, Any]) -> Selection:
    secret = "a secret of the tests"
    commitment = sha256(secret.encode()).hexdigest()
    plain: dict[str, Any] = {"state": SelectionState.ANNOUNCED, "has_wishes": False, "announced_at": OPENS}
    plain |= {"seed_secret": secret, "seed_commitment": commitment} if changes.get("has_wishes") else {}
    selection = Selection(term=term, **plain | changes)
    db.session.add(selection)
    if selection.has_wishes:
        add_window(selection, Phase.WISH, OPENS, CLOSES)
        add_window(selection, Phase.OPEN, OPEN_ROUND_OPENS, OPEN_ROUND_CLOSES)
    else:
        add_window(selection, Phase.OPEN, OPENS, CLOSES)
    return selection


def _courses(term: Term) -> dict[str, Course]:
    older = [5, 6]
    return {
        "paper": add_course(term, "C01", "剪纸", (2, 960, 1050), capacity=2),
        "football": add_course(
            term, "C02", "足球", (2, 990, 1050), capacity=3, minimum=2, grades=[3, 4, 5, 6], family=Family.SPORTS
        ),
        "chess": add_course(term, "C03", "国际象棋", (3, 960, 1050), capacity=2, family=Family.SPORTS),
        "dance": add_course(term, "C04", "舞蹈", (3, 1060, 1110), capacity=4, family=Family.MUSIC),
        "choir": add_course(term, "C05", "合唱", (4, 960, 1050), capacity=5, family=Family.MUSIC),
        "robots": add_course(term, "C06", "机器人", (5, 960, 1050), capacity=1, grades=older, family=Family.SCIENCE),
        "tutoring": add_course(term, "C07", "作业辅导", (1, 960, 1050), capacity=30, family=Family.TUTORING, is_exempt=True),
        "draft": add_course(term, "C08", "书法", (5, 960, 1050), capacity=9, family=Family.CALLIGRAPHY, state=CourseState.DRAFT),
    }


def _staff(third_1: SchoolClass) -> dict[str, User]:
    people = {
        "chen": somebody("陈老师", "T001", Role.SUBJECT_TEACHER),
        "liu": somebody("刘老师", "T002", Role.SUBJECT_TEACHER),
        "zhao": somebody("赵组长", "zhao"),
        "office": somebody("李主任", "office", Role.TEACHING_OFFICE),
        "principal": somebody("王校长", "principal", Role.PRINCIPAL),
        "outsider": somebody("外人", "13900009999", Role.GUARDIAN),
    }
    grant_role(people["liu"], Role.HOMEROOM_TEACHER, starts_on=SEPTEMBER, class_id=third_1.id)
    grant_role(people["zhao"], Role.GRADE_LEADER, starts_on=SEPTEMBER, entry_year=2024)
    return people


def _child(name: str, school_class: SchoolClass) -> Pupil:
    pupil = Pupil(name=name)
    db.session.add(pupil)
    db.session.flush()
    db.session.add(ClassMembership(pupil=pupil, class_id=school_class.id, starts_on=SEPTEMBER))
    return pupil


def _guardian(name: str, phone: str, pupil: Pupil) -> User:
    user = somebody(name, phone, Role.GUARDIAN)
    db.session.add(Guardian(name=name, phone=phone, user_id=user.id))
    db.session.flush()
    return _looks_after(user, pupil)


def _looks_after(user: User, pupil: Pupil) -> User:
    guardian = db.session.query(Guardian).filter_by(user_id=user.id).one()
    db.session.add(Guardianship(pupil=pupil, guardian=guardian, relation=Relation.MOTHER))
    return user
