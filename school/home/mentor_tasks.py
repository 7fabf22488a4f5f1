"""Cards about mentoring: what waits for my yes, what is to be signed, who is behind, what is to be scored."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import url_for

from school.accounts.identity import Person
from school.clock import today
from school.home.task import Task
from school.mentoring.enums import Seat, Signer
from school.mentoring.models import Triad
from school.mentoring.queries.entries import last_entry_days, progress_by_triad, seating_on, waiting_for
from school.mentoring.queries.tasks import acceptances_to_score, active_triads, active_triads_of_teacher, agreements_in_force
from school.mentoring.rules.agreements import missing_signers
from school.mentoring.rules.duties import DutyProgress, quiet_days, quiet_signal, reminder_on
from school.people.queries import find_teacher_of_user
from school.permissions import Permission
from school.preferences.queries import get_preferences


def mentor_tasks(person: Person) -> list[Task]:
    """The person's cards about triads: as a member, as an assessor, as the office."""
    return [*_as_member(person), *_as_assessor(person), *_as_office(person)]


def _as_member(person: Person) -> list[Task]:
    teacher = find_teacher_of_user(person.user_id) if person.may(Permission.OWN_GROWTH) else None
    triads = active_triads_of_teacher(teacher.id) if teacher else ()
    if teacher is None or not triads:
        return []
    tasks = []
    if waiting := waiting_for(teacher.id):
        entry, name = waiting[0]
        text = f"{name}登记的{entry.kind.label}“{entry.topic}”等您确认。"
        more = f"{len(waiting)} 条待确认"
        tasks.append(Task("三人行记录", more, "warning", text, "去确认", url_for("mentoring.waiting"), is_due=True))
    agreements, progress = agreements_in_force(one.id for one in triads), progress_by_triad(triads, today())
    last = last_entry_days(one.id for one in triads)
    for triad in triads:
        seat = seating_on(triad, min(max(today(), triad.starts_on), triad.ends_on)).seat_of(teacher.id)
        agreement = agreements.get(triad.id)
        if seat and agreement and Signer(seat.value) in missing_signers([one.signer for one in agreement.signatures]):
            url = url_for("mentoring.agreement", triad_id=triad.id)
            title = f"{triad.subject.name}三人行责任书"
            tasks.append(Task(title, "等您签署", "warning", f"请以{seat.label}身份看完全文后签署。", "去签署", url, is_due=True))
        if seat:
            tasks.append(_progress(triad, seat, progress[triad.id], _signal(triad, last)))
    return tasks


def _progress(triad: Triad, seat: Seat, progress: Sequence[DutyProgress], signal: str) -> Task:
    """How far the holder of a seat is with what they owe; due when the triad lost contact, or a reminder finds them behind."""
    mine = [one for one in progress if one.duty.seat is seat]
    behind = [one for one in mine if one.is_behind]
    reminder = reminder_on(today(), starts_on=triad.starts_on, ends_on=triad.ends_on)
    words = "、".join(f"{one.duty.kind.label} {one.done}/{one.duty.count}" for one in (behind or mine)[:3])
    url = url_for("mentoring.triad", triad_id=triad.id)
    title = f"{triad.subject.name}三人行（{seat.label.split(' ')[0]}）"
    if signal == "overdue":
        days = get_preferences().mentor_overdue_days
        return Task(title, "失去联系", "over", f"已有 {days} 天以上没有记录。{words}。", "去登记", url, is_due=True)
    if behind:
        return Task(title, "落后", "warning", f"{reminder}{words}。", "看进度", url, is_due=bool(reminder))
    return Task(title, "跟得上", "ok", f"{reminder}{words}。", "看进度", url)


def _as_assessor(person: Person) -> list[Task]:
    waiting = acceptances_to_score(person.user_id) if person.may(Permission.ASSESS_MENTORING) else []
    if not waiting:
        return []
    names = "、".join(name for _one, name in waiting[:3])
    text = f"{names}{'等' if len(waiting) > 3 else ''}的验收等您打分。"
    url = url_for("mentoring.acceptance", acceptance_id=waiting[0][0].id)
    return [Task("三人行验收", f"{len(waiting)} 份待评", "warning", text, "去打分", url, is_due=True)]


def _as_office(person: Person) -> list[Task]:
    triads = active_triads() if person.may(Permission.MANAGE_MENTORING) else ()
    if not triads:
        return []
    agreements, last = agreements_in_force(one.id for one in triads), last_entry_days(one.id for one in triads)
    unsigned = sum(bool(missing_signers([one.signer for one in agreement.signatures])) for agreement in agreements.values())
    lost = sum(_signal(one, last) == "overdue" for one in triads)
    over = sum(today() > one.ends_on for one in triads)
    parts = [
        f"{over} 组到期待验收" if over else "",
        f"{lost} 组失去联系" if lost else "",
        f"{unsigned} 组未签齐" if unsigned else "",
    ]
    text = "、".join(part for part in parts if part)
    is_due = bool(lost or over or unsigned)
    url = url_for("mentoring.triads", term=triads[0].term_id)
    return [
        Task("三人行", f"{len(triads)} 组", "warning" if is_due else "ok", f"{text or '都在进行中'}。", "看三人行", url, is_due)
    ]


def _signal(triad: Triad, last: Mapping[int, date]) -> str:
    present = get_preferences()
    days = quiet_days(last.get(triad.id), starts_on=triad.starts_on, day=min(today(), triad.ends_on))
    return quiet_signal(days, quiet=present.mentor_quiet_days, overdue=present.mentor_overdue_days)
