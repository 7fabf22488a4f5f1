"""Workers that die before and after handing over, sleep through their claim, or die again and again."""

from datetime import timedelta

from school.db import transaction
from school.outbox.delivery import mail
from school.outbox.enums import MessageState
from school.outbox.rules.sending import MOST_ATTEMPTS
from school.outbox.service import claims, office
from tests.outbox.acts import BY, messages, send, the_message
from tests.support.receivers import MailServer


def test_a_crash_before_handing_over_is_tried_again(waiting: MailServer) -> None:
    with transaction():
        claim = claims.claim_next("a dead worker", {the_message().channel})
    assert claim is not None
    assert send() == {}
    assert the_message().state is MessageState.SENDING
    assert send(stale_after=timedelta(seconds=-1)) == {"sent": 1}
    with transaction():
        assert not claims.hand_over(claim), "whoever wakes up late sends nothing"


def test_a_crash_after_handing_over_is_unsure(waiting: MailServer) -> None:
    with transaction():
        claim = claims.claim_next("a dead worker", {the_message().channel})
    assert claim is not None
    with transaction():
        assert claims.hand_over(claim)
    assert send(stale_after=timedelta(seconds=-1)) == {}
    assert the_message().state is MessageState.UNSURE
    with transaction():
        assert claims.finish(claim, mail.Verdict(mail.Outcome.SENT)), "it was slow, not dead"
    assert the_message().state is MessageState.SENT


def test_only_the_worker_whose_claim_it_is_hands_over_and_finishes(waiting: MailServer) -> None:
    found = []
    for name in ("asleep", "awake"):
        with transaction():
            claim = claims.claim_next(name, {the_message().channel})
        assert claim is not None
        found.append(claim)
        if name == "asleep":
            with transaction():
                claims.recover(timedelta(seconds=-1))
    asleep, awake = found
    assert the_message().claimed_by == "awake"
    with transaction():
        assert not claims.hand_over(asleep)
        assert not claims.finish(asleep, mail.Verdict(mail.Outcome.FAILED, "550"))
    assert (the_message().state, the_message().handed_over_at) == (MessageState.SENDING, None)
    with transaction():
        assert claims.hand_over(awake)
        assert not claims.hand_over(awake), "handed over is handed over"
        assert claims.finish(awake, mail.Verdict(mail.Outcome.SENT))
    assert the_message().state is MessageState.SENT


def test_a_slow_worker_says_nothing_about_what_was_decided_meanwhile(waiting: MailServer) -> None:
    with transaction():
        claim = claims.claim_next("a slow worker", {the_message().channel})
        assert claim is not None
        claims.hand_over(claim)
    with transaction():
        claims.recover(timedelta(seconds=-1))
    with transaction():
        office.send_again(messages()[0], actor=BY)
    with transaction():
        assert not claims.finish(claim, mail.Verdict(mail.Outcome.SENT))
    assert the_message().state is MessageState.QUEUED


def test_crashing_again_and_again_ends(waiting: MailServer) -> None:
    for _attempt in range(MOST_ATTEMPTS):
        with transaction():
            assert claims.claim_next("a dead worker", {the_message().channel})
        with transaction():
            assert claims.recover(timedelta(seconds=-1)) == 1
    assert the_message().state is MessageState.FAILED
