"""Edited fields and addresses of the homework pages: a refusal or a missing page, never an error of ours."""

from collections.abc import Callable

import pytest

from school.accounts.models import User
from school.db import db
from school.homework.models import HomeworkItem
from tests.homework.small_school import THURSDAY, SmallSchool
from tests.support.client import SchoolClient

AsUser = Callable[[User], SchoolClient]
NO_NUMBERS = ("²", "①", "9" * 5000, "-1", "1\0", "")
TYPED = {
    "layering": "whole",
    "all_content": "朗读",
    "all_minutes": "10",
    "form": "reading",
    "due_on": THURSDAY.isoformat(),
}


@pytest.mark.parametrize("revision", NO_NUMBERS)
def test_a_revision_that_is_no_number_is_an_old_one(school: SmallSchool, as_user: AsUser, revision: str) -> None:
    item = school.file(20)
    edit = as_user(school.chen).post_form(f"/homework/items/{item.id}", {**TYPED, "revision": revision})
    assert edit.status_code == 422 or revision == "1\0"
    trim = {"revision": revision, "all_minutes": "5", "reason": "太多"}
    assert as_user(school.liu).post_form(f"/homework/items/{item.id}/trim", trim).status_code in (303, 422)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "2101-01-01", "2026-02-30"])
def test_a_day_nobody_has_is_refused(school: SmallSchool, as_user: AsUser, day: str) -> None:
    assert as_user(school.chen).get(f"/homework?day={day}").status_code == 400
    assert as_user(school.sun).get(f"/family/homework?day={day}").status_code == 400
    assert as_user(school.liu).get(f"/homework/board?day={day}").status_code == 400


@pytest.mark.parametrize("day", ["2019-03-04", "2040-03-05"])
def test_a_day_on_which_the_class_was_not_at_school_is_not_found(school: SmallSchool, as_user: AsUser, day: str) -> None:
    client = as_user(school.liu)
    url = f"/homework/board/{school.third_2.id}"
    assert client.get(f"{url}?day={day}").status_code == 404
    assert client.post_form(f"{url}?day={day}", {"declares_none": "y"}, page=url).status_code == 404
    assert client.get(f"{url}/room?day={day}").status_code == 404
    assert client.post_form(f"{url}/close?day={day}", page=url).status_code == 404


def test_a_nul_character_is_left_out(school: SmallSchool, as_user: AsUser) -> None:
    url = f"/homework/items/new/{school.third_2.id}/{school.maths.id}"
    answer = as_user(school.chen).post_form(url, TYPED | {"all_content": "朗\0读", "book": "\0语文", "warning_reason": "\0"})
    assert answer.status_code == 303
    (item,) = db.session.query(HomeworkItem)
    assert (item.layers[0].content, item.book) == ("朗读", "语文")


def test_a_copy_of_an_item_no_row_can_be_is_an_empty_form(school: SmallSchool, as_user: AsUser) -> None:
    url = f"/homework/items/new/{school.third_2.id}/{school.maths.id}"
    assert as_user(school.chen).get(f"{url}?copy={10**30}").status_code == 200


def test_a_key_too_long_for_a_qr_code_is_refused(school: SmallSchool, client: SchoolClient) -> None:
    answer = client.get("/public/homework/book", query_string={"class": "2024-2", "key": "字" * 900})
    assert answer.status_code == 400
    assert "二维码" in answer.text
