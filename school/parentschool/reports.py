"""The report on families of a term: frames in, frames out, a workbook and JSON.

JSON, schema `families-report/1`::

    {"schema": "families-report/1", "school": "…", "term": "2026-1", "through": "2026-11-25",
     "least_a_term": 2, "held": 5, "empty_months": ["2026-12"],                        # PE-01; this school: one every month
     "months": [{"month": "2026-09-01", "planned": 1, "sessions": 1, "dates": 2, "expected": 80, "came": 71, "walk_ins": 6,
                 "adults": 90, "share": 0.8875}],
     "dates": [{"day": "2026-09-18", "kind": "training", "topic": "…", "chairs": 80, …, "answers": 12, "stars": 4.6}],
     "classes": [{"class_key": "2024-2", "class_name": "三年级2班", "grade": 3, "pupils": 45, "reached": 30, "share": 0.6667,
                  "families_came": 51, "visited": 20, "visit_share": 0.4444, VISITS}],
     "grades": [the same by "grade"; null last, for the whole school], "speakers": [{"speaker": "…", "sessions": 2, …}],
     "mentors": [{"source": "teacher", "members": 8, "asked": 1, "confirmed": 4, "declined": 0}]}

Families: `expected` had chairs, `came` were there of these, `walk_ins` came without a chair (waiting or not signed up);
`share` of a date or month is `came` of `expected`. `reached` are pupils whose family was there at least once,
`families_came` counts a pupil's family once for each date. VISITS are home, phone, online, school (visits), planned,
plan_overdue (pupils), follow_ups_open, follow_ups_overdue, of the school year up to `through` (PE-07). `stars` are null
below five answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from school.calendar.models import Term
from school.calendar.queries import term_dates
from school.calendar.rules import grade_of
from school.clock import now, today
from school.parentschool.enums import EventKind, MentorSource, VisitMode
from school.parentschool.queries.families import families_of
from school.parentschool.queries.feedback import answers_by_session, speakers_by_session
from school.parentschool.queries.frames import (
    DATE_COLUMNS,
    MENTOR_COLUMNS,
    PRESENCE_COLUMNS,
    PUPIL_COLUMNS,
    held_date_rows,
    members_of_classes,
    mentor_rows,
    planned_months,
    presence_rows,
    stretch_of,
)
from school.parentschool.queries.visits_frames import COVERAGE_COLUMNS, coverage_rows
from school.parentschool.rules.feedback import BATCH, shown, stars_of_speaker, summary
from school.parentschool.rules.plan import LEAST_A_TERM, grades_in_words, is_in_term, months_of
from school.people.labels import class_name
from school.preferences.queries import get_preferences
from school.reporting.excel import Column, Mark, ReportSheet, write_report
from school.reporting.frames import frame_of, records, share, sums_by

SCHEMA = "families-report/1"
_TEXTS = ("kind", "topic", "source")
DATE_TYPES = {
    **{one: "object" if one in _TEXTS else "int64" for one in DATE_COLUMNS},
    "chairs": "Int64",
    "day": "day",
    "month": "day",
}
MENTOR_TYPES = {one: "object" if one in _TEXTS else "int64" for one in MENTOR_COLUMNS}
SPEAKER_TYPES = {"speaker": "object", "sessions": "int64", "answers": "Int64", "stars": "float64"}
CAME = {"expected": "有座位的家庭", "came": "其中到场", "walk_ins": "候补或未报名到场", "adults": "到场人数"}
VISITS = {
    **{mode.value: f"{mode.label}（次）" for mode in VisitMode},
    "planned": "计划中",
    "plan_overdue": "计划过期",
    "follow_ups_open": "跟进中",
    "follow_ups_overdue": "跟进逾期",
}
_SUMMED = ("pupils", "reached", "families_came", "visited", *VISITS)


@dataclass(frozen=True)
class Report:
    """The frames of a report, up to and with the day `through`; see `JSON` above for their columns."""

    term: Term
    through: date
    held: int
    empty_months: tuple[date, ...]
    months: pd.DataFrame
    dates: pd.DataFrame
    classes: pd.DataFrame
    grades: pd.DataFrame
    speakers: pd.DataFrame
    mentors: pd.DataFrame


def families_report(term: Term) -> Report:
    """The report of a term up to now."""
    through = max(min(today(), term.ends_on), term.starts_on)
    dates = frame_of(held_date_rows(stretch_of(term.starts_on, term.ends_on, now())), DATE_TYPES)
    planned = planned_months(term.school_year_id, term.starts_on, term.ends_on)
    asked = [one for one in months_of(term.school_year.start_year) if is_in_term(one, [term_dates(term)])]
    months = by_month(dates, planned, asked)
    dates, speakers = _with_stars(dates)
    classes = _classes(term, through, dates)
    empty = [row["month"] for row in records(months) if not row["sessions"] and row["month"] <= through.replace(day=1)]
    return Report(
        term,
        through,
        held=int(dates["session_id"].nunique()),
        empty_months=tuple(empty),
        months=months,
        dates=dates,
        classes=classes,
        grades=by_grade(classes),
        speakers=speakers,
        mentors=frame_of(mentor_rows(term.school_year_id, through), MENTOR_TYPES),
    )


def by_month(dates: pd.DataFrame, planned: Sequence[date], months: Sequence[date]) -> pd.DataFrame:
    """A row for each of the term's months: events planned, sessions and dates held, families, adults, share of those expected."""
    counted = dates.assign(dates=1)
    sums = sums_by(counted, ["month"], ["dates", *CAME])
    sums["sessions"] = sums["month"].map(dates.groupby("month")["session_id"].nunique())
    frame = frame_of([(month, planned.count(month)) for month in months], {"month": "day", "planned": "int64"})
    merged = frame.merge(sums, on="month", how="left")
    figures = ["sessions", "dates", *CAME]
    merged[figures] = merged[figures].fillna(0).astype("int64")
    return merged.assign(share=share(merged["came"], merged["expected"]))


