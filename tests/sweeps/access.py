"""The table of who gets what: every view asked, as every role, by real requests.

`.venv/bin/python -m tests.sweeps.access` writes access.csv anew; read the difference before committing it.
"""

import csv
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

from werkzeug.test import TestResponse

from school.clock import frozen
from tests.homework.small_school import AFTERNOON
from tests.sweeps.town import COLUMNS, Town

FILE = Path(__file__).with_name("access.csv")
PREFACE = """\
# Who gets what from each view: asked by real requests in the town of tests/sweeps/town.py, with an empty form for a POST.
# ok: the page, a refused form (422) or the way to the result (303) · sign-in: must sign in first · else the status.
# A row names whose thing is asked for: 三年级2班 is the business of the people in the columns, 一年级1班 is not.
# Write it anew with: .venv/bin/python -m tests.sweeps.access
"""
FIT = {200: "ok", 303: "ok", 422: "ok", 302: "sign-in", 401: "sign-in"}
Row = tuple[str, ...]


def outcome(response: TestResponse) -> str:
    """What a response means for access."""
    return FIT.get(response.status_code, str(response.status_code))


def table(town: Town, endpoints: Iterable[str] | None = None) -> list[Row]:
    """A row for each method, endpoint and target: the outcome by role. The town is restored after each write."""
    chosen = None if endpoints is None else set(endpoints)
    return [
        (endpoint, method, target.words, *_outcomes(town, method, endpoint, target))
        for method, endpoint in town.views()
        if chosen is None or endpoint in chosen
        for target in town.targets(endpoint)
    ]


def _outcomes(town: Town, method: str, endpoint: str, target: object) -> list[str]:
    outcomes = []
    for who in COLUMNS:
        response = town.ask(who, method, endpoint, target)
        outcomes.append(outcome(response))
        if method != "GET" and response.status_code == 303:
            town.restore()
    return outcomes


def committed() -> list[Row]:
    """The table as committed."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [tuple(row) for row in csv.reader(lines)][1:]


def written(rows: Iterable[Row]) -> str:
    """The table as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("view", "method", "row", *COLUMNS))
    writer.writerows(rows)
    return PREFACE + text.getvalue()


def differences(found: Iterable[Row], expected: Iterable[Row]) -> list[str]:
    """A sentence for each cell or row that differs."""
    now, then = {row[:3]: row[3:] for row in found}, {row[:3]: row[3:] for row in expected}
    sentences = [f"{' '.join(key).strip()} is not in access.csv" for key in now.keys() - then.keys()]
    sentences += [f"{' '.join(key).strip()} is in access.csv, but there is no such view" for key in then.keys() - now.keys()]
    for key in now.keys() & then.keys():
        cells = zip(COLUMNS, now[key], then[key], strict=True)
        sentences += [
            f"{who} gets {new} from {' '.join(key).strip()}, the table says {old}" for who, new, old in cells if new != old
        ]
    return sorted(sentences)


def main() -> None:
    """Write the table anew."""
    with tempfile.TemporaryDirectory() as directory, frozen(AFTERNOON):
        FILE.write_text(written(table(Town.build(Path(directory)))), encoding="utf-8")


if __name__ == "__main__":
    main()
