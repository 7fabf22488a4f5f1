"""The worker: claims a message, hands it over, sends it, writes what became of it; as many of them at once as one likes."""

import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from school.clock import now
from school.db import db, transaction
from school.outbox.delivery import ClaimLost
from school.outbox.delivery.mail import Mailer
from school.outbox.delivery.robot import post
from school.outbox.deployment import mail_server, robot_hosts
from school.outbox.enums import Channel
from school.outbox.queries.messages import is_anything_due
from school.outbox.rules.sending import STALE_AFTER, Outcome, Verdict
from school.outbox.service import claims
from school.outbox.service.claims import Claim
from school.preferences.queries import get_preferences

_LOG = logging.getLogger(__name__)
IDLE_SECONDS = 2.0
RECOVER_EVERY = 30.0  # seconds
LOST = "lost"  # another worker had taken the claim back


class Worker:
    """One worker of this process; `name` is unique, so that a claim can be told to be its own."""

    def __init__(self, *, stale_after: timedelta = STALE_AFTER) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:12]}"
        self.counts: Counter[str] = Counter()
        self._stale_after = stale_after
        self._stop = threading.Event()
        server = mail_server()
        self._mailer = Mailer(server, get_preferences().school_name) if server else None
        self._channels = frozenset(Channel) if server else frozenset(Channel) - {Channel.EMAIL}
        db.session.rollback()

    def stop(self) -> None:
        """Finish the message in hand, then end."""
        self._stop.set()

    def run_once(self) -> None:
        """Send all that is due."""
        try:
            self._recover()
            self._send_due()
        finally:
            self._close()

    def follow(self, report: Callable[[], None]) -> None:
        """Send what is due again and again until told to stop; `report` is called after each time something was sent."""
        recovered = 0.0
        try:
            while not self._stop.is_set():
                if time.monotonic() - recovered > RECOVER_EVERY:
                    self._recover()
                    recovered = time.monotonic()
                before = self.counts.total()
                self._send_due()
                if self.counts.total() > before:
                    report()
                self._stop.wait(IDLE_SECONDS)
        finally:
            self._close()

    def _recover(self) -> None:
        with transaction():
            claims.recover(self._stale_after)

    def _send_due(self) -> None:
        while not self._stop.is_set() and self._is_anything_due():
            with transaction():
                claim = claims.claim_next(self.name, self._channels)
            if claim is None:
                return
            self.counts[self._send(claim)] += 1

    def _is_anything_due(self) -> bool:
        """Asked without a lock; the read ends at once, for a snapshot that stays open would never see anything new."""
        try:
            return is_anything_due(now(), self._channels)
        finally:
            db.session.rollback()

    def _send(self, claim: Claim) -> str:
        is_out = False

        def hand_over() -> None:
            nonlocal is_out
            with transaction():
                is_mine = claims.hand_over(claim)
            if not is_mine:
                raise ClaimLost
            is_out = True

        try:
            verdict = self._deliver(claim, hand_over)
        except ClaimLost:
            return LOST
        except (ValueError, TypeError, LookupError, AttributeError) as error:  # what no server said: the others' messages go on
            _LOG.exception("message %s", claim.id)
            verdict = Verdict(Outcome.UNSURE if is_out else Outcome.RETRY, f"发送程序出错：{type(error).__name__}")
        with transaction():
            is_mine = claims.finish(claim, verdict)
        return verdict.outcome.value if is_mine else LOST

    def _deliver(self, claim: Claim, hand_over: Callable[[], None]) -> Verdict:
        if claim.channel is not Channel.EMAIL:
            return post(claim, hand_over, robot_hosts())
        if self._mailer is None:
            return Verdict(Outcome.RETRY, "没有设置邮件服务器")
        return self._mailer.send(claim, hand_over)

    def _close(self) -> None:
        if self._mailer:
            self._mailer.close()
        db.session.rollback()
