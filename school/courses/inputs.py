"""Reading the frozen list of a selection from a file: our own JSON, or a PrefLib list of strict orders."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from school.courses.rules.selection import Application, Course, Meeting, Selection, check_selection
from school.errors import Refused

MOST_BYTES = 50_000_000
MOST_VOTERS = 100_000


class InputUnreadable(Refused):
    """A file that is not a selection in a format we know."""


def read_json(content: bytes) -> Selection:
    """The selection of a JSON object with `courses` and `pupils`.

    A course has `id`, `capacity` and may have `course` (its number), `days` with `start` and `end` in minutes after
    midnight (or `meetings` of `day`, `start`, `end`, `weeks`), `minimum`, `grades`, `first_on`, `last_on`, `is_exempt`; a
    pupil has `id`, `prefs` best first and may have `max_courses` (1), `max_per_day`, `grade`, `ratings`, `held`, `together`
    (a group's name by course) and `priority`. Beside them `buffer_minutes`. What else there is counts for nothing.
    Raises `InputUnreadable` or `SelectionContradictory`.
    """
    try:
        document = json.loads(_text(content))
        selection = Selection(
            courses=tuple(_course(row) for row in document["courses"]),
            applications=tuple(_application(row) for row in document["pupils"]),
            buffer_minutes=_whole(document.get("buffer_minutes", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputUnreadable(f"文件不是选课清单：{type(error).__name__} {error}。请对照说明检查格式。", "input") from None
    check_selection(selection)
    return selection


def read_preflib(content: bytes, *, capacity: int, capacities: Mapping[str, int] | None = None, limit: int = 1) -> Selection:
    """The selection of a PrefLib `.soc` or `.soi` file: `count: 3,1,2` for voters of the same order, before 2022 `count,3,1,2`.

    Courses are called by their alternatives' numbers and have `capacity` seats unless `capacities` names them; voters are
    numbered from 1 in the order of the file. `limit` is each voter's `max_courses`.
    Raises `InputUnreadable` (ties are not strict orders) or `SelectionContradictory`.
    """
    given = dict(capacities or {})
    alternatives, lines = _preflib_lines(_text(content))
    orders = [_order(line) for line in lines]
    if not alternatives or sum(count for count, _wishes in orders) > MOST_VOTERS:
        raise InputUnreadable("文件不是 PrefLib 的 .soc 或 .soi 格式（或人数过多），请检查文件。", "input")
    names = [str(number) for number in range(1, alternatives + 1)]
    if unknown := sorted(set(given) - set(names)):
        raise InputUnreadable(f"给定名额的课程 {unknown[0]} 不在文件里，请核对编号。", "capacity")
    voters = [wishes for count, wishes in orders for _ in range(count)]
    selection = Selection(
        courses=tuple(Course(name, given.get(name, capacity)) for name in names),
        applications=tuple(Application(str(number), wishes, limit) for number, wishes in enumerate(voters, 1)),
    )
    check_selection(selection)
    return selection


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise InputUnreadable("文件过大，请检查是不是选错了文件。", "input")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputUnreadable("文件不是 UTF-8 编码，请另存为 UTF-8 后再试。", "input") from None


def _preflib_lines(text: str) -> tuple[int, list[str]]:
    """How many alternatives there are, 0 when the file does not say, and the lines of orders as `count: 3,1,2`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if found := re.search(r"^# NUMBER ALTERNATIVES:\s*(\d{1,6})\s*$", text, re.M):
        return int(found.group(1)), [line for line in lines if not line.startswith("#")]
    # Before 2022: the number of alternatives, a line for each, a line of totals, the orders.
    if not lines or not re.fullmatch(r"\d{1,6}", lines[0]):
        return 0, []
    return int(lines[0]), [line.replace(",", ":", 1) for line in lines[int(lines[0]) + 2 :]]


def _order(line: str) -> tuple[int, tuple[str, ...]]:
    match = re.fullmatch(r"(\d{1,6}):\s*(\d+(?:\s*,\s*\d+)*)", line.strip())
    if match is None:
        raise InputUnreadable(f"读不懂这一行：{line[:60]}。每行应为“人数: 课程,课程”，不能有并列。", "input")
    return int(match.group(1)), tuple(str(int(wish)) for wish in match.group(2).split(","))


def _course(row: dict[str, Any]) -> Course:
    if "meetings" in row:
        meetings = [
            Meeting(_name(one["day"]), _whole(one["start"]), _whole(one["end"]), _weeks(one.get("weeks", "all")))
            for one in row["meetings"]
        ]
    else:
        meetings = [Meeting(_name(day), _whole(row["start"]), _whole(row["end"])) for day in row.get("days", ())]
    return Course(
        id=_name(row["id"]),
        capacity=_whole(row["capacity"]),
        number=_name(row.get("course", "")),
        meetings=tuple(meetings),
        minimum=_whole(row.get("minimum", 0)),
        grades=frozenset(_whole(grade) for grade in row.get("grades", ())),
        first_on=_day(row.get("first_on", "")),
        last_on=_day(row.get("last_on", "")),
        is_exempt=_yes(row.get("is_exempt", False)),
    )


def _application(row: dict[str, Any]) -> Application:
    if not isinstance(row["prefs"], list):
        raise TypeError("prefs is not a list")
    grade = row.get("grade")
    return Application(
        id=_name(row["id"]),
        wishes=tuple(_name(wish) for wish in row["prefs"]),
        max_courses=_whole(row.get("max_courses", 1)),
        grade=None if grade is None else _whole(grade),
        ratings={_name(course): _rating(value) for course, value in row.get("ratings", {}).items()},
        max_per_day=_whole(row.get("max_per_day", 0)),
        held=tuple(_name(course) for course in row.get("held", ())),
        together={_name(course): _name(group) for course, group in row.get("together", {}).items()},
        priority=_whole(row.get("priority", 0)),
    )


def _name(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"{value!r} is neither text nor a whole number")
    return str(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _weeks(value: object) -> str:
    if value not in ("all", "odd", "even"):
        raise TypeError(f"{value!r} is none of all, odd, even")
    return str(value)


def _day(value: object) -> str:
    """An ISO date, which sorts as the days do; empty for the whole term."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no date")
    return date.fromisoformat(value).isoformat() if value else ""


def _rating(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1_000_000:
        raise TypeError(f"{value!r} is not a rating from 0 to 1,000,000")
    return value
