"""Data flows one way: the layer table holds, and planted breaches show that the test bites."""

from pathlib import Path

import pytest

from tests.sweeps.layers import breaches, read_modules

ROOT = Path(__file__).resolve().parents[2]

PLANTED = [
    ("homework/rules.py", "import sqlalchemy", "is rules and imports sqlalchemy"),
    ("homework/rules/caps.py", "from flask import g", "is rules and imports flask"),
    ("homework/enums.py", "import pandas", "is enums and imports pandas"),
    ("homework/views.py", "from school.homework.models import Item", "is views and imports school.homework.models"),
    ("homework/views/board.py", "import sqlalchemy", "is views and imports sqlalchemy"),
    ("homework/models.py", "from school.homework.service import publish", "is models and imports"),
    ("homework/queries.py", "import pandas", "is queries and imports pandas"),
    ("homework/service.py", "from school.homework.views import bp", "is service and imports"),
    ("homework/reports.py", "from flask import request", "is reports and imports flask"),
    ("homework/forms.py", "from school.homework.models import Item", "is forms and imports"),
    ("homework/policy.py", "from school.homework.service import publish", "is policy and imports"),
    ("homework/queries.py", "from school.courses.models import Course", "reaches into another feature"),
    ("people/service.py", "from school.home.tasks import tasks", "imports a composer"),
    ("homework/rules.py", "from school.db import db", "imports the session"),
    ("sheets/reading.py", "import pandas", "pure package"),
    ("people/rules.py", "from .names import x", "relative import"),
]


def test_the_code_keeps_to_the_layer_table() -> None:
    assert breaches(read_modules(ROOT)) == []


@pytest.mark.parametrize(("file", "line", "complaint"), PLANTED)
def test_a_planted_breach_is_found(tmp_path: Path, file: str, line: str, complaint: str) -> None:
    path = tmp_path / "school" / file
    path.parent.mkdir(parents=True)
    path.write_text(f"{line}\n", encoding="utf-8")
    found = breaches(read_modules(tmp_path))
    assert any(complaint in text for text in found), found


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "school" / "people"
    folder.mkdir(parents=True)
    (folder / "one.py").write_text("from school.people import two\n", encoding="utf-8")
    (folder / "two.py").write_text("from school.people import one\n", encoding="utf-8")
    (folder / "__init__.py").write_text("", encoding="utf-8")
    assert any("in a circle" in text for text in breaches(read_modules(tmp_path)))
