"""The guardian's pages: own children only, one certain answer to every tap, refusals that say what to do next."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from school.accounts.models import User
from school.courses.enums import SelectionState
from school.courses.models import CourseConsent
from school.db import db
from tests.courses.acts import holders, join, take
from tests.courses.small_courses import NOON, SmallCourses, build
from tests.courses.test_family_wishes import ranked, tied, wish
from tests.support.client import SchoolClient
from tests.support.html import parse

AsUser = Callable[[User], SchoolClient]
TAPS = ("wish", "unwish", "up", "down", "together", "take", "wait", "leave", "accept", "decline", "withdraw")


@pytest.fixture
def town(app: Flask, freeze: Callable[[datetime], None]) -> SmallCourses:
    """The small selection in its wish round."""
    freeze(NOON)
    return build(has_wishes=True, max_wishes=3)


def parent(cast: SmallCourses, as_user: AsUser, number: int = 0) -> SchoolClient:
    """The device of the guardian of third[number]."""
    return as_user(cast.guardians[cast.third[number].id])


def words(text: str) -> str:
    """What a person reads of a page, without blanks."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", text))


def cards_of(page: str) -> dict[str, str]:
    """The cards of courses to choose from, in their order: id and what it says."""
    cards = (one for one in parse(page).all("li") if "course" in one.get("class", "").split())
    return {one.get("id", ""): words("".join(one.itertext())) for one in cards}


def tap(client: SchoolClient, pupil_id: int, course_id: int, what: str, **fields: object) -> tuple[int, str]:
    """Tap from the child's page; answers the status and what the page then says."""
    page = f"/choose/{pupil_id}"
    answer = client.post_form(f"{page}/{course_id}/{what}", fields, page=page)
    if answer.status_code != 303:
        return answer.status_code, words(answer.text)
    assert answer.location.split("?")[0].split("#")[0] == page
    return 303, words(client.get(answer.location).text)


def test_every_child_has_its_place_on_one_page(cast: SmallCourses, as_user: AsUser) -> None:
    take(cast, cast.third[0], cast.paper)
    take(cast, cast.fifth[1], cast.robots)
    join(cast, cast.fifth[0], cast.robots)
    page = words(parent(cast, as_user).get("/choose").text)
    assert "小孟0三年级1班" in page
    assert "已选上：剪纸（周二16:00—17:30）" in page
    assert "小乌0五年级1班" in page
    assert "候补中：机器人（第1位）" in page
    assert "11月27日（周五）20:00截止。还有2天8小时" in page
    assert "小孟1" not in page


def test_without_a_public_selection_the_page_explains_itself(cast: SmallCourses, as_user: AsUser) -> None:
    cast.selection.state = SelectionState.DRAFT
    db.session.commit()
    client = parent(cast, as_user)
    assert "学校公布选课安排后" in client.get("/choose").text
    assert client.get(f"/choose/{cast.third[0].id}").status_code == 404


@pytest.mark.parametrize("path", ["", "/{course}", "/history", "/consent", "/consent/withdraw", "/{course}/withdraw"])
def test_another_familys_child_is_nobodys_page(cast: SmallCourses, as_user: AsUser, path: str) -> None:
    path = path.format(course=cast.paper.id)
    stranger = cast.third[1]
    assert parent(cast, as_user, 1).get(f"/choose/{stranger.id}{path}").status_code == 200
    assert parent(cast, as_user).get(f"/choose/{stranger.id}{path}").status_code == 404
    assert as_user(cast.outsider).get(f"/choose/{stranger.id}{path}").status_code == 404


@pytest.mark.parametrize("what", [*TAPS, "transfer", "consent", "consent/withdraw"])
def test_another_familys_child_cannot_be_tapped(cast: SmallCourses, as_user: AsUser, what: str) -> None:
    mine, stranger = cast.third[0], cast.third[1]
    take(cast, stranger, cast.paper)
    course = "" if what in ("transfer", "consent", "consent/withdraw") else f"/{cast.paper.id}"
    fields = {"from": cast.paper.id, "to": cast.chess.id, "rank": 1, "agrees": "y", "version": 1}
    client = parent(cast, as_user)
    answer = client.post_form(f"/choose/{stranger.id}{course}/{what}", fields, page=f"/choose/{mine.id}")
    assert answer.status_code == 404
    assert holders(cast.paper) == [stranger.id]
    assert ranked(stranger) == []
    assert db.session.query(CourseConsent).filter_by(pupil_id=stranger.id, withdrawn_at=None).count() == 1


def test_a_stranger_is_no_sibling(town: SmallCourses, as_user: AsUser) -> None:
    client, pupil = parent(town, as_user), town.third[0]
    wish(town, pupil, town.paper)
    for sibling in (town.third[1], pupil):
        status, _page = tap(client, pupil.id, town.paper.id, "together", sibling=sibling.id)
        assert status == 404
    assert tied(town.paper) == {}
    assert ranked(town.third[1]) == []


