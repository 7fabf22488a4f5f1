"""Who may see a triad, enter for it, and look at an acceptance."""

from school.accounts.identity import Person
from school.mentoring.models import Acceptance, MentorEntry, Triad
from school.permissions import Permission

SEES_ALL = (Permission.MANAGE_MENTORING, Permission.SEE_MENTORING_REPORT)


def may_see_triad(person: Person, teacher_id: int | None, triad: Triad) -> bool:
    """Its members, past ones too, the office and the principal."""
    return any(person.may(one) for one in SEES_ALL) or is_member(teacher_id, triad)


def is_member(teacher_id: int | None, triad: Triad) -> bool:
    """Whether a teacher sits or sat in the triad."""
    return teacher_id is not None and any(one.teacher_id == teacher_id for one in triad.members)


def may_touch_entry(teacher_id: int | None, entry: MentorEntry) -> bool:
    """The two an entry is about."""
    return teacher_id is not None and teacher_id in (entry.by_teacher_id, entry.with_teacher_id)


def may_see_acceptance(person: Person, teacher_id: int | None, acceptance: Acceptance, triad: Triad) -> bool:
    """Assessors, the office, the principal; of the triad everybody once it is decided, the apprentice themselves always."""
    if person.may(Permission.ASSESS_MENTORING) or may_see_triad(person, None, triad):
        return True
    return teacher_id == acceptance.teacher_id or (acceptance.decided_at is not None and is_member(teacher_id, triad))
