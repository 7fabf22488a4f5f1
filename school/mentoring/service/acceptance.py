"""Opening, scoring and deciding acceptances; the rubric."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from school.audit.service import Actor, record
from school.calendar.models import Term
from school.clock import now, today
from school.db import db
from school.errors import Conflict, Refused
from school.mentoring.enums import Outcome, TriadState
from school.mentoring.models import Acceptance, AcceptanceRubric, AcceptanceScore, Triad
from school.mentoring.queries.acceptance import (
    APPRENTICES,
    acceptances_of,
    count_certificates,
    evidence_for,
    find_acceptance,
    find_rubric,
    item_of,
    lock_certificates,
    rubric_of,
)
from school.mentoring.queries.entries import seating_on
from school.mentoring.queries.triads import lock_triad
from school.mentoring.rules.acceptance import (
    RubricItem,
    certificate_number,
    check_decision,
    check_may_open,
    check_points,
    check_rubric,
    grade_of_points,
    total_points,
)
from school.people.models import Teacher


def set_rubric(term: Term, items: Sequence[RubricItem], *, revision: int, actor: Actor) -> None:
    """Set a term's rubric; acceptances already opened keep theirs."""
    check_rubric(items)
    row = find_rubric(term.id)
    if (row.revision if row else 0) != revision:
        raise Conflict("您打开这一页以后，别人已经改过评价表。核对后可以再次提交。")
    if row is None:
        row = AcceptanceRubric(term_id=term.id, revision=0)
        db.session.add(row)
    row.items = [asdict(one) for one in items]
    row.revision += 1
    db.session.flush()
    words = "，".join(f"{one.label} {one.points}" for one in items)
    record(actor, "mentoring.rubric", f"设定了验收评价表：{words}", subject_type="acceptance_rubric", subject_id=term.id)


def open_acceptances(triad_id: int, *, actor: Actor) -> list[Acceptance]:
    """After the period has ended, open the acceptance of both apprentices with the evidence as it now is."""
    triad = _lock(triad_id)
    if triad.state is not TriadState.ACTIVE:
        raise Refused("这个三人行不在进行中，不能验收。")
    check_may_open(triad.ends_on, today())
    if acceptances_of(triad.id):
        return list(acceptances_of(triad.id))
    items, _revision = rubric_of(triad.term_id)
    seating = seating_on(triad, triad.ends_on)
    opened = [
        Acceptance(
            triad_id=triad.id,
            seat=seat,
            teacher_id=seating.ids[seat],
            rubric=[asdict(one) for one in items],
            evidence=evidence_for(triad, seat, seating.ids[seat]),
            opened_at=now(),
        )
        for seat in APPRENTICES
        if seat in seating.ids
    ]
    db.session.add_all(opened)
    db.session.flush()
    names = "、".join(seating.names[one.seat] for one in opened)
    record(actor, "mentoring.open_acceptance", f"开始验收：{names}", subject_type="triad", subject_id=triad.id)
    return opened


def score(acceptance_id: int, points: Mapping[str, int | None], comment: str, *, name: str, actor: Actor) -> AcceptanceScore:
    """One assessor's points; scoring again before the decision replaces them."""
    acceptance, triad = _lock_acceptance(acceptance_id)
    if acceptance.decided_at:
        raise Refused("已经验收，不能再打分。")
    if actor.user_id is None or actor.user_id in _own_users(acceptance):
        raise Refused("不能给自己打分。")
    given = check_points([item_of(one) for one in acceptance.rubric], points)
    row = next((one for one in acceptance.scores if one.user_id == actor.user_id), None)
    if row is None:
        row = AcceptanceScore(user_id=actor.user_id, name=name)
        acceptance.scores.append(row)
    row.points, row.comment, row.scored_at = given, comment, now()
    db.session.flush()
    teacher = db.session.get_one(Teacher, acceptance.teacher_id)
    record(actor, "mentoring.score", f"给{teacher.name}的验收打分", subject_type="triad", subject_id=triad.id)
    return row


def decide(acceptance_id: int, outcome: Outcome, comment: str, *, actor: Actor) -> Acceptance:
    """Pass or extend an apprentice; the certificate's number is given with a pass. A second tap changes nothing.

    When both apprentices are decided the triad is completed.
    """
    lock_certificates(acceptance_id)
    acceptance, triad = _lock_acceptance(acceptance_id)
    if acceptance.decided_at:
        return acceptance
    check_may_open(triad.ends_on, today())
    given = [one.points for one in acceptance.scores]
    points = total_points(given) if given else 0
    check_decision(len(given), points, outcome, comment)
    acceptance.points, acceptance.grade = points, grade_of_points(points)
    acceptance.outcome, acceptance.comment = outcome, comment
    acceptance.decided_at, acceptance.decided_by = now(), actor.user_id
    if outcome is Outcome.PASSED:
        serial = count_certificates(triad.term_id) + 1
        acceptance.certificate_number = certificate_number(triad.term.school_year.start_year, triad.term.number, serial)
    if all(one.decided_at for one in acceptances_of(triad.id)):
        triad.state = TriadState.COMPLETED
        triad.revision += 1
    db.session.flush()
    teacher = db.session.get_one(Teacher, acceptance.teacher_id)
    sentence = f"验收{teacher.name}：{points}分，{acceptance.grade.label}，{outcome.label}"
    record(actor, "mentoring.accept", sentence, subject_type="triad", subject_id=triad.id, reason=comment)
    return acceptance


def _own_users(acceptance: Acceptance) -> set[int | None]:
    return {db.session.get_one(Teacher, acceptance.teacher_id).user_id}


def _lock(triad_id: int) -> Triad:
    triad = lock_triad(triad_id)
    if triad is None:
        raise Refused("没有这个三人行。")
    return triad


def _lock_acceptance(acceptance_id: int) -> tuple[Acceptance, Triad]:
    found = find_acceptance(acceptance_id)
    if found is None:
        raise Refused("没有这次验收。")
    triad = _lock(found.triad_id)
    db.session.refresh(found)
    return found, triad