def by_class(classes: pd.DataFrame, members: pd.DataFrame, presences: pd.DataFrame) -> pd.DataFrame:
    """To rows of classes: how many pupils' families were there at least once, and how often a pupil's family was.

    `members` has class, pupil and family of every pupil; brothers and sisters are reached together, each in their class.
    """
    times = presences.groupby("family")["date_id"].nunique()
    came = members["family"].map(times).fillna(0).astype("int64")
    counted = members.assign(families_came=came, reached=(came > 0).astype("int64"))
    sums = sums_by(counted, ["class_id"], ["reached", "families_came"])
    merged = classes.merge(sums, on="class_id", how="left")
    merged[["reached", "families_came"]] = merged[["reached", "families_came"]].fillna(0).astype("int64")
    return _with_shares(merged)


def by_grade(classes: pd.DataFrame) -> pd.DataFrame:
    """The classes' figures by grade, youngest first, and the whole school last with no grade."""
    grades = sums_by(classes, ["grade"], _SUMMED).astype({"grade": "Int64"})
    total = classes[list(_SUMMED)].sum().to_frame().T.assign(grade=pd.array([None], dtype="Int64"))
    return (
        _with_shares(pd.concat([grades, total[["grade", *_SUMMED]]], ignore_index=True)) if len(grades) else _with_shares(grades)
    )


def json_document(report: Report, school_name: str) -> dict[str, Any]:
    """The report in the schema of this module."""
    dates = report.dates.drop(columns=["date_id", "session_id", "month"])
    frames = {"months": report.months, "dates": dates, "classes": report.classes.drop(columns=["class_id"])}
    frames |= {"grades": report.grades, "speakers": report.speakers, "mentors": report.mentors}
    return {
        "schema": SCHEMA,
        "school": school_name,
        "term": report.term.code,
        "through": report.through.isoformat(),
        "least_a_term": LEAST_A_TERM,
        "held": report.held,
        "empty_months": [f"{one:%Y-%m}" for one in report.empty_months],
        **{name: [_plain(row) for row in records(frame)] for name, frame in frames.items()},
    }


