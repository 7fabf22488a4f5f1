"""Changing the school's settings."""

from dataclasses import fields
from typing import Any

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.preferences.models import Preference
from school.preferences.queries import forget_preferences, get_preferences
from school.preferences.rules import Preferences, check_preference

LABELS = {f.name: f.metadata["label"] for f in fields(Preferences)}


def change(values: dict[str, Any], *, actor: Actor) -> list[str]:
    """Store the values that differ from the present ones; answers the keys that changed."""
    present = get_preferences()
    changed = []
    for key, value in values.items():
        check_preference(key, value)
        if getattr(present, key) == value:
            continue
        stored_value = list(value) if isinstance(value, tuple) else value
        db.session.merge(Preference(key=key, value=stored_value, changed_at=now()))
        sentence = f"把学校设置“{LABELS[key]}”从 {_text(getattr(present, key))} 改为 {_text(value)}"
        record(actor, "preferences.change", sentence, subject_type="preference")
        changed.append(key)
    db.session.flush()
    forget_preferences()
    return changed


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(getattr(value, "label", value)) or "(空)"
