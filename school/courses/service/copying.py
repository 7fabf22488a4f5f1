"""Taking over courses of an earlier term as drafts of this one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from school.audit.service import Actor
from school.calendar.models import Term
from school.courses.models import Course
from school.courses.queries.manage import (
    copies_of,
    find_course,
    find_course_by_code,
    lock_catalogue,
    papers_of,
    teachers_named,
)
from school.courses.rules.catalogue import moved_dates
from school.courses.service.catalogue import create_course, values_of
from school.db import db
from school.errors import Refused


@dataclass(frozen=True)
class Copied:
    """What became of one course: the sentence says why it was not copied, or what was left out."""

    name: str
    is_made: bool
    sentence: str = ""


def copy_courses(term: Term, course_ids: Sequence[int], *, actor: Actor) -> list[Copied]:
    """Copy courses into a term as drafts; dates move with the term, everything is checked anew, nothing is copied twice.

    Teachers who left and providers whose papers ran out are left out and named; a course the term already has stays.
    """
    lock_catalogue(term.id)
    found = [find_course(one) for one in dict.fromkeys(course_ids)]
    return [_copy(term, course, actor) for course in found if course is not None and course.term_id != term.id]


def _copy(term: Term, course: Course, actor: Actor) -> Copied:
    if any(one.term_id == term.id for one in copies_of(course.id)):
        return Copied(course.name, is_made=False, sentence="已经复制过，没有再复制")
    if find_course_by_code(term.id, course.code):
        return Copied(course.name, is_made=False, sentence=f"本学期已有编号 {course.code}，没有复制")
    values = values_of(course)
    first, last = moved_dates(
        course.first_on, course.last_on, (course.term.starts_on, course.term.ends_on), (term.starts_on, term.ends_on)
    )
    teachers = teachers_named(values.teacher_ids)
    gone = [one for one in teachers.values() if one.left_on is not None and one.left_on < last]
    papers, notes = papers_of(course.provider), [f"{one.name}已离校，未带入" for one in gone]
    changes: dict[str, object] = {
        "first_on": first,
        "last_on": last,
        "teacher_ids": tuple(one for one in values.teacher_ids if teachers[one] not in gone),
    }
    if papers and min(papers.licence_until, papers.checks_until) < last:
        notes.append(f"“{papers.name}”的证照到期，未带入")
        changes |= {"provider_id": None, "outside_teacher": ""}
    try:
        with db.session.begin_nested():
            moved = replace(values, **changes)
            made = create_course(term, moved, reason=course.warning_reason, copied_from=course, actor=actor)
            made.picture, made.picture_type, made.picture_digest = course.picture, course.picture_type, course.picture_digest
    except Refused as refused:
        return Copied(course.name, is_made=False, sentence=refused.message.rstrip("。"))
    return Copied(course.name, is_made=True, sentence="；".join(notes))