def workbook(report: Report, school_name: str) -> bytes:
    """The report as .xlsx: months, dates, grades, classes with visits, speakers, mentor corps."""
    note = f"{school_name} 家校共育报表 {report.term.label}（截至 {report.through.isoformat()}）"
    kinds, sources = {one.value: one.label for one in EventKind}, {one.value: one.label for one in MentorSource}
    grades = report.grades.assign(name=[grade_label(one) for one in records(report.grades)])
    came = tuple(Column(key, title) for key, title in CAME.items())
    answers, of_session = Column("answers", "反馈"), Column("answers", "反馈（同主题）")
    months = (Column("month", "月份", "day"), Column("planned", "计划"), Column("sessions", "举办"), Column("dates", "场次"))
    dates = (Column("day", "日期", "day"), _text("kind", "类型"), _text("topic", "主题"), Column("chairs", "座位"))
    corps = (Column("members", "在任"), Column("asked", "待答复"), Column("confirmed", "已应允"), Column("declined", "已婉拒"))
    rate, stars = Column("share", "到场率", "share"), Column("stars", "平均星级", "number")
    reach = (Column("pupils", "学生"), Column("reached", "家庭来过的学生"), Column("share", "占比", "share"))
    reach = (*reach, Column("families_came", "到场家庭（次）"), Column("visited", "已家访"))
    reach = (*reach, Column("visit_share", "家访覆盖", "share"), *(Column(key, title) for key, title in VISITS.items()))
    late = (Mark(("plan_overdue", "follow_ups_overdue"), ">", 0, "warn"),)
    visits = f"{note}。家访按学年计，每名学生每学年至少一次（PE-07）。"
    few = f"{note}。不足 {BATCH} 份反馈不显示星级。"
    monthly = f"{note}。每学期至少 {LEAST_A_TERM} 次（PE-01），本校每月一次。"
    held = report.dates.assign(kind=report.dates["kind"].map(kinds))
    of_date = (*dates, *came, rate, Column("waiting", "候补未到"), of_session, stars)
    of_speaker = (_text("speaker", "主讲人"), Column("sessions", "主讲"), answers, stars)
    mentors = report.mentors.assign(source=report.mentors["source"].map(sources))
    return write_report(
        [
            ReportSheet("各月", report.months, (*months, *came, rate), (Mark(("sessions",), "==", 0, "warn"),), monthly),
            ReportSheet("场次", held, of_date, (), few),
            ReportSheet("年级", grades, (_text("name", "年级"), *reach), late, visits),
            ReportSheet("班级", report.classes, (_text("class_name", "班级"), *reach), late, visits),
            ReportSheet("主讲人", report.speakers, of_speaker, (), few),
            ReportSheet("导师团", mentors, (_text("source", "来源"), *corps), (), note),
        ]
    )


def grade_label(row: dict[str, Any]) -> str:
    """“三年级”, or “全校” for the last row."""
    return "全校" if row["grade"] is None else grades_in_words([row["grade"]])


def _with_stars(dates: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The dates with answers and mean stars of their session (those that may be shown), and the speakers with theirs."""
    session_ids = [int(one) for one in dates["session_id"].unique()]
    answers = {one: shown(found) for one, found in answers_by_session(session_ids).items()}
    means = {one: summary([answer.stars for answer in found]) for one, found in answers.items()}
    of_date = [means[int(one)] for one in dates["session_id"]]
    dates = dates.assign(
        share=share(dates["came"], dates["expected"]),
        answers=pd.array([one.answers if one else None for one in of_date], dtype="Int64"),
        stars=pd.array([one.mean if one else None for one in of_date], dtype="Float64").astype("float64"),
    )
    held: dict[tuple[str, int], list[int]] = {}
    for session_id, speakers in speakers_by_session(session_ids).items():
        for speaker in speakers:
            held.setdefault((speaker.name, speaker.id), []).append(session_id)
    rows = []
    for (name, mentor_id), sessions in sorted(held.items()):
        mean = summary([star for one in sessions for star in stars_of_speaker(answers[one], mentor_id)])
        rows.append((name, len(sessions), mean.answers if mean else None, mean.mean if mean else None))
    return dates, frame_of(rows, SPEAKER_TYPES)


def _classes(term: Term, through: date, dates: pd.DataFrame) -> pd.DataFrame:
    start_year = term.school_year.start_year
    rows = coverage_rows(term.school_year, start_year - get_preferences().last_grade + 1, through, today())
    classes = frame_of(rows, dict.fromkeys(COVERAGE_COLUMNS, "int64"))
    keys = list(zip(classes["entry_year"].tolist(), classes["class_number"].tolist(), strict=True))
    classes = classes.assign(
        class_key=[f"{entry}-{number}" for entry, number in keys],
        class_name=[class_name(entry, number, start_year) for entry, number in keys],
        grade=[grade_of(entry, start_year) for entry, _number in keys],
    )
    members = members_of_classes(classes["class_id"].tolist(), through)
    families = families_of({pupil_id for _class_id, pupil_id in members})
    with_family = [(class_id, pupil_id, families[pupil_id]) for class_id, pupil_id in members]
    presences = frame_of(presence_rows(dates["date_id"].tolist()), dict.fromkeys(PRESENCE_COLUMNS, "int64"))
    found = by_class(classes, frame_of(with_family, dict.fromkeys(PUPIL_COLUMNS, "int64")), presences)
    return found[["class_id", "class_key", "class_name", "grade", *_SUMMED, "share", "visit_share"]]


def _with_shares(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(share=share(frame["reached"], frame["pupils"]), visit_share=share(frame["visited"], frame["pupils"]))


def _text(key: str, title: str) -> Column:
    return Column(key, title, "text")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: round(value, 4) if isinstance(value, float) else value.isoformat() if isinstance(value, date) else value
        for key, value in row.items()
    }
