"""The cards about courses on the first page: what a family, a homeroom teacher, a course teacher and the office read there."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from school.accounts.models import User
from school.courses.enums import Promotion, SelectionState
from school.courses.service import seats, waiting
from school.db import db, transaction
from school.people.models import Pupil
from tests.courses.small_courses import (
    CLOSES,
    NOON,
    OPEN_ROUND,
    OPEN_ROUND_CLOSES,
    SmallCourses,
    add_application,
    build,
    to_open_round,
)
from tests.support.client import SchoolClient

Look = Callable[[User], list[str]]
Freeze = Callable[[datetime], None]


@pytest.fixture
def look(app: Flask, as_user: Callable[[User], SchoolClient]) -> Look:
    """The cards of somebody's first page that are about courses, each as one line of text, in their order."""

    def cards(user: User) -> list[str]:
        page = as_user(user).get("/").text.partition('class="all-entries"')[0]
        sections = re.findall(r'<(?:section|article|li)[^>]*class="[^"]*card[^"]*".*?</(?:section|article|li)>', page, re.S)
        lines = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip() for one in sections]
        return [line for line in lines if "选课" in line or "课程" in line]

    return cards


def take(cast: SmallCourses, child: Pupil, course_id: int) -> None:
    """A seat by the child's own guardian."""
    with transaction():
        seats.take(cast.selection.id, child.id, course_id, by=cast.actor(child))


def test_a_family_reads_until_when_it_may_choose_and_then_what_it_has(app: Flask, freeze: Freeze, look: Look) -> None:
    freeze(NOON)
    cast = build(has_wishes=False)
    child = cast.third[1]
    guardian = cast.guardians[child.id]
    (card,) = look(guardian)
    assert all(words in card for words in ("小孟1 · 选课", "正在报名", "还没有选课", "11月27日 20:00 截止", "去选课"))
    take(cast, child, cast.paper.id)
    (card,) = look(guardian)
    assert "已选上剪纸" in card
    assert "去选课" not in card


def test_a_family_without_consent_reads_so(app: Flask, freeze: Freeze, look: Look) -> None:
    freeze(NOON)
    cast = build(has_wishes=True)
    child = cast.first[0]
    db.session.execute(db.text("UPDATE course_consents SET withdrawn_at = given_at WHERE pupil_id = :id"), {"id": child.id})
    db.session.commit()
    (card,) = look(cast.guardians[child.id])
    assert "还没有同意告知书" in card


def test_an_offer_comes_first_with_its_deadline(app: Flask, freeze: Freeze, look: Look) -> None:
    freeze(NOON)
    cast = build(has_wishes=False, promotion=Promotion.OFFER)
    child, holder = cast.fifth[0], cast.fifth[1]
    take(cast, holder, cast.robots.id)
    with transaction():
        waiting.join_list(cast.selection.id, child.id, cast.robots.id, by=cast.actor(child))
        seats.withdraw(cast.selection.id, holder.id, cast.robots.id, by=cast.actor(holder))
    # The guardian has two children: the one with the offer and one who may still choose.
    first = look(cast.guardians[child.id])
    offer = next(card for card in first if "小乌0" in card)
    assert "等您确认" in offer
    assert "“机器人”有名额了，请在 11月26日 12:00 前确认" in offer
    assert len(first) == 2


def test_a_homeroom_teacher_reads_wishes_before_the_draw_and_places_after(app: Flask, freeze: Freeze, look: Look) -> None:
    freeze(NOON)
    cast = build(has_wishes=True)
    for child in cast.third[:3]:
        add_application(cast.selection, child, cast.paper)
    add_application(cast.selection, cast.first[0], cast.paper)  # of another class
    db.session.commit()
    (card,) = look(cast.liu)
    assert "三年级1班 · 选课" in card
    assert "8 名学生，已同意 8 名，填了志愿 3 名。" in card
    to_open_round(cast)
    freeze(OPEN_ROUND)
    for child in cast.third[:2]:
        take(cast, child, cast.paper.id)
    take(cast, cast.first[0], cast.chess.id)
    with transaction():
        waiting.join_list(cast.selection.id, cast.third[2].id, cast.paper.id, by=cast.actor(cast.third[2]))
    (card,) = look(cast.liu)
    assert "有课程 2 名，只在候补 1 名，没有课程 5 名。" in card


def test_a_teacher_reads_the_own_courses(app: Flask, freeze: Freeze, look: Look) -> None:
    freeze(NOON)
    cast = build(has_wishes=False)
    (card,) = look(cast.chen)
    assert "1 门" in card
    assert "剪纸" in card
    assert look(cast.zhao) == []


def test_the_office_is_told_when_the_next_step_can_be_taken(app: Flask, freeze: Freeze, look: Look) -> None:
    freeze(NOON)
    cast = build(has_wishes=True)
    steps = [
        (SelectionState.DRAFT, NOON, "筹备中", "下一步：公布选课安排"),
        (SelectionState.ANNOUNCED, CLOSES - timedelta(minutes=1), "已公布", "下一步：冻结志愿名单"),
        (SelectionState.ANNOUNCED, CLOSES, "已公布", "现在可以冻结志愿名单"),
        (SelectionState.FROZEN, CLOSES, "志愿已冻结", "现在可以预演并公布摇号结果"),
        (SelectionState.DRAWN, OPEN_ROUND_CLOSES - timedelta(minutes=1), "摇号已公布", "下一步：结束选课"),
        (SelectionState.DRAWN, OPEN_ROUND_CLOSES, "摇号已公布", "现在可以结束选课"),
        (SelectionState.FINISHED, OPEN_ROUND_CLOSES, "已结束", "没有要办的步骤"),
    ]
    for state, moment, title, text in steps:
        freeze(moment)
        cast.selection.state = state
        db.session.commit()
        (card,) = look(cast.office)
        assert title in card, (state, moment)
        assert text in card, (state, moment)
    assert look(cast.principal) == []


def test_without_a_selection_there_is_no_card(cast: SmallCourses, look: Look) -> None:
    cast.selection.state = SelectionState.DRAFT
    db.session.commit()
    assert look(cast.guardians[cast.third[1].id]) == []
    assert look(cast.liu) == []
