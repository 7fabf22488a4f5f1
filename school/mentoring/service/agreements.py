"""Versions of an agreement and their signatures."""

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.mentoring.enums import Signer, TriadState
from school.mentoring.models import Agreement, Signature, Triad
from school.mentoring.queries.entries import duties_of
from school.mentoring.queries.triads import agreement_in_force, holders_of, lock_triad, triads_of_term
from school.mentoring.rules.agreements import agreement_text, check_signing, digest_of
from school.preferences.queries import get_preferences


def renew(triad: Triad, *, actor: Actor) -> Agreement:
    """Write the agreement of a locked triad anew; the same text keeps its version and its signatures."""
    names = {seat: f"{one.name}（工号 {one.staff_code}）" for seat, one in holders_of(triad).items()}
    text = agreement_text(
        get_preferences().school_name, triad.subject.name, names, triad.starts_on, triad.ends_on, duties_of(triad.term_id)
    )
    present = agreement_in_force(triad.id)
    if present is not None and present.digest == digest_of(text):
        return present
    version = present.version + 1 if present else 1
    made = Agreement(triad_id=triad.id, version=version, text=text, digest=digest_of(text), made_at=now(), made_by=actor.user_id)
    db.session.add(made)
    db.session.flush()
    sentence = f"生成了{triad.subject.name}三人行责任书第 {version} 版"
    record(actor, "mentoring.agreement", sentence, subject_type="triad", subject_id=triad.id)
    return made


def renew_agreement(triad_id: int, *, actor: Actor) -> Agreement:
    """Take changed duties over into the agreement; all sign again when the text is another."""
    triad = lock_triad(triad_id)
    if triad is None or triad.state is not TriadState.ACTIVE:
        raise Refused("只有进行中的三人行可以更新责任书。")
    return renew(triad, actor=actor)


def sign(triad_id: int, signer: Signer, shown: str, *, name: str, actor: Actor) -> Agreement:
    """Sign the text that was shown; a second tap changes nothing, another text in force is refused."""
    triad = lock_triad(triad_id)
    if triad is None or triad.state is not TriadState.ACTIVE:
        raise Refused("这个三人行现在不在进行中，不能签署。")
    agreement = agreement_in_force(triad_id)
    if agreement is None or actor.user_id is None:
        raise Refused("还没有责任书可签。")
    if check_signing(signer, [one.signer for one in agreement.signatures], shown, agreement.digest):
        signature = Signature(signer=signer, user_id=actor.user_id, name=name, digest=agreement.digest, signed_at=now())
        agreement.signatures.append(signature)
        db.session.flush()
        sentence = f"以{signer.label}身份签署了责任书第 {agreement.version} 版"
        record(actor, "mentoring.sign", sentence, subject_type="triad", subject_id=triad_id)
    return agreement


def renew_all(term_id: int, *, actor: Actor) -> int:
    """Take changed duties over into the agreements of a term's active triads; how many have another text now."""
    changed = 0
    for triad_id in sorted(one.id for one in triads_of_term(term_id) if one.state is TriadState.ACTIVE):
        triad = lock_triad(triad_id)
        if triad is not None and triad.state is TriadState.ACTIVE:
            before = agreement_in_force(triad_id)
            changed += renew(triad, actor=actor) is not before
    return changed


def signer_of(triad: Triad, teacher_id: int | None, *, is_office: bool) -> Signer | None:
    """As whom somebody signs: the seat the agreement names them for, else the office when they belong to it."""
    seat = next((seat for seat, one in holders_of(triad).items() if one.id == teacher_id), None)
    if seat is not None:
        return Signer(seat.value)
    return Signer.OFFICE if is_office else None
