"""May this person touch this homework: own lessons, own class, own grade; the teaching office everywhere."""

from collections.abc import Sequence

from school.accounts.identity import Person
from school.homework.models import HomeworkItem
from school.people.models import SchoolClass, Teacher
from school.people.queries import Lesson
from school.permissions import Permission, Role


def find_lesson(lessons: Sequence[Lesson], class_id: int, subject_id: int) -> Lesson | None:
    """The teacher's lesson in this class and subject, or None: they do not teach it."""
    return next((one for one in lessons if (one.class_id, one.subject_id) == (class_id, subject_id)), None)


def may_change_item(teacher: Teacher | None, item: HomeworkItem) -> bool:
    """Only the teacher who filed an item changes it; the homeroom teacher trims, returns and amends."""
    return teacher is not None and item.teacher_id == teacher.id


def may_coordinate(person: Person, school_class: SchoolClass) -> bool:
    """The class's homeroom teacher, and the teaching office in their stead."""
    is_homeroom = school_class.id in person.homeroom_class_ids
    return person.may(Permission.COORDINATE_HOMEWORK) and (is_homeroom or Role.TEACHING_OFFICE in person.roles)


def may_approve(person: Person, school_class: SchoolClass) -> bool:
    """The grade leader of the class's grade, the teaching office and the principal (HW-05)."""
    is_leader = school_class.entry_year in person.grade_entry_years
    is_office = bool(person.roles & {Role.TEACHING_OFFICE, Role.PRINCIPAL})
    return person.may(Permission.APPROVE_HOMEWORK) and (is_leader or is_office)


def may_lift_cap(person: Person) -> bool:
    """Only the teaching office and the principal let a class go past the school's own cap (HW-02)."""
    return person.may(Permission.APPROVE_HOMEWORK) and bool(person.roles & {Role.TEACHING_OFFICE, Role.PRINCIPAL})


def may_see_board(person: Person, school_class: SchoolClass) -> bool:
    """Whoever coordinates or approves the class."""
    return may_coordinate(person, school_class) or may_approve(person, school_class)
