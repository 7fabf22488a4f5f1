"""Cards about parent school and home visits: what a family may come to, whose door to stand at, whom to visit."""

from datetime import timedelta

from flask import url_for

from school.accounts.identity import Person
from school.calendar.queries import find_school_year, term_dates
from school.calendar.rules import school_year_start
from school.calendar.words import moment_with_day
from school.clock import now, today
from school.home.task import Task
from school.parentschool import policy
from school.parentschool.invitations import my_next
from school.parentschool.loaders import my_dates
from school.parentschool.queries.plan import rows_of_year
from school.parentschool.queries.reading import count_to_moderate
from school.parentschool.queries.visits_frames import coverage
from school.parentschool.rules.families import Act
from school.parentschool.rules.plan import empty_months
from school.people.labels import class_name
from school.permissions import Permission
from school.preferences.queries import get_preferences

SOON = timedelta(days=2)
TONES = {Act.SEATED: "ok", Act.WAITING: "pending"}


def family_tasks(person: Person) -> list[Task]:
    """The person's cards: the next session, the doors of the coming days, notes to read, months without an event, visits."""
    return [*_next_session(person), *_doors(person), *_reading(person), *_plan(person), *_visits(person)]


def _next_session(person: Person) -> list[Task]:
    boards = my_next() if person.may(Permission.JOIN_PARENT_SCHOOL) else []
    if not boards:
        return []
    first = boards[0]
    found = first.families[0].headline
    when = moment_with_day(first.next_date.starts_at) if first.next_date else ""
    text = f"“{first.session.topic}”，{when}。{'；'.join(found.sentences)}。"
    more = f"还有 {len(boards) - 1} 个活动。" if len(boards) > 1 else ""
    url = url_for("parentschool.family_session", session_id=first.session.id)
    tone = "warning" if found.is_due else TONES.get(found.act, "info")
    return [Task("家长学校", found.label or "有活动", tone, text + more, "看活动", url)]


def _doors(person: Person) -> list[Task]:
    dates = my_dates(now(), now() + SOON) if person.may(Permission.SERVE_FAMILIES) else []
    tasks = []
    for one in dates:
        is_today = one.starts_at.date() == today()
        text = f"“{one.session.topic}”，{moment_with_day(one.starts_at)}，{one.place or '线上'}。"
        url = url_for("parentschool.presence", date_id=one.id)
        tasks.append(Task("家长学校签到", "今天" if is_today else "快到了", "warning", text, "打开名单", url, is_today))
    return tasks


def _reading(person: Person) -> list[Task]:
    if not person.may(Permission.SERVE_FAMILIES):
        return []
    scope = None if policy.serves_all(person) else person.homeroom_class_ids
    waiting = count_to_moderate(scope) if scope is None or scope else 0
    if not waiting:
        return []
    text = f"{waiting} 篇家长读书分享等您看过以后才给同班家长看。"
    return [Task("读书分享", f"{waiting} 篇待审核", "info", text, "去审核", url_for("parentschool.moderate_reading"))]


def _plan(person: Person) -> list[Task]:
    """The office reads when this month or the next has no event (PE-01)."""
    year = find_school_year(school_year_start(today())) if person.may(Permission.MANAGE_PARENT_SCHOOL) else None
    if year is None:
        return []
    this_month = today().replace(day=1)
    next_month = (this_month + timedelta(days=32)).replace(day=1)
    planned = [row.month for row in rows_of_year(year.id)]
    empty = empty_months(planned, year.start_year, [term_dates(one) for one in year.terms])
    missing = [one for one in empty if one in (this_month, next_month)]
    if not missing:
        return []
    text = f"{'、'.join(f'{one.month}月' for one in missing)}还没有安排家长学校活动。"
    return [Task("家长学校计划", "缺安排", "warning", text, "看计划", url_for("parentschool.plan"), is_due=True)]


def _visits(person: Person) -> list[Task]:
    """Coverage of the own classes or of the school; due while a follow-up or a planned visit is late (PE-07)."""
    sees_all, classes = policy.sees_all_visits(person), policy.visit_classes(person)
    year = find_school_year(school_year_start(today())) if sees_all or classes else None
    if year is None:
        return []
    first = year.start_year - get_preferences().last_grade + 1
    rows = [one for one in coverage(year, first, today(), today(), None if sees_all else classes) if one.pupils]
    if not rows:
        return []
    visited, pupils = sum(one.visited for one in rows), sum(one.pupils for one in rows)
    late = sum(one.plan_overdue + one.follow_ups_overdue for one in rows)
    is_mine = not sees_all and late > 0
    where = "全校" if sees_all else "、".join(class_name(one.entry_year, one.class_number, year.start_year) for one in rows)
    text = f"{where}本学年已家访 {visited} / {pupils} 名。" + (f"过期的计划和跟进 {late} 项。" if late else "")
    tone = "warning" if late else "info"
    return [Task("家访", f"{visited * 100 // pupils}%", tone, text, "看家访", url_for("parentschool.visits"), is_mine)]
