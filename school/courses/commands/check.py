"""`flask school check`: a read-only audit of every selection, for people, programs and the nightly job."""

import json
from collections.abc import Sequence

import click

from school.courses.queries.check import snapshots
from school.courses.rules.checking import Finding, Snapshot, findings_of


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, schema selection-check/1.")
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> None:
    """Look for damage in places, waiting lists, wishes and published documents; exit code 1 when there is any."""
    seen = snapshots()
    found = [(snapshot, finding) for snapshot in seen for finding in findings_of(snapshot)]
    if as_json:
        click.echo(json.dumps(_document(seen, found), ensure_ascii=False))
    else:
        click.echo(_in_words(seen, found))
    context.exit(1 if found else 0)


def _document(seen: Sequence[Snapshot], found: Sequence[tuple[Snapshot, Finding]]) -> dict[str, object]:
    return {
        "schema": "selection-check/1",
        "is_clean": not found,
        "selections": [_counts(snapshot) for snapshot in seen],
        "findings": [
            {
                "kind": finding.kind.value,
                "selection_id": snapshot.rulebook.selection.id,
                "course_id": finding.course_id,
                "pupil_id": finding.pupil_id,
                "sentence": finding.sentence,
            }
            for snapshot, finding in found
        ],
    }


def _counts(snapshot: Snapshot) -> dict[str, object]:
    return {
        "selection_id": snapshot.rulebook.selection.id,
        "term": _term(snapshot),
        "state": snapshot.rulebook.selection.state.value,
        "places": len(snapshot.live_places),
        "waiting": len(snapshot.live_entries),
    }


def _in_words(seen: Sequence[Snapshot], found: Sequence[tuple[Snapshot, Finding]]) -> str:
    lines = [
        f"{_term(one)}（{one.rulebook.selection.state.label}）：{len(one.live_places)} 个名额，{len(one.live_entries)} 人次候补"
        for one in seen
    ]
    lines += [f"  {_term(snapshot)} {finding.kind.value}：{_whose(finding)}{finding.sentence}" for snapshot, finding in found]
    lines.append(f"发现 {len(found)} 处问题。" if found else "没有发现问题。")
    return "\n".join(lines)


def _term(snapshot: Snapshot) -> str:
    """The term as commands name it, such as 2026-1."""
    return f"{snapshot.rulebook.selection.start_year}-{snapshot.rulebook.selection.term_number}"


def _whose(finding: Finding) -> str:
    return "" if finding.pupil_id is None else f"学生 {finding.pupil_id}，"
