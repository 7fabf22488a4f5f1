"""What families are told of their courses: a draw that was published, a waiting place that became a seat or is offered one."""

from collections.abc import Iterable

from school.calendar.checks import term_name
from school.calendar.words import moment_with_day
from school.courses.models import Selection
from school.courses.queries.family import users_of_applicants
from school.courses.rules.facts import CourseFacts
from school.courses.rules.seats import names_in_words
from school.courses.service.places import Ground
from school.outbox.enums import NoticeKind
from school.outbox.service import notify
from school.people.queries import users_of_pupils
from school.waiting.rules import Entry, Offered, Promoted, Step

Own = frozenset[tuple[int, int]]  # pupil and course of whoever taps: they read the answer on the page


def tell_drawn(selection: Selection) -> int:
    """Tell every guardian of a child with wishes that the draw is public; answers how many were told, all at once."""
    term = term_name(selection.term.school_year.start_year, selection.term.number)
    text = f"{term}的选课摇号结果公布了，请查看孩子的录取和候补。"
    link, key = f"/choose?term={selection.term_id}", f"courses.drawn:{selection.id}"
    return notify(users_of_applicants(selection.id), kind=NoticeKind.RESULT, key=key, text=text, link=link)


def tell_steps(ground: Ground, steps: Iterable[Step], own: Own) -> None:
    """Tell the guardians of every child that got or was offered a seat by its waiting place, but for the tap's own."""
    moved = [(step, entry) for step in steps if isinstance(step, Promoted | Offered) for entry in step.entries]
    told = [(step, entry) for step, entry in moved if (entry.member_id, entry.line_id) not in own]
    users = users_of_pupils({entry.member_id for _step, entry in told}) if told else {}
    for step, entry in told:
        course = ground.rulebook.courses[entry.line_id]
        link = f"/choose/{entry.member_id}/{entry.line_id}"
        if isinstance(step, Offered):
            until, key = step.until, f"courses.offered:{entry.id}"
            words = f"候补有名额了：{_facts(course)}。请在 {moment_with_day(until)} 前确认，逾期名额让给下一位。"
        else:
            until, key = None, f"courses.promoted:{entry.id}"
            words = f"候补递补，孩子选上了{_facts(course)}。{_left(ground, step, entry)}"
        notify(users[entry.member_id], kind=NoticeKind.PLACE, key=key, text=words, link=link, until=until)


def _facts(course: CourseFacts) -> str:
    return "，".join(part for part in (f"“{course.name}”", course.times, course.room) if part)


def _left(ground: Ground, step: Step, entry: Entry) -> str:
    left = step.leaves[entry.id] if isinstance(step, Promoted) else ()
    return f"同时退出了{names_in_words(ground.courses(left))}。" if left else ""
