"""Lists of pupils as files: the columns an import reads again, names byte for byte."""

from collections.abc import Iterator, Sequence

from school.people.queries.listing import ListedPupil, pupils_of_class, pupils_of_school
from school.people.rules import class_label, grade_label
from school.sheets.writing import SheetOut, write_csv, write_workbook

HEADER = (
    "年级",
    "班级",
    "班内学号",
    "学籍辅号",
    "姓名",
    "性别",
    "监护人1姓名",
    "监护人1关系",
    "监护人1电话",
    "监护人2姓名",
    "监护人2关系",
    "监护人2电话",
)


def export_pupils(format_name: str, *, school_year: int, class_id: int | None = None) -> tuple[bytes, int]:
    """All present pupils, or a class's, as "xlsx" or "csv"; answers the file and how many pupils it holds.

    The CSV is raw: a name that begins with = comes back as it is, because the file is read by programs too.
    """
    pupils = pupils_of_school() if class_id is None else pupils_of_class(class_id)
    rows = _rows(pupils, school_year)
    if format_name == "csv":
        return write_csv(HEADER, rows, raw=True), len(pupils)
    return write_workbook([SheetOut("学生名单", HEADER, rows)]), len(pupils)


def _rows(pupils: Sequence[ListedPupil], school_year: int) -> Iterator[tuple[str, ...]]:
    for pupil in pupils:
        guardians = [text for g in pupil.guardians[:2] for text in (g.name, g.relation.label, g.phone or "")]
        yield (
            grade_label(pupil.entry_year, school_year),
            class_label(pupil.entry_year, pupil.class_number, school_year),
            pupil.number_in_class or "",
            pupil.register_number or "",
            pupil.name,
            pupil.gender.label if pupil.gender else "",
            *guardians,
            *[""] * (6 - len(guardians)),
        )
