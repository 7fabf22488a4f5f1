"""The lists a school uploads on its first day: its pupils (shared data), a few teachers, what they teach."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook

from tests.conftest import SHARED

ROSTER = SHARED / "roster" / "roster_720_clean.xlsx"
CLASS, OTHER_CLASS = "三年级2班", "四年级1班"
TEACHERS = [
    ["工号", "姓名", "手机号码"],
    ["T01", "陈静", "13700000001"],
    ["T02", "斯琴高娃", "13700000002"],
    ["T03", "王建国", None],
]
ASSIGNMENTS = [
    ["教师", "班级", "学科", "班主任"],
    ["陈静", CLASS, "语文", "是"],
    ["斯琴高娃", f"{CLASS}、{OTHER_CLASS}", "数学", ""],
    ["王建国", OTHER_CLASS, "语文", "是"],
]


@dataclass(frozen=True)
class Family:
    """A child and the guardian the register names."""

    child: str
    guardian: str


def teachers_file(folder: Path) -> Path:
    """The teachers as a workbook."""
    book = Workbook()
    for row in TEACHERS:
        book.active.append(row)
    path = folder / "教师.xlsx"
    book.save(path)
    return path


def assignments_file(folder: Path) -> Path:
    """Who teaches what, as Excel in China saves a CSV: in GBK."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(ASSIGNMENTS)
    path = folder / "任课.csv"
    path.write_bytes(text.getvalue().encode("gbk"))
    return path


def family_of(class_name: str) -> Family:
    """A child of the class whose first guardian has this child only, and a name nobody else in the class has."""
    sheet = load_workbook(io.BytesIO(ROSTER.read_bytes()), read_only=True).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    at = {title: n for n, title in enumerate(header)}
    guardians = [(row[at["成员1姓名"]], row[at["成员1联系电话"]]) for row in rows] + [
        (row[at["成员2姓名"]], row[at["成员2联系电话"]]) for row in rows
    ]
    people = Counter(guardians)
    here = [(row, person) for row, person in zip(rows, guardians, strict=False) if row[at["班级"]] == class_name]
    names = Counter(person[0] for _row, person in here)
    row, person = next((row, person) for row, person in here if people[person] == 1 and names[person[0]] == 1)
    return Family(row[at["姓名"]], person[0])
