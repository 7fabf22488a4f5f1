"""Letters over SMTP. The step that cannot be taken back is the body after the server's 354."""

import re
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from hashlib import sha256

from school.outbox.delivery import HandOver
from school.outbox.deployment import MailServer
from school.outbox.rules.sending import SECONDS_OF_PATIENCE, Outcome, Verdict, fault_words, smtp_verdict
from school.outbox.service.claims import Claim

GO_AHEAD = 354


class Refusal(Exception):
    """The server answered with another code than the one that goes on."""

    def __init__(self, code: int, words: bytes) -> None:
        super().__init__(code)
        self.verdict = smtp_verdict(code, words.decode("utf-8", "replace"))


class Mailer:
    """A connection to the school's mail server, opened when needed and kept between letters."""

    def __init__(self, server: MailServer, sender_name: str, *, patience: float = SECONDS_OF_PATIENCE) -> None:
        self._server, self._sender_name, self._patience = server, sender_name, patience
        self._smtp: smtplib.SMTP | None = None

    def send(self, claim: Claim, hand_over: HandOver) -> Verdict:
        """Send a claimed letter; `hand_over` is called once, right before its body, and may raise `ClaimLost`."""
        handed_over = False

        def note() -> None:
            nonlocal handed_over
            hand_over()
            handed_over = True

        try:
            return self._send(claim, note)
        except Refusal as refusal:
            return _before_the_body(refusal.verdict)
        except smtplib.SMTPResponseException as error:  # a greeting or a login that was refused: this letter can wait
            said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
            return Verdict(Outcome.RETRY, f"邮件服务器不让登录：SMTP {error.smtp_code} {said}")
        except (OSError, smtplib.SMTPException) as error:
            outcome = Outcome.UNSURE if handed_over else Outcome.RETRY
            return Verdict(outcome, f"邮件服务器：{fault_words(error)}")
        finally:
            if not handed_over:
                self.close()

    def close(self) -> None:
        """End the connection, politely if the server still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _send(self, claim: Claim, note: HandOver) -> Verdict:
        letter = _dotted(letter_of(claim, self._server.sender, self._sender_name).as_bytes())
        smtp = self._connected()
        _expect(250, *smtp.mail(self._server.sender))
        code, words = smtp.rcpt(claim.address)
        if code not in (250, 251):
            raise Refusal(code, words)
        _expect(GO_AHEAD, *smtp.docmd("DATA"))
        note()
        try:
            smtp.send(letter)
            code, words = smtp.getreply()
        except BaseException:
            self.close()
            raise
        verdict = smtp_verdict(code, words.decode("utf-8", "replace"))
        if verdict.outcome is not Outcome.SENT:
            self.close()
        return verdict

    def _connected(self) -> smtplib.SMTP:
        """The connection, if the server still answers on it, else a new one."""
        if self._smtp is not None:
            try:
                if self._smtp.noop()[0] == 250:
                    return self._smtp
            except (OSError, smtplib.SMTPException):
                pass
            self.close()
        self._smtp = smtp = self._opened()
        return smtp

    def _opened(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=self._patience, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=self._patience)
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


def letter_of(claim: Claim, sender: str, sender_name: str) -> EmailMessage:
    """The letter of a message: the same Message-ID and date however often it is tried, so that mailboxes can tell."""
    letter = EmailMessage(policy=SMTP_POLICY)
    local, _at, domain = sender.rpartition("@")
    letter["From"] = Address(sender_name, local, domain)
    letter["To"] = claim.address
    letter["Subject"] = claim.subject
    letter["Date"] = format_datetime(claim.created_at)
    letter["Message-ID"] = message_id(claim.key, domain)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(claim.body, cte="base64")
    return letter


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a key."""
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _dotted(content: bytes) -> bytes:
    """A letter as DATA carries it (RFC 5321, 4.5.2): lines that begin with a dot get another, a lone dot ends it."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole) + b".\r\n"


def _expect(wanted: int, code: int, words: bytes) -> None:
    if code != wanted:
        raise Refusal(code, words)


def _before_the_body(verdict: Verdict) -> Verdict:
    """What an answer means when nothing was handed over yet: one that nobody understands is no reason to be unsure."""
    return Verdict(Outcome.RETRY, verdict.error) if verdict.outcome is Outcome.UNSURE else verdict
