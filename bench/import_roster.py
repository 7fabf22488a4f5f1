"""Importing a register: read, compare, write; against a bare read and one executemany of the same rows.

The file is the real 720-pupil register when ../shared is there, else one of the same columns made here.
"""

import io
import time
from collections.abc import Iterator
from typing import Any

import openpyxl
from sqlalchemy import insert

from bench.support import compare, school_on_disk
from school.audit.service import COMMAND_LINE
from school.db import db, transaction
from school.people.columns import PUPIL_COLUMNS
from school.people.enums import ImportKind
from school.people.models import Pupil
from school.people.service.importing.running import run_import
from school.settings import ROOT

REAL = ROOT.parent / "shared" / "data" / "roster" / "roster_720_clean.xlsx"


def run() -> Iterator[dict[str, Any]]:
    """Pupils a second, from the bytes of the file to the committed transaction; 144 a second is 720 in 5 s."""
    content = REAL.read_bytes() if REAL.is_file() else _made()

    def ours() -> float:
        with school_on_disk() as school, school.app.app_context():
            start = time.perf_counter()
            done = run_import(content, "学籍.xlsx", ImportKind.PUPILS, actor=COMMAND_LINE)
            return len(done.plan.added) / (time.perf_counter() - start)

    def bare() -> float:
        with school_on_disk() as school, school.app.app_context():
            start = time.perf_counter()
            rows = list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].values)
            column = rows[0].index("姓名")
            with transaction():
                db.session.execute(insert(Pupil), [{"name": row[column]} for row in rows[1:]])
            return (len(rows) - 1) / (time.perf_counter() - start)

    yield compare("import_roster", "pupils/s", ours, bare)


def _made() -> bytes:
    """720 pupils under the register's titles."""
    book = openpyxl.Workbook()
    sheet = book.active
    titles = [column.label for column in PUPIL_COLUMNS] + [f"其他{n}" for n in range(55)]
    values = {"性别": "男", "入学年月": "202609"}
    sheet.append(titles)
    for number in range(720):
        grade, place = divmod(number, 120)
        row = values | {
            "姓名": f"学生{number}",
            "班级": f"{grade + 1}年级{place // 30 + 1}班",
            "班内学号": str(place % 30 + 1),
            "学籍辅号": f"2026{number:04d}",
            "监护人姓名": f"家长{number}",
            "监护人电话": f"138{number:08d}",
        }
        sheet.append([row.get(title, "") for title in titles])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
