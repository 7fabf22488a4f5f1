"""Changing the school's settings."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Conflict, Refused
from school.preferences.models import Preference
from school.preferences.queries import get_preferences, lock_preferences
from school.preferences.rules import NEEDS_REASON, Preferences, check_preference, check_together, in_words

LABELS = {f.name: f.metadata["label"] for f in fields(Preferences)}


def change(values: Mapping[str, Any], *, seen: Mapping[str, Any] | None = None, reason: str = "", actor: Actor) -> list[str]:
    """Store the values that differ from the present ones; answers the keys that changed.

    `seen` is what the person had before them: a setting they left as it was keeps what somebody else made of it
    meanwhile, and one that both changed is a `Conflict`.
    """
    lock_preferences()
    present = get_preferences()
    wanted = {key: value for key, value in values.items() if not _is_untouched(key, value, seen, present)}
    for key, value in wanted.items():
        check_preference(key, value)
    check_together(replace(present, **wanted))
    if not reason and NEEDS_REASON & set(wanted):
        key = min(NEEDS_REASON & set(wanted))
        raise Refused(f"修改“{LABELS[key]}”要写明原因。", "reason")
    for key, value in wanted.items():
        _store(key, value)
        before, after = in_words(key, getattr(present, key)), in_words(key, value)
        sentence = f"把学校设置“{LABELS[key]}”从 {before} 改为 {after}"
        record(actor, "preferences.change", sentence, subject_type="preference", reason=reason)
    db.session.flush()
    return list(wanted)


def _is_untouched(key: str, value: Any, seen: Mapping[str, Any] | None, present: Preferences) -> bool:
    now_set = getattr(present, key)
    if value == now_set:
        return True
    if seen is None or key not in seen or seen[key] == now_set:
        return False
    if value == seen[key]:
        return True
    raise Conflict(f"您打开这一页以后，别人已把“{LABELS[key]}”改为 {in_words(key, now_set)}。核对后可以再次提交。", key)


def _store(key: str, value: Any) -> None:
    stored = list(value) if isinstance(value, tuple) else value
    db.session.merge(Preference(key=key, value=stored, changed_at=now()))
