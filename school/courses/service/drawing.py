"""Holding the real draw: computing it outside the lock, and publishing what was computed under it."""

import json
from dataclasses import dataclass
from hashlib import sha256

from school.audit.service import Actor
from school.clock import now
from school.courses.drawing import OBJECTIVE, Held, hold
from school.courses.enums import Mechanism, SelectionState
from school.courses.inputs import read_json
from school.courses.models import Selection
from school.courses.queries.catalogue import selection_facts_of
from school.courses.queries.freezing import read_list
from school.courses.queries.selections import find_selection
from school.courses.rules.draw import Outcome
from school.courses.rules.freezing import frozen_json
from school.courses.rules.outcomes import metrics_of
from school.courses.rules.rounds import StepRefused, check_drawing
from school.courses.rules.selection import Selection as Drawn
from school.courses.service.notices import tell_drawn
from school.courses.service.outcomes import enter_outcome
from school.courses.service.rounds import GONE, catalogue_of, keep_record, locked
from school.db import db
from school.errors import Refused

PUBLISHED = "摇号结果已经公布，不能再公布一次。"


@dataclass(frozen=True)
class Computed:
    """A draw held with the real seed on the list of this hash, not yet published."""

    list_sha256: str
    mechanism: Mechanism
    public_value: str
    outcome: Outcome
    document: str


def compute(selection_id: int, mechanism: Mechanism, public_value: str) -> Computed:
    """Hold the draw with the real seed; reads only, and may take as long as the solver needs."""
    selection = find_selection(selection_id)
    if selection is None:
        raise Refused(GONE)
    if selection.state in (SelectionState.DRAWN, SelectionState.FINISHED):
        raise StepRefused([PUBLISHED])
    check_drawing(selection_facts_of(selection))
    value = check_public_value(selection, public_value)
    seed = seed_of(selection.seed_secret, value)
    content = selection.frozen_list
    drawn = read_json(content.encode())
    held = hold(drawn, mechanism, seed)
    return Computed(
        list_sha256=selection.list_sha256,
        mechanism=mechanism,
        public_value=value,
        outcome=held.outcome,
        document=document_of(selection, drawn, held, mechanism, value),
    )


def publish(selection_id: int, computed: Computed, *, by: Actor) -> Selection:
    """Make a computed draw the outcome: places, lists and closed courses entered, document and seed public, families told.

    The same outcome twice changes nothing. Raises `StepRefused` when the list is not the frozen one any more.
    """
    selection = locked(selection_id)
    if selection.state in (SelectionState.DRAWN, SelectionState.FINISHED):
        if selection.outcome == computed.document:
            return selection
        raise StepRefused([PUBLISHED])
    check_drawing(selection_facts_of(selection))
    as_of_now = frozen_json(read_list(catalogue_of(selection)))
    if not selection.list_sha256 == computed.list_sha256 == sha256(as_of_now.encode()).hexdigest():
        raise StepRefused(["冻结以后，课程、名额或报名有变动。请回到选课组织页重新冻结名单，再摇号。"])
    selection.mechanism = computed.mechanism
    selection.objective = OBJECTIVE if computed.mechanism is Mechanism.OPTIMUM else ""
    selection.public_value = computed.public_value
    selection.outcome, selection.outcome_sha256 = computed.document, sha256(computed.document.encode()).hexdigest()
    selection.state, selection.drawn_at = SelectionState.DRAWN, now()
    selection.revision += 1
    db.session.flush()
    sentence = f"公布了摇号结果（{computed.mechanism.label}），SHA-256 {selection.outcome_sha256}"
    keep_record(selection, "courses.publish_draw", sentence, by)
    outcome = computed.outcome
    enter_outcome(selection_id, outcome.assignments, outcome.waiting, outcome.closed, by=by)
    tell_drawn(selection)
    return selection


def check_public_value(selection: Selection, value: str) -> str:
    """The public randomness as it is mixed in; raises `Refused` when it was announced and is missing."""
    if not selection.public_source:
        return ""
    if not value.strip():
        raise Refused(f"请填写事先公布的公开随机数：{selection.public_source}。", "public_value")
    return value.strip()


def seed_of(secret: str, public_value: str) -> str:
    """The seed of the draw: the secret alone, or the secret, a colon and the public value."""
    return f"{secret}:{public_value}" if public_value else secret


def document_of(selection: Selection, drawn: Drawn, held: Held, mechanism: Mechanism, public_value: str) -> str:
    """The published document: everything anybody needs to hold the draw again, as one canonical text."""
    document = {
        "schema": "course-draw/1",
        "mechanism": mechanism.value,
        "objective": OBJECTIVE if mechanism is Mechanism.OPTIMUM else "",
        "seed": seed_of(selection.seed_secret, public_value),
        "secret": selection.seed_secret,
        "commitment": selection.seed_commitment,
        "public_source": selection.public_source,
        "public_value": public_value,
        "list_sha256": selection.list_sha256,
        "list": selection.frozen_list,
        "assignments": held.outcome.assignments,
        "waiting": held.outcome.waiting,
        "closed": held.outcome.closed,
        "metrics": metrics_of(drawn, held.outcome),
        "is_proven": held.is_proven,
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
