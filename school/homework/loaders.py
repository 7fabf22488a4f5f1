"""Rows that a page may show to this person; outside one's scope the answer is 404."""

from datetime import date

from flask import abort

from school.accounts.identity import the_person
from school.calendar.rules import grade_of, school_year_start
from school.clock import today
from school.homework import policy
from school.homework.models import HomeworkItem
from school.homework.queries.boards import default_day
from school.homework.queries.days import find_item
from school.law import NATIONAL_CAPS
from school.people.models import SchoolClass, Teacher
from school.people.queries import Lesson, find_class, find_teacher_of_user, lessons_of_user
from school.web.values import day_argument


def my_teacher() -> Teacher:
    """The teacher who is signed in, else 404: an office account without lessons files nothing."""
    return find_teacher_of_user(the_person().user_id) or abort(404)


def my_lesson(class_id: int, subject_id: int, on_day: date) -> tuple[Lesson, list[Lesson]]:
    """The signed-in teacher's lesson, and their other lessons of the same subject and grade."""
    lessons = lessons_of_user(the_person().user_id, on_day)
    lesson = policy.find_lesson(lessons, class_id, subject_id) or abort(404)
    others = [
        one
        for one in lessons
        if one.subject_id == subject_id and one.entry_year == lesson.entry_year and one.class_id != class_id
    ]
    return lesson, others


def my_item(item_id: int) -> HomeworkItem:
    """An item the signed-in teacher filed."""
    item = find_item(item_id)
    if item is None or not policy.may_change_item(my_teacher(), item):
        abort(404)
    return item


def is_mine(item: HomeworkItem) -> bool:
    """Whether the signed-in person is the teacher who filed the item."""
    return policy.may_change_item(find_teacher_of_user(the_person().user_id), item)


def item_to_amend(item_id: int) -> HomeworkItem:
    """A published item of the signed-in teacher, or of a class the person coordinates."""
    item = find_item(item_id)
    school_class = find_class(item.day.class_id) if item else None
    if item is None or not (is_mine(item) or policy.may_coordinate(the_person(), school_class)):
        abort(404)
    return item


def class_to_coordinate(class_id: int) -> SchoolClass:
    """A class whose board the person works on."""
    school_class = find_class(class_id)
    if school_class is None or not policy.may_coordinate(the_person(), school_class):
        abort(404)
    return school_class


def class_to_see(class_id: int) -> SchoolClass:
    """A class whose board the person may look at."""
    school_class = find_class(class_id)
    if school_class is None or not policy.may_see_board(the_person(), school_class):
        abort(404)
    return school_class


def class_to_approve(class_id: int) -> SchoolClass:
    """A class whose publication the person approves."""
    school_class = find_class(class_id)
    if school_class is None or not policy.may_approve(the_person(), school_class):
        abort(404)
    return school_class


def item_on_board(item_id: int) -> HomeworkItem:
    """An item of a class the person coordinates."""
    item = find_item(item_id)
    if item is None:
        abort(404)
    class_to_coordinate(item.day.class_id)
    return item


def asked_day_of(school_class: SchoolClass) -> date:
    """The asked day, else 404 when the class was not yet or no longer in school."""
    on_day = asked_day()
    grade = grade_of(school_class.entry_year, school_year_start(on_day))
    return on_day if grade in NATIONAL_CAPS else abort(404)


def asked_day() -> date:
    """The day in the address, else today or the last school day."""
    return day_argument("day") or default_day(today())
