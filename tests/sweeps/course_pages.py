"""Pages of a selection that no link leads to: a preview's figures, confirming, a draw under way, two editors, no term at all."""

import io
from collections.abc import Iterator

import pytest

from school.courses import aside
from school.courses.views import rounds
from school.sheets.writing import write_csv
from tests.sweeps.town import Town, token_of


def office_pages(town: Town) -> Iterator[tuple[str, str]]:
    """Where each was met, and its text."""
    target = town.targets("courses.preview_draw")[0]
    town.ask("teaching_office", "POST", "courses.preview_draw", target)
    for endpoint in ("courses.preview_draw", "courses.publish_draw"):
        yield f"{endpoint} with figures", town.ask("teaching_office", "GET", endpoint, target, is_strict=True).text
    name = next(path.stem for path in aside._path(town.app, "").parent.glob("preview-*.json"))
    aside._store(aside._path(town.app, name), aside.Progress(1, 6))
    yield "a preview under way", town.ask("teaching_office", "GET", "courses.preview_draw", target, is_strict=True).text
    yield "two who set up", _second_to_set_up(town, int(target.values["term_id"]))
    yield "courses to import", _import_to_check(town)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rounds, "terms", list)
        yield "no term", town.client("teaching_office").get("/courses/selection").text


def _import_to_check(town: Town) -> str:
    """A list of courses with one of every kind, before anything is written."""
    client = town.client("teaching_office")
    header = ["编号", "名称", "类别", "年级", "教师", "备注"]
    rows = [
        ["C08", "书法", "书法", "1-6", "", ""],
        ["N1", "皮影", "语言艺术", "3", "", "新"],
        ["N2", "补课", "书法", "3", "", ""],
    ]
    data = {"file": (io.BytesIO(write_csv(header, rows)), "课程.csv"), "csrf_token": token_of(town.app, client)}
    answer = client.post("/courses/manage/import", data=data, headers={"Origin": "http://localhost"})
    assert "没有用到的列：备注" in answer.text
    return answer.text


def _second_to_set_up(town: Town, term_id: int) -> str:
    """The page of whoever saves second."""
    client = town.client("teaching_office")
    typed = {
        "has_wishes": "1",
        "wish_opens_at": "2026-02-24T10:00",
        "wish_closes_at": "2026-02-28T20:00",
        "open_opens_at": "2026-03-11T08:00",
        "open_closes_at": "2026-03-14T20:00",
        "max_courses": "2",
        "max_per_day": "1",
        "max_wishes": "5",
        "buffer_minutes": "0",
        "promotion": "offer",
        "offer_hours": "24",
        "revision": "0",
        "csrf_token": token_of(town.app, client),
    }
    answer = client.post(f"/courses/selection?term={term_id}", data=typed, headers={"Origin": "http://localhost"})
    assert answer.status_code == 422
    assert "有人退出时：直接递补" in answer.text
    return answer.text
