"""What waits for a person today: one card for each thing, what is due first."""

from datetime import date

from flask import url_for

from school.accounts.identity import Person
from school.clock import today
from school.home.course_tasks import course_tasks
from school.home.family_tasks import family_tasks
from school.home.mentor_tasks import mentor_tasks
from school.home.task import Task
from school.homework import policy
from school.homework.enums import DayState
from school.homework.queries.approvals import waiting_days
from school.homework.queries.boards import class_days_of, default_day, find_classes
from school.homework.queries.days import count_unanswered
from school.homework.queries.family import child_days
from school.homework.queries.mine import cards_of
from school.homework.queries.scope import classes_of_person
from school.outbox.queries.notices import count_unread
from school.people.queries import find_teacher_of_user
from school.permissions import Permission


def tasks_for(person: Person) -> list[Task]:
    """The person's cards for today or the last school day, what is due first."""
    on_day = default_day(today())
    gathered = [
        *_notices(person),
        *_own_lessons(person, on_day),
        *_own_classes(person, on_day),
        *_approvals(person),
        *_children(person, on_day),
        *course_tasks(person),
        *family_tasks(person),
        *mentor_tasks(person),
        *_school(person, on_day),
        *_office(person),
    ]
    return sorted(gathered, key=lambda task: not task.is_due)


def _notices(person: Person) -> list[Task]:
    unread = count_unread(person.user_id)
    if not unread:
        return []
    return [Task("通知", f"{unread} 条未读", "info", "有新的通知还没有读。", "看通知", url_for("outbox.notices"), is_due=True)]


def _own_lessons(person: Person, on_day: date) -> list[Task]:
    teacher = find_teacher_of_user(person.user_id) if person.may(Permission.FILE_HOMEWORK) else None
    if teacher is None:
        return []
    cards = [card for card in cards_of(teacher, on_day) if card.lesson.has_homework]
    open_ones = [card for card in cards if not card.items and not card.is_none and card.class_day.is_school_day]
    names = "、".join(f"{card.class_day.label}{card.lesson.subject}" for card in open_ones)
    text = f"还没有填报：{names}。" if open_ones else "您的班级都已填报。"
    return [_task("我的作业", len(open_ones), text, "去填报", url_for("homework.mine", day=on_day))] if cards else []


def _own_classes(person: Person, on_day: date) -> list[Task]:
    classes = find_classes(sorted(person.homeroom_class_ids))
    tasks = []
    for class_day in class_days_of(classes, on_day) if classes else []:
        is_due = class_day.is_school_day and class_day.state is DayState.OPEN
        text = f"书面必做 {class_day.required} / {class_day.limits.soft} 分钟。"
        url = url_for("homework.board", class_id=class_day.class_id, day=on_day)
        tasks.append(
            Task(f"{class_day.label}统筹", class_day.state.label, "warning" if is_due else "ok", text, "打开统筹", url, is_due)
        )
    return tasks


def _approvals(person: Person) -> list[Task]:
    if not person.may(Permission.APPROVE_HOMEWORK):
        return []
    waiting = len(waiting_days(person)) + (count_unanswered() if policy.may_lift_cap(person) else 0)
    text = f"有 {waiting} 件等您答复。" if waiting else "没有等您答复的事。"
    return [_task("审核与放宽", waiting, text, "去答复", url_for("homework.approvals"))]


def _children(person: Person, on_day: date) -> list[Task]:
    if not person.may(Permission.SEE_OWN_CHILDREN):
        return []
    return [
        Task(
            f"{one.child.name} · {one.class_label}",
            "已公示" if one.is_published else "未公示",
            "ok" if one.is_published else "missing",
            "今天没有作业。" if one.is_none else f"今天 {len(one.rows)} 项作业。" if one.rows else "老师还没有公示。",
            "看作业",
            url_for("homework.family", day=on_day),
        )
        for one in child_days(person.user_id, on_day)
    ]


def _school(person: Person, on_day: date) -> list[Task]:
    if not person.may(Permission.SEE_HOMEWORK_REPORT):
        return []
    days = [day for day in class_days_of(classes_of_person(person, on_day), on_day) if day.is_school_day]
    published = sum(day.state in (DayState.PUBLISHED, DayState.CLOSED) for day in days)
    over = sum(day.required > day.limits.soft for day in days)
    text = f"{len(days)} 个班，已公示 {published} 个，超过上限 {over} 个。"
    state = "有超限" if over else f"{published}/{len(days)}"
    return [Task("今天的作业公示", state, "over" if over else "info", text, "看合规报表", url_for("homework.report"), over > 0)]


def _office(person: Person) -> list[Task]:
    if not person.may(Permission.MANAGE_PEOPLE):
        return []
    text = "导入学生、教师和任课安排；先试运行，再一次写入。"
    return [Task("名单", "管理", "info", text, "导入名单", url_for("people.imports"))]


def _task(title: str, waiting: int, text: str, action: str, url: str) -> Task:
    state = f"{waiting} 件待办" if waiting else "已办完"
    return Task(title, state, "warning" if waiting else "ok", text, action, url, waiting > 0)
