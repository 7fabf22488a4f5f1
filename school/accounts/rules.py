"""Which scope a role has, and what must stay true when roles and accounts change."""

from dataclasses import dataclass
from datetime import date

from school.accounts.scope import Scope
from school.errors import Refused
from school.permissions import Role

# What a role is held for; roles not named here are held for the whole school.
SCOPES: dict[Role, tuple[str, ...]] = {
    Role.HOMEROOM_TEACHER: ("class_id",),
    Role.GRADE_LEADER: ("entry_year",),
    Role.PREP_LEADER: ("subject_id", "entry_year"),
}
SCOPE_LABELS = {"class_id": "班级", "entry_year": "年级", "subject_id": "学科"}
ON_ROSTER_ONLY = frozenset({Role.GUARDIAN})  # follows from the pupils' list, never given by hand
GUARDED = frozenset({Role.PRINCIPAL, Role.ADMINISTRATOR})  # only an administrator touches these accounts


class LastAdministrator(Refused):
    """The act would leave the school without anybody who can give roles."""


@dataclass(frozen=True)
class HeldRole:
    """A role somebody holds from a day until a day (None: no end)."""

    user_id: int
    role: Role
    scope: Scope
    starts_on: date
    ends_on: date | None
    can_sign_in: bool = True


def scope_of(role: Role, given: Scope) -> Scope:
    """The part of `given` the role has; raises `Refused` when a part it needs is missing or it cannot be given by hand."""
    if role in ON_ROSTER_ONLY:
        raise Refused("家长身份来自学生名单，不能在这里添加。", "role")
    needed = SCOPES.get(role, ())
    for name in needed:
        if getattr(given, name) is None:
            raise Refused(f"任命{role.label}要选{SCOPE_LABELS[name]}。", name)
    return Scope(**{name: getattr(given, name) for name in needed})


def check_appointment(new: HeldRole, held: list[HeldRole]) -> None:
    """Refuse dates in the wrong order and a role that is held already for the same scope at the same time."""
    if new.ends_on and new.ends_on < new.starts_on:
        raise Refused("结束日期不能早于开始日期。", "ends_on")
    for other in held:
        if (other.role, other.scope) == (new.role, new.scope) and _overlap(new, other):
            raise Refused("这个人在这段时间里已经担任这一职务。", "role")


def check_administrator_remains(user_id: int, administrators: list[HeldRole], *, day: date) -> None:
    """Refuse when nobody but `user_id` is administrator today and without an end, and able to sign in."""
    others = [held for held in administrators if held.user_id != user_id and held.can_sign_in]
    if not any(held.starts_on <= day and held.ends_on is None for held in others):
        raise LastAdministrator("这是学校最后一位能登录的管理员。请先任命另一位管理员并让其首次登录。")


def _overlap(one: HeldRole, other: HeldRole) -> bool:
    return one.starts_on <= (other.ends_on or date.max) and other.starts_on <= (one.ends_on or date.max)
