"""The demo's accounts: one easy login for each role, all with one password."""

from sqlalchemy import select

from school.accounts.models import User
from school.accounts.passwords import is_password
from school.db import db

DEMO_PASSWORD = "sunshine2026"  # noqa: S105

# Login and what the person is, in the order in which somebody who tries the program needs them.
DEMO_ROLES = {
    "teacher": "三年级2班数学教师",
    "homeroom": "三年级2班班主任",
    "prep": "三年级数学备课组长",
    "leader3": "三年级组长",
    "office": "教导处",
    "moral": "德育处",
    "principal": "校长",
    "parent": "家长",
    "admin": "管理员",
}


def demo_logins() -> list[tuple[str, str, str]]:
    """Login, role and name of the demo accounts that still have the demo's password; none in a real school."""
    users = {user.login: user for user in db.session.scalars(select(User).where(User.login.in_(DEMO_ROLES)))}
    present = [users[login] for login in DEMO_ROLES if login in users]
    # They share one hash, so that one costly comparison answers for all of them.
    known = {stored: is_password(DEMO_PASSWORD, stored) for stored in {user.password_hash for user in present} if stored}
    return [(user.login, DEMO_ROLES[user.login], user.display_name) for user in present if known.get(user.password_hash or "")]
