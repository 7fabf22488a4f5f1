"""The code at the door: it changes every minute, and a scan of it may be confirmed for five minutes.

What no code can prevent: somebody at the door who sends the picture on at once, to somebody who opens it within the two
minutes. Sent later it is worth nothing, and a scan is kept by the device that made it, so its address cannot be passed on.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from school.errors import Refused

DOOR_OPENS_BEFORE = timedelta(minutes=30)
SCAN_LIVES = timedelta(minutes=5)
TOKEN_LENGTH = 32  # hexadecimal digits: 128 bits
PERIOD_SECONDS = 60
EXPIRED = "签到码已经换了，请再扫一次门口屏幕上的码。"


def token_of(secret: str, date_id: int, moment: datetime) -> str:
    """What the code of a date says in the minute of `moment`: 32 hexadecimal digits."""
    return _token(secret, date_id, _minute(moment))


def is_token_of(token: str, secret: str, date_id: int, moment: datetime) -> bool:
    """Whether the token is that of the minute of `moment` or of the one before."""
    given, minute = token.encode(), _minute(moment)
    wanted = [_token(secret, date_id, one).encode() for one in (minute, minute - 1)]
    return any([hmac.compare_digest(given, one) for one in wanted])  # a list: both are compared, whatever the first says


def seconds_left(moment: datetime) -> int:
    """How long the code of this moment is still the newest: 1 to 60 seconds."""
    return PERIOD_SECONDS - int(moment.timestamp()) % PERIOD_SECONDS


def opens_at(starts_at: datetime) -> datetime:
    """When the door of a date opens."""
    return starts_at - DOOR_OPENS_BEFORE


def is_open(starts_at: datetime, ends_at: datetime, moment: datetime) -> bool:
    """Whether there is a code at the door: from half an hour before the start until the end, both included."""
    return opens_at(starts_at) <= moment <= ends_at


def check_scan(token: str, secret: str, date_id: int, *, starts_at: datetime, ends_at: datetime, moment: datetime) -> None:
    """Raise `Refused` unless the door is open and the token that of this minute or of the one before."""
    if moment < opens_at(starts_at):
        raise Refused(f"还没到签到时间，{opens_at(starts_at):%H:%M} 开始签到。")
    if moment > ends_at:
        raise Refused("活动已经结束，不能再扫码签到。如果您到了现场，请联系班主任补登。")
    if not is_token_of(token, secret, date_id, moment):
        raise Refused(EXPIRED)


def check_scanned(scanned_at: datetime | None, moment: datetime) -> None:
    """Raise `Refused` unless this device scanned a code of the date, and did so no more than five minutes ago."""
    if scanned_at is None or not scanned_at <= moment <= scanned_at + SCAN_LIVES:
        raise Refused(EXPIRED)


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // PERIOD_SECONDS


def _token(secret: str, date_id: int, minute: int) -> str:
    return hmac.new(secret.encode(), f"{date_id}:{minute}".encode(), sha256).hexdigest()[:TOKEN_LENGTH]
