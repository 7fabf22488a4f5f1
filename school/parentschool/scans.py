"""That this device scanned the code at a door, kept by the device itself, signed, for as long as a scan may be confirmed.

It outlives signing in, and cannot be sent to somebody else as an address can.
"""

from datetime import datetime

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from school.clock import ZONE, now
from school.parentschool.rules.door import SCAN_LIVES

COOKIE = "door_scan"


def keep_scan(response: Response, date_id: int) -> None:
    """Let the device keep that it scanned the code of this date now."""
    response.set_cookie(
        COOKIE,
        _serializer().dumps([date_id, int(now().timestamp())]),
        max_age=int(SCAN_LIVES.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def scanned_at(date_id: int) -> datetime | None:
    """When this device last scanned the code of this date; None when it did not, or what it kept is not ours."""
    try:
        kept_id, seconds = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError):
        return None
    return datetime.fromtimestamp(seconds, ZONE) if kept_id == date_id else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="door-scan")
