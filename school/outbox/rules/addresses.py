"""E-mail addresses, the codes that confirm them, and links of notices."""

import re
from datetime import timedelta

from school.errors import Refused

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=30)
MOST_TRIES = 5  # wrong guesses of one code
MOST_CODES_A_DAY = 5  # codes sent for one person: nobody's mailbox is filled by somebody else
LONGEST_LOCAL, LONGEST_ADDRESS = 64, 254  # RFC 5321
LONGEST_LINK = 300

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]")


def clean_address(text: str) -> str:
    """An e-mail address as it is kept, its domain in lower case; refuses what no mail server would take."""
    local, at, domain = text.strip().rpartition("@")
    is_good = at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) and len(local) <= LONGEST_LOCAL
    if not is_good or len(text.strip()) > LONGEST_ADDRESS:
        raise Refused("请填完整的邮箱，例如 name@qq.com。", "address")
    return f"{local}@{domain.lower()}"


def masked_address(address: str) -> str:
    """An address as others see it: `z***@qq.com`."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def clean_code(text: str) -> str:
    """The six digits a person typed, full-width ones and spaces allowed; refuses anything else."""
    digits = "".join(str(int(mark)) if mark.isdigit() and mark.isdecimal() else mark for mark in text if not mark.isspace())
    if not re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", digits):
        raise Refused(f"请填邮件里的 {CODE_DIGITS} 位数字。", "code")
    return digits


def check_link(link: str) -> None:
    """Raise ValueError for a link that is no path of this site: it comes from our code, never from a person."""
    if link and (not link.startswith("/") or re.search(r"[\s\\\x00-\x1f]", link) or link.startswith("//")):
        raise ValueError(f"a notice links to a path of this site, not to {link!r}")
    if len(link) > LONGEST_LINK:
        raise ValueError(f"a notice's link has at most {LONGEST_LINK} characters")
