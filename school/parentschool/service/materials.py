"""Adding files to a session and taking them away."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.filetypes import named_for
from school.parentschool.enums import SessionState
from school.parentschool.models import SessionMaterial
from school.parentschool.queries.sessions import find_material, lock_session, materials_of
from school.parentschool.rules.materials import check_count, check_material


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes


def add_materials(session_id: int, uploads: Sequence[Upload], *, actor: Actor) -> list[SessionMaterial]:
    """Keep files with a session; the same bytes a second time are kept once."""
    session = lock_session(session_id)
    if session is None or session.state is SessionState.CANCELLED:
        raise Refused("这个活动已经取消，不能再加资料。")
    present = materials_of(session.id)
    known = {one.digest for one in present}
    wanted = {sha256(one.content).hexdigest(): one for one in uploads}
    new = {digest: one for digest, one in wanted.items() if digest not in known}
    if new or not wanted:
        check_count(len(present), len(new))
    made = [_material(session.id, digest, one) for digest, one in new.items()]
    db.session.add_all(made)
    db.session.flush()
    if made:
        sentence = f"给{session.kind.label}“{session.topic}”加了资料：{'、'.join(one.name for one in made)}"
        record(actor, "parentschool.material_add", sentence, subject_type="parent_session", subject_id=session.id)
    return made


def drop_material(material_id: int, *, actor: Actor) -> None:
    """Delete a file for good."""
    found = find_material(material_id)
    session = lock_session(found.session_id) if found is not None else None
    if found is None or session is None:
        raise Refused("这个文件已经删除。")
    sentence = f"删除了{session.kind.label}“{session.topic}”的资料：{found.name}"
    record(actor, "parentschool.material_drop", sentence, subject_type="parent_session", subject_id=session.id)
    db.session.delete(found)
    db.session.flush()


def _material(session_id: int, digest: str, upload: Upload) -> SessionMaterial:
    kind = check_material(upload.content)
    return SessionMaterial(
        session_id=session_id,
        name=named_for(upload.name, kind),
        media_type=kind.value,
        size=len(upload.content),
        digest=digest,
        added_at=now(),
        content=upload.content,
    )
