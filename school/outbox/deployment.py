"""What the deployment says about sending: the mail server, the hosts of robots, the site's own address."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from flask import current_app

from school.outbox.rules.addresses import CODE_DIGITS

TLS = ("starttls", "tls", "none")


@dataclass(frozen=True)
class MailServer:
    """The mail server that takes the school's letters, and their sender."""

    host: str
    port: int
    user: str
    password: str
    tls: str
    sender: str


def mail_server() -> MailServer | None:
    """The mail server, or None when the school sends no e-mail; ValueError for settings that make no sense."""
    config = current_app.config
    host, sender, tls = str(config["SMTP_HOST"]).strip(), str(config["MAIL_FROM"]).strip(), str(config["SMTP_TLS"]).strip()
    if not host:
        return None
    if tls not in TLS:
        raise ValueError(f"SMTP_TLS must be one of {', '.join(TLS)}, not {tls!r}")
    if "@" not in sender:
        raise ValueError("MAIL_FROM must be the e-mail address letters come from")
    return MailServer(host, int(config["SMTP_PORT"]), str(config["SMTP_USER"]), str(config["SMTP_PASSWORD"]), tls, sender)


def has_mail() -> bool:
    """Whether the school sends e-mail."""
    return bool(str(current_app.config["SMTP_HOST"]).strip())


def robot_hosts() -> frozenset[str]:
    """Hosts a robot's address may have."""
    return frozenset(host.strip().lower() for host in str(current_app.config["ROBOT_HOSTS"]).split(",") if host.strip())


def whole_address(link: str) -> str:
    """The address of a path as people outside the site open it; "" when the site does not know its own."""
    site = str(current_app.config["PUBLIC_URL"]).strip().rstrip("/")
    return f"{site}{link}" if site and link else ""


def new_code() -> str:
    """A fresh code of six digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_digest(user_id: int, address: str, code: str) -> str:
    """What is kept of a code: worthless without the installation's secret, and for any other person or address."""
    text = f"email:{user_id}:{address}:{code}"
    return hmac.new(str(current_app.secret_key).encode(), text.encode(), hashlib.sha256).hexdigest()