def test_consent_comes_first_and_is_given_on_the_page(town: SmallCourses, as_user: AsUser) -> None:
    pupil, client = town.third[0], parent(town, as_user)
    db.session.query(CourseConsent).delete()
    db.session.commit()
    page = client.get(f"/choose/{pupil.id}").text
    assert "选课前，请先阅读并同意" in page
    assert "/wish" not in page
    status, said = tap(client, pupil.id, town.paper.id, "wish")
    assert status == 422
    assert "请先阅读并同意本学期的课后服务告知书" in said
    refused = client.post_form(f"/choose/{pupil.id}/consent", {}, page=f"/choose/{pupil.id}")
    assert refused.status_code == 422
    assert "请先阅读，勾选同意后再提交" in refused.text
    given = client.post_form(f"/choose/{pupil.id}/consent", {"agrees": "y"}, page=f"/choose/{pupil.id}")
    assert given.status_code == 303
    page = client.get(given.location).text
    assert "已记录您对小孟0选课的同意" in page
    assert "/wish" in page
    assert "孟家长0于11月25日（周三）12:00同意" in words(client.get(f"/choose/{pupil.id}/consent").text)


def test_an_old_page_agrees_to_no_new_text(town: SmallCourses, as_user: AsUser) -> None:
    pupil, client = town.third[0], parent(town, as_user)
    page = f"/choose/{pupil.id}/consent"
    db.session.query(CourseConsent).delete()
    db.session.commit()
    answer = client.post_form(page, {"agrees": "y", "version": "7"})
    assert answer.status_code == 422
    assert "请重新阅读" in answer.text
    assert db.session.query(CourseConsent).count() == 0


def test_withdrawing_consent_names_what_is_lost(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    take(cast, pupil, cast.chess)
    for other in cast.third[1:3]:
        take(cast, other, cast.paper)
    join(cast, pupil, cast.paper)
    url = f"/choose/{pupil.id}/consent/withdraw"
    page = words(client.get(url).text)
    assert "已选上：国际象棋（周三16:00—17:30）" in page
    assert "候补：剪纸，第1位" in page
    answer = client.post_form(url)
    assert answer.status_code == 303
    assert "已撤回对小孟0选课的同意" in client.get(answer.location).text
    assert holders(cast.chess) == []
    assert "不用办理" in client.get(url).text


def test_wishing_moving_and_taking_back(town: SmallCourses, as_user: AsUser) -> None:
    pupil, client = town.third[0], parent(town, as_user)
    status, said = tap(client, pupil.id, town.paper.id, "wish")
    assert status == 303
    assert "“剪纸”已填为小孟0的第1志愿：周二16:00—17:30，活动室C01，陈老师。" in said
    tap(client, pupil.id, town.chess.id, "wish")
    assert "“剪纸”现在是小孟0的第2志愿" in tap(client, pupil.id, town.paper.id, "down", rank=2)[1]
    assert "“剪纸”已经是小孟0的第2志愿" in tap(client, pupil.id, town.paper.id, "down", rank=2)[1]
    assert ranked(pupil) == [(1, "C03"), (2, "C01")]
    assert "“国际象棋”不在小孟0的志愿里了，现在共有1个志愿。" in tap(client, pupil.id, town.chess.id, "unwish")[1]
    assert ranked(pupil) == [(1, "C01")]
    assert client.post_form(f"/choose/{pupil.id}/{town.paper.id}/up", {}, page=f"/choose/{pupil.id}").status_code == 400


def test_a_wish_too_many_is_refused_before_and_after_the_tap(town: SmallCourses, as_user: AsUser) -> None:
    pupil, client = town.third[0], parent(town, as_user)
    for course in (town.paper, town.chess, town.choir):
        tap(client, pupil.id, course.id, "wish")
    page = words(client.get(f"/choose/{pupil.id}").text)
    assert page.count("最多填3个志愿，已填“剪纸”“国际象棋”“合唱”。要填“舞蹈”，请先删去一个志愿。") == 1
    status, said = tap(client, pupil.id, town.dance.id, "wish")
    assert status == 422
    assert "没有办成：最多填3个志愿" in said
    assert ranked(pupil) == [(1, "C01"), (2, "C03"), (3, "C05")]
    assert "我的志愿3/3" in said


def test_siblings_together_by_one_tap(town: SmallCourses, as_user: AsUser) -> None:
    pupil, sibling, client = town.third[0], town.fifth[0], parent(town, as_user)
    tap(client, pupil.id, town.paper.id, "wish")
    assert "和小乌0都上或都不上" in words(client.get(f"/choose/{pupil.id}").text)
    status, said = tap(client, pupil.id, town.paper.id, "together", sibling=sibling.id)
    assert status == 303
    assert "小孟0和小乌0要么都上，要么都不上" in said
    assert ranked(sibling) == [(1, "C01")]
    assert "和小孟0都上，或都不上" in words(client.get(f"/choose/{sibling.id}").text)
    assert "单独参加摇号" in tap(client, pupil.id, town.paper.id, "together")[1]
    assert tied(town.paper) == {}


def test_only_a_sibling_of_the_grade_is_offered(town: SmallCourses, as_user: AsUser) -> None:
    client, sibling = parent(town, as_user), town.fifth[0]
    wish(town, sibling, town.robots)
    page = words(client.get(f"/choose/{sibling.id}").text)
    assert "和小孟0都上或都不上" not in page
