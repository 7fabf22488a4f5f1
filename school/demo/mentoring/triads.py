"""The demo's triads, made, confirmed, signed and accepted by the services themselves, each at its moment."""

from datetime import timedelta

from school.calendar.models import Term
from school.clock import frozen
from school.demo.dice import dice
from school.demo.mentoring.cast import EXTENDED, PASSED, TRIOS, Trio
from school.demo.mentoring.entries import play_entries
from school.demo.mentoring.stage import MentorStage
from school.mentoring.enums import Outcome, Seat, Signer
from school.mentoring.models import Triad
from school.mentoring.queries.acceptance import item_of
from school.mentoring.queries.triads import agreement_in_force
from school.mentoring.rules.duties import default_duties
from school.mentoring.service import acceptance, agreements
from school.mentoring.service import triads as service

ASSESSORS = (21, 29, 1)  # a prep leader of maths, a grade leader, the office; posts from 0
SHARES = {True: (0.93, 0.88, 0.91), False: (0.52, 0.58, 0.55)}


def play_last_term(stage: MentorStage) -> dict[Trio, Triad]:
    """Last term's two triads with a whole term of work, accepted after its end: one passed, of one the novice goes on."""
    term = stage.before
    _set_duties(stage, term)
    made = {trio: _begin(stage, trio, term) for trio in (PASSED, EXTENDED)}
    for trio, triad in made.items():
        play_entries(stage, trio, triad)
    return made


def accept_last_term(stage: MentorStage, made: dict[Trio, Triad]) -> None:
    """Acceptances in the week after last term: evidence, three assessors, decision."""
    day = stage.before.ends_on
    for trio, triad in made.items():
        with frozen(stage.moment(day + timedelta(days=2), 9)):
            opened = acceptance.open_acceptances(triad.id, actor=stage.office)
        for one in opened:
            is_good = trio is PASSED or one.seat is Seat.MIDDLE
            for number, post in enumerate(ASSESSORS):
                items = [item_of(row) for row in one.rubric]
                points = {item.key: round(item.points * SHARES[is_good][number]) for item in items}
                comment = "听课扎实，汇报课进步大。" if is_good else "听课和汇报课次数不足，建议再跟一学期。"
                with frozen(stage.moment(day + timedelta(days=3), 14 + number)):
                    acceptance.score(one.id, points, comment, name=stage.teachers[post].name, actor=stage.actor(post))
            outcome = Outcome.PASSED if is_good else Outcome.EXTENDED
            comment = "完成责任书全部任务，同意出师。" if is_good else "课堂常规还不稳，延期一学期，由原来的师傅继续指导。"
            with frozen(stage.moment(day + timedelta(days=4), 10)):
                acceptance.decide(one.id, outcome, comment, actor=stage.office)


def play_this_term(stage: MentorStage, last: dict[Trio, Triad]) -> dict[Trio, Triad]:
    """This term's twelve triads up to now; one goes on from last term, one lacks a signature."""
    _set_duties(stage, stage.term)
    made = {}
    for trio in TRIOS:
        earlier = last.get(trio)
        made[trio] = _begin(stage, trio, stage.term, previous_id=earlier.id if earlier else None)
    for trio, triad in made.items():
        play_entries(stage, trio, triad)
    return made


def _set_duties(stage: MentorStage, term: Term) -> None:
    with frozen(stage.moment(term.starts_on - timedelta(days=6), 9)):
        service.set_duties(term, default_duties(), (), actor=stage.office)


def _begin(stage: MentorStage, trio: Trio, term: Term, *, previous_id: int | None = None) -> Triad:
    """Proposed and confirmed in the days before term, signed in its first week as far as that has come."""
    seats = {seat: stage.teachers[post].id for seat, post in trio.posts.items()}
    note = "上学期验收延期，原班人马继续。" if previous_id else ""
    subject, span = stage.staff.subjects[trio.subject], (term.starts_on, term.ends_on)
    with frozen(stage.moment(term.starts_on - timedelta(days=5), 10)):
        triad = service.make_triad(term, subject, seats, *span, note=note, previous_id=previous_id, actor=stage.office)
    with frozen(stage.moment(term.starts_on - timedelta(days=4), 15)):
        service.confirm_triad(triad.id, actor=stage.office)
    agreement = agreement_in_force(triad.id)
    random = dice(f"sign {trio.subject} {trio.novice}")
    for signer in Signer:
        post = 1 if signer is Signer.OFFICE else trio.posts[Seat(signer.value)]
        day = term.starts_on + timedelta(days=random.randrange(1, 6))
        moment = stage.moment(day, 16, random.randrange(60))
        is_missing = trio.lacks is not None and signer.value == trio.lacks.value
        if agreement is None or is_missing or day > stage.times.today or moment == stage.now:
            continue
        with frozen(moment):
            agreements.sign(triad.id, signer, agreement.digest, name=stage.teachers[post].name, actor=stage.actor(post))
    return triad
