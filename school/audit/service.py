"""Writing the audit: one entry in the transaction of the act itself."""

from dataclasses import dataclass

from sqlalchemy import insert

from school.audit.models import AuditEntry
from school.clock import now
from school.db import db


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in person, or a command at the school's own machine (no user)."""

    user_id: int | None
    label: str
    address: str = ""


COMMAND_LINE = Actor(None, "服务器命令行")


def record(
    actor: Actor, action: str, sentence: str, *, subject_type: str, subject_id: int | None = None, reason: str = ""
) -> None:
    """Write one entry; `sentence` completes “某人…” in Chinese, e.g. “公示了三年级2班 11月25日的作业”."""
    entry = {
        "happened_at": now(),
        "actor_id": actor.user_id,
        "actor_label": actor.label,
        "action": action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "sentence": sentence,
        "reason": reason,
        "address": actor.address,
    }
    db.session.execute(_INSERT, entry)


_INSERT = insert(AuditEntry.__table__).inline()  # nobody asks for the new id, and no object of the session is kept
