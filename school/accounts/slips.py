"""Slips with a one-time code, printed and handed over: what to type, where, and the QR code that types it."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

import segno
from flask import abort, current_app, request, session, url_for

from school.accounts.codes import code_of
from school.accounts.models import User
from school.accounts.passwords import CODE_LIVES
from school.clock import now

PERMIT_SECONDS = 900


@dataclass(frozen=True)
class Slip:
    """One slip: whom it is for, in which matter, and how they sign in for the first time."""

    heading: str
    name: str
    login: str
    code: str
    valid_until: date
    address: str
    qr: str


def slip_of(user: User, *, heading: str, name: str) -> Slip:
    """The slip of a user whose code waits to be used."""
    if user.code_issued_at is None:
        raise ValueError("a slip needs an issued code")
    code = code_of(user)
    site = str(current_app.config["PUBLIC_URL"]).rstrip("/") or request.url_root.rstrip("/")
    link = site + url_for("accounts.activate", login=user.login, code=code)
    qr = segno.make(link, error="m", boost_error=False).svg_data_uri(scale=4, border=2)
    valid_until = (user.code_issued_at + CODE_LIVES).date()
    return Slip(heading, name, user.login, code, valid_until, site + url_for("accounts.activate"), qr)


def permit_printing(key: Hashable) -> None:
    """Let this session open the sheet `key` for a quarter of an hour; the POST that calls this records it.

    A page that is read never writes, so the record is made by the button, and the sheet opens only after it.
    """
    session["printing"] = [str(key), int(now().timestamp())]


def require_permit(key: Hashable) -> None:
    """404 unless this session pressed the button of the sheet `key` a short while ago."""
    kept, at = session.get("printing", ["", 0])
    if kept != str(key) or now().timestamp() - at > PERMIT_SECONDS:
        abort(404)
