"""Where the demo's homework is played: who teaches what on a day, and what each grade is asked."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from school.calendar.rules import grade_of, next_school_day, school_year_start
from school.demo.dice import dice
from school.demo.scene import Diary, Scene
from school.demo.staff import SUBJECTS, Place, Staff
from school.demo.tasks import Lesson, tasks_of
from school.demo.terms import Times
from school.homework.enums import DayState
from school.homework.models import HomeworkDay
from school.homework.rules.filing import ItemValues
from school.homework.service.days import LockedDay
from school.people.models import Teacher
from school.people.queries import Lesson as Assignment
from school.people.queries import lessons_on
from school.preferences.queries import get_preferences

Tasks = dict[str, list[ItemValues]]


@dataclass
class Stage:
    """The school as the homework needs it; `scene` opens one class-day on it."""

    times: Times
    staff: Staff
    teachers: dict[int, Teacher]
    diary: Diary = field(default_factory=Diary)
    _assignments: dict[int, dict[int, dict[str, Assignment]]] = field(default_factory=dict)

    def scene(self, place: Place, on_day: date) -> Scene:
        """A class-day nothing has happened on yet."""
        school_class = self.staff.classes[place]
        day = HomeworkDay(
            class_id=school_class.id,
            on_day=on_day,
            state=DayState.OPEN,
            has_none=False,
            note="",
            reason="",
            is_late=False,
        )
        grade = self.grade_on(place, on_day)
        locked = LockedDay(day, school_class, grade, self.times.calendar, get_preferences())
        lessons = self._lessons_on(on_day)[school_class.id]
        return Scene(locked, self.staff.homerooms[place], lessons, self.teachers, self.diary)

    def grade_on(self, place: Place, on_day: date) -> int:
        """The class's grade on a day; last school year it was one lower."""
        return grade_of(self.staff.classes[place].entry_year, school_year_start(on_day))

    def lesson(self, grade: int, on_day: date) -> Lesson:
        """Where a grade is in its textbooks on a day."""
        term = self.times.term_on(on_day)
        progress = (on_day - term.starts_on).days / ((term.ends_on - term.starts_on).days + 1)
        due_on = next_school_day(on_day, self.times.calendar, grade=grade) or on_day
        return Lesson(grade, term.number, progress, on_day, due_on)

    def tasks(self, grade: int, on_day: date, days_ago: int) -> Tasks:
        """What the prep groups of a grade set on a day, by subject; which it is follows from how long ago it was."""
        lesson = self.lesson(grade, on_day)
        taught = [plan.code for plan in SUBJECTS if plan.from_grade <= grade]
        return {code: tasks_of(code, lesson, dice(f"{grade} {code} {days_ago}")) for code in taught}

    def _lessons_on(self, on_day: date) -> dict[int, dict[str, Assignment]]:
        term = self.times.term_on(on_day)
        if term.id not in self._assignments:
            by_class: dict[int, dict[str, Assignment]] = defaultdict(dict)
            for one in lessons_on(term.starts_on):
                by_class[one.class_id][one.subject_code] = one
            self._assignments[term.id] = by_class
        return self._assignments[term.id]
