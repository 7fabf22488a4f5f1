"""One teacher's desk on the real day: a class, a lesson, a server, and a look at what was stored."""

from dataclasses import dataclass

from playwright.sync_api import Page

from school.calendar.enums import DayKind
from school.calendar.rules import TermDates
from school.calendar.service import add_term, enter_days
from school.db import db, transaction
from school.homework.models import HomeworkItem
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment
from school.permissions import Role
from tests.accounts.cast import PASSWORD, somebody
from tests.homework.small_school import TESTER
from tests.journeys.walking import real_day, sign_in
from tests.support.server import LiveServer

LOGIN = "T001"


@dataclass(frozen=True)
class Desk:
    """Where 陈老师 sits."""

    server: LiveServer
    form: str

    def sign_in(self, page: Page) -> None:
        """陈老师 signs in on this page."""
        sign_in(page, LOGIN, PASSWORD)

    def type(self, page: Page, content: str, minutes: str = "2") -> None:
        """Fill in the form that is open."""
        page.get_by_label("内容", exact=True).fill(content)
        page.get_by_label("预计用时（分钟）", exact=True).fill(minutes)

    def items(self, content: str) -> list[HomeworkItem]:
        """The stored items of these words."""
        with self.server.app.app_context():
            everything = db.session.query(HomeworkItem).order_by(HomeworkItem.id).all()
            return [item for item in everything if any(layer.content == content for layer in item.layers)]

    def url_of(self, content: str) -> str:
        """Where the one item of these words is changed."""
        (item,) = self.items(content)
        return f"/homework/items/{item.id}"


def arrange(server: LiveServer) -> Desk:
    """Write the class, the teacher and a term around today."""
    day = real_day()
    with transaction():
        term = add_term(TermDates(day.start_year, 1, day.starts_on, day.ends_on), actor=TESTER)
        if day.needs_makeup:
            enter_days(day.day, day.day, DayKind.MAKEUP, "补课日", follows_weekday=3, actor=TESTER)
        school_class = SchoolClass(entry_year=day.start_year - 2, number=2)
        maths = Subject(code="maths", name="数学", position=1)
        user = somebody("陈老师", LOGIN, Role.SUBJECT_TEACHER)
        teacher = Teacher(staff_code=LOGIN, name="陈建国", public_name="陈老师", user_id=user.id)
        db.session.add_all([school_class, maths, teacher])
        db.session.flush()
        ids = {"class_id": school_class.id, "subject_id": maths.id, "term_id": term.id}
        db.session.add(TeachingAssignment(teacher=teacher, starts_on=day.starts_on, **ids))
        form = f"/homework/items/new/{school_class.id}/{maths.id}"
    return Desk(server, form)
