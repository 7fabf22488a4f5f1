"""Passwords (argon2id) and the printed one-time codes (never stored: recomputed from the secret)."""

import base64
import hashlib
import hmac
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from school.errors import Refused

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's second choice: 26 ms here
SHORTEST = 8
CODE_LIVES = timedelta(days=60)
COMMON = frozenset({"12345678", "123456789", "1234567890", "11111111", "88888888", "66666666", "password", "qwertyui"})


def hash_password(password: str) -> str:
    """argon2id of a password."""
    return HASHER.hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the stored one; takes as long when there is none, so that nobody learns who exists."""
    try:
        return HASHER.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def check_password(password: str, *, login: str) -> None:
    """Refuse a password that is too short or easily guessed."""
    if len(password) < SHORTEST:
        raise Refused(f"密码至少要 {SHORTEST} 位。", "new_password")
    if password.lower() in COMMON or len(set(password)) < 4 or password == login:
        raise Refused("这个密码太容易被猜到，请换一个，例如几个不相干的词。", "new_password")


def one_time_code(secret: str, user_id: int, serial: int) -> str:
    """The code printed for a user, as ABCD-EFGH: 40 bits of HMAC-SHA-256, the same each time it is printed."""
    digest = hmac.new(secret.encode(), f"one-time:{user_id}:{serial}".encode(), hashlib.sha256).digest()
    text = base64.b32encode(digest[:5]).decode()
    return f"{text[:4]}-{text[4:]}"


def is_code(typed: str, code: str) -> bool:
    """Whether somebody typed `code`; case, spaces, dashes and look-alike digits do not matter."""
    folded = typed.upper().translate(str.maketrans("018", "OIB"))
    plain = "".join(char for char in folded if char.isascii() and char.isalnum())
    return hmac.compare_digest(plain.encode(), code.replace("-", "").encode())


@cache
def _nobody() -> str:
    return HASHER.hash("nobody signs in with this")
