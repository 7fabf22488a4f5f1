"""Taps of the open round, offers, results: one certain answer to each, refusals that say what to do next."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from school.accounts.models import User
from school.calendar.models import Term
from school.courses.enums import CourseState, Phase, Promotion, SelectionState
from school.courses.models import Course, CourseMeeting, Place, Selection, WaitingEntry
from school.db import db
from tests.courses.acts import holders, join, take, withdraw
from tests.courses.small_courses import (
    CLOSES,
    NOON,
    OPEN_ROUND,
    SmallCourses,
    add_application,
    add_consent,
    add_course,
    add_window,
    build,
    fresh,
    to_open_round,
)
from tests.courses.test_family_pages import cards_of, parent, tap, town, words
from tests.courses.test_family_wishes import numbers, wish
from tests.support.client import SchoolClient
from tests.support.html import parse
from tests.sweeps.test_query_counts import statements

AsUser = Callable[[User], SchoolClient]

__all__ = ["town"]  # the fixture


def test_a_seat_is_taken_and_every_further_tap_says_so(cast: SmallCourses, as_user: AsUser) -> None:
    pupil = cast.third[0]
    first, second = parent(cast, as_user), as_user(cast.second)
    token = first.get(f"/choose/{pupil.id}")
    assert token.status_code == 200
    status, said = tap(first, pupil.id, cast.paper.id, "take")
    assert status == 303
    assert "小孟0选上了“剪纸”：周二16:00—17:30，活动室C01，陈老师。还剩1个名额。" in said
    for client in (first, second):
        status, said = tap(client, pupil.id, cast.paper.id, "take")
        assert status == 303
        assert "“剪纸”：周二16:00—17:30，活动室C01，陈老师。" in said
    assert holders(cast.paper) == [pupil.id]
    assert db.session.query(Place).count() == 1


def test_a_tap_that_comes_too_late_offers_the_list(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    page = client.get(f"/choose/{pupil.id}").text
    assert f'action="/choose/{pupil.id}/{cast.paper.id}/take"' in page
    for other in cast.third[1:3]:
        take(cast, other, cast.paper)
    answer = client.post_form(f"/choose/{pupil.id}/{cast.paper.id}/take", page=f"/choose/{pupil.id}")
    assert answer.status_code == 422
    assert "小孟0没有选上：“剪纸”的2个名额已满" in words(answer.text)
    form = next(one for one in parse(answer.text).all("form") if one.get("action", "").endswith(f"/{cast.paper.id}/wait"))
    status, said = tap(client, pupil.id, cast.paper.id, "wait")
    assert form is not None
    assert status == 303
    assert "小孟0在“剪纸”（周二16:00—17:30）的候补名单上排第1位" in said
    assert "候补中剪纸" in said


def test_every_card_says_what_its_button_will_do(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    take(cast, pupil, cast.paper)
    for other in cast.third[1:3]:
        take(cast, other, cast.chess)
    join(cast, cast.third[3], cast.chess)
    page = client.get(f"/choose/{pupil.id}").text
    cards = cards_of(page)
    assert "已满·候补1人候补“国际象棋”" in cards[f"course-{cast.chess.id}"]
    assert "剩4/4报名“舞蹈”" in cards[f"course-{cast.dance.id}"]
    assert "时间冲突" in cards[f"course-{cast.football.id}"]
    assert "转课…" in cards[f"course-{cast.football.id}"]
    assert list(cards)[-1] == f"course-{cast.chess.id}"
    assert "“机器人”只面向五、六年级" in words(page)
    assert f"course-{cast.draft.id}" not in cards


def test_filters_keep_to_the_list_and_survive_a_tap(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    page = client.get(f"/choose/{pupil.id}?day=3").text
    assert set(cards_of(page)) == {f"course-{cast.chess.id}", f"course-{cast.dance.id}"}
    both = client.get(f"/choose/{pupil.id}?day=3&family=music").text
    assert list(cards_of(both)) == [f"course-{cast.dance.id}"]
    assert "没有符合筛选的课程" in client.get(f"/choose/{pupil.id}?day=1&family=music").text
    odd = client.get(f"/choose/{pupil.id}?day=9&family=nonsense").text
    assert odd.count('class="course"') == 6
    answer = client.post_form(f"/choose/{pupil.id}/{cast.chess.id}/take?day=3", page=f"/choose/{pupil.id}?day=3")
    assert "day=3" in answer.location


def test_transfer_is_one_act(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    take(cast, pupil, cast.paper)
    page = f"/choose/{pupil.id}/{cast.football.id}"
    assert "从哪门课转出" in client.get(page).text
    answer = client.post_form(f"/choose/{pupil.id}/transfer", {"from": cast.paper.id}, page=page)
    assert answer.status_code == 303
    assert "选上了“足球”" in client.get(answer.location).text
    assert (holders(cast.paper), holders(cast.football)) == ([], [pupil.id])
    again = client.post_form(f"/choose/{pupil.id}/transfer", {"from": cast.paper.id, "to": cast.football.id}, page="/choose")
    assert again.status_code == 303
    assert holders(cast.football) == [pupil.id]
    missing = client.post_form(f"/choose/{pupil.id}/transfer", {"from": "x"}, page="/choose")
    assert missing.status_code == 400


def test_leaving_two_courses_for_one(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    db.session.get(Course, cast.choir.id).meetings.append(CourseMeeting(weekday=2, starts_at=960, ends_at=1050))
    db.session.get(Course, cast.choir.id).meetings.append(CourseMeeting(weekday=3, starts_at=960, ends_at=1050))
    db.session.commit()
    take(cast, pupil, cast.paper)
    take(cast, pupil, cast.chess)
    page = f"/choose/{pupil.id}/{cast.choir.id}"
    value = f"{cast.paper.id},{cast.chess.id}"
    assert f'value="{value}"' in client.get(page).text
    answer = client.post_form(f"{page}/take", {"gives_up": value}, page=page)
    assert answer.status_code == 303
    assert "同时退出了“剪纸”“国际象棋”" in client.get(answer.location).text
    assert (holders(cast.choir), holders(cast.paper), holders(cast.chess)) == ([pupil.id], [], [])


def test_waiting_while_placed_says_what_is_given_up_and_swaps(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    for other in cast.third[1:3]:
        take(cast, other, cast.paper)
    take(cast, pupil, cast.football)
    page = f"/choose/{pupil.id}/{cast.paper.id}"
    assert "轮到时从哪门课转出" in client.get(page).text
    refused = client.post_form(f"{page}/wait", {}, page=page)
    assert refused.status_code == 422
    assert client.post_form(f"{page}/wait", {"gives_up": cast.football.id}, page=page).status_code == 303
    assert "轮到时转出“足球”" in words(client.get(f"/choose/{pupil.id}").text)
    withdraw(cast, cast.third[1], cast.paper)
    assert holders(cast.paper) == sorted([cast.third[2].id, pupil.id])
    assert holders(cast.football) == []
    told = words(client.get(f"/choose/{pupil.id}/history").text)
    assert "候补递补成功“剪纸”。" in told
    assert "选上别的课程，同时退出了“足球”。" in told


def test_siblings_wait_together(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, sibling, client = cast.third[0], cast.fifth[0], parent(cast, as_user)
    for other in cast.third[1:3]:
        take(cast, other, cast.paper)
    page = f"/choose/{pupil.id}/{cast.paper.id}"
    assert "和小乌0一起候补，都上或都不上" in client.get(page).text
    answer = client.post_form(f"{page}/wait", {"sibling": cast.third[3].id}, page=page)
    assert answer.status_code == 404
    answer = client.post_form(f"{page}/wait", {"sibling": sibling.id}, page=page)
    assert answer.status_code == 303
    assert "兄弟姐妹同时有名额才递补" in client.get(answer.location).text
    withdraw(cast, cast.third[1], cast.paper)
    assert holders(cast.paper) == [cast.third[2].id]
    withdraw(cast, cast.third[2], cast.paper)
    assert holders(cast.paper) == sorted([pupil.id, sibling.id])


def test_a_term_that_goes_on_is_reached_while_the_next_is_chosen(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    take(cast, pupil, cast.paper)
    spring = Term(school_year_id=cast.term.school_year_id, number=2, starts_on=date(2027, 2, 22), ends_on=date(2027, 7, 9))
    db.session.add(spring)
    db.session.flush()
    selection = Selection(term=spring, state=SelectionState.ANNOUNCED, has_wishes=False)
    db.session.add(selection)
    add_window(selection, Phase.OPEN, NOON, CLOSES)
    add_consent(selection, pupil, cast.guardians[pupil.id])
    later = add_course(spring, "C01", "陶艺", (2, 960, 1050))
    db.session.commit()
    here = client.get(f"/choose/{pupil.id}").text
    assert "陶艺" in here
    assert "剪纸" not in here
    assert "2026—2027学年第一学期" in client.get("/choose").text
    before = client.get(f"/choose/{pupil.id}?term={cast.term.id}").text
    assert "已选上" in words(before)
    assert "剪纸" in before
    assert f"/{cast.paper.id}/withdraw?term={cast.term.id}" in before
    url = f"/choose/{pupil.id}/{cast.paper.id}/withdraw"
    assert client.post_form(f"{url}?term={cast.term.id}", page=f"{url}?term={cast.term.id}").status_code == 303
    assert holders(cast.paper) == []
    assert client.post_form(f"/choose/{pupil.id}/{later.id}/take", page=f"/choose/{pupil.id}").status_code == 303


def test_what_is_given_up_can_be_changed(cast: SmallCourses, as_user: AsUser) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    for other in cast.third[1:3]:
        take(cast, other, cast.chess)
    take(cast, pupil, cast.paper)
    page = f"/choose/{pupil.id}/{cast.chess.id}"
    client.post_form(f"{page}/wait", page=page)
    assert 'type="checkbox"' in client.get(page).text
    client.post_form(f"{page}/wait", {"gives_up": [cast.paper.id]}, page=page)
    fresh()
    assert db.session.query(WaitingEntry).one().gives_up == [cast.paper.id]
    for nonsense in ("x", "9" * 30, str(cast.choir.id)):
        assert client.post_form(f"{page}/wait", {"gives_up": nonsense}, page=page).status_code == 422


@pytest.mark.parametrize(("what", "lost"), [("withdraw", "名额马上让给候补的孩子（现有1人候补）"), ("leave", "失去候补第1位")])
def test_what_is_lost_is_named_before(cast: SmallCourses, as_user: AsUser, what: str, lost: str) -> None:
    mine, other = (0, 1) if what == "withdraw" else (1, 0)
    pupil, client = cast.third[mine], parent(cast, as_user, mine)
    take(cast, cast.third[0], cast.paper)
    take(cast, cast.third[2], cast.paper)
    join(cast, cast.third[1], cast.paper)
    url = f"/choose/{pupil.id}/{cast.paper.id}/{what}"
    assert lost in words(client.get(url).text)
    answer = client.post_form(url)
    assert answer.status_code == 303
    assert "小孟" + str(mine) + "已经退出“剪纸”" in client.get(answer.location).text
    assert pupil.id not in holders(cast.paper)
    assert "不用办理" in client.get(url).text
    assert (cast.third[other].id in holders(cast.paper)) is True


def test_after_the_deadline_the_office_withdraws(cast: SmallCourses, as_user: AsUser, freeze: Callable) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    cast.selection.withdraw_until = NOON + timedelta(hours=1)
    db.session.commit()
    take(cast, pupil, cast.paper)
    freeze(NOON + timedelta(hours=1))
    url = f"/choose/{pupil.id}/{cast.paper.id}/withdraw"
    answer = client.post_form(url)
    assert answer.status_code == 422
    assert "要退课，请联系教导处办理" in answer.text
    assert holders(cast.paper) == [pupil.id]


def test_an_offer_is_accepted_or_declined(app: Flask, freeze: Callable, as_user: AsUser) -> None:
    freeze(NOON)
    cast = build(promotion=Promotion.OFFER)
    for other in cast.third[2:4]:
        take(cast, other, cast.paper)
    for other in cast.third[:2]:
        join(cast, other, cast.paper)
    withdraw(cast, cast.third[2], cast.paper)
    client, pupil = parent(cast, as_user), cast.third[0]
    page = words(client.get(f"/choose/{pupil.id}").text)
    assert "请在11月26日（周四）12:00前确认，还有1天；逾期名额让给下一位。" in page
    assert "等您确认“剪纸”有名额了" in words(client.get("/choose").text)
    url = f"/choose/{pupil.id}/{cast.paper.id}/decline"
    assert "名额马上让给下一位" in client.get(url).text
    assert client.post_form(url).status_code == 303
    second, next_one = parent(cast, as_user, 1), cast.third[1]
    status, said = tap(second, next_one.id, cast.paper.id, "accept")
    assert status == 303
    assert "小孟1选上了“剪纸”" in said
    assert holders(cast.paper) == sorted([cast.third[3].id, next_one.id])
    status, said = tap(client, pupil.id, cast.paper.id, "accept")
    assert status == 422
    assert "可能已经逾期" in said


def test_when_the_round_is_over_nothing_can_be_tapped_but_left(cast: SmallCourses, as_user: AsUser, freeze: Callable) -> None:
    pupil, client = cast.third[0], parent(cast, as_user)
    take(cast, pupil, cast.paper)
    freeze(CLOSES)
    page = client.get(f"/choose/{pupil.id}").text
    assert "报名已于 11月27日（周五）20:00 结束" in page
    assert "/take" not in page
    assert "退课…" in page
    status, said = tap(client, pupil.id, cast.chess.id, "take")
    assert status == 422
    assert "补选已于11月27日20:00结束" in said


def test_the_draws_result_is_told_by_child_and_number(town: SmallCourses, as_user: AsUser, freeze: Callable) -> None:
    pupil, client = town.third[0], parent(town, as_user)
    add_application(town.selection, pupil, town.paper, town.chess, town.choir, town.dance)
    place = {"selection_id": town.selection.id, "pupil_id": pupil.id, "taken_at": NOON}
    db.session.add(Place(course_id=town.chess.id, source="draw", **place))
    db.session.add(
        WaitingEntry(selection_id=town.selection.id, course_id=town.paper.id, pupil_id=pupil.id, draw_rank=4, joined_at=NOON)
    )
    db.session.get(Course, town.choir.id).state = CourseState.CLOSED
    to_open_round(town)
    freeze(OPEN_ROUND)
    page = client.get(f"/choose/{pupil.id}").text
    told = words(page)
    assert "1第1志愿：剪纸…候补第4位" in told
    assert "2第2志愿：国际象棋✓录取" in told
    assert "3第3志愿：合唱○没有开班" in told
    assert "4第4志愿：舞蹈○未录取" in told
    assert f"报名编号{numbers()[pupil.id]}" in told
    assert f'href="/courses/draw/{town.term.id}"' in page
    assert "摇号录取“国际象棋”。" in words(client.get(f"/choose/{pupil.id}/history").text)


def test_before_the_draw_no_result_is_shown(town: SmallCourses, as_user: AsUser) -> None:
    pupil = town.third[0]
    wish(town, pupil, town.paper)
    assert "摇号结果</h2>" not in parent(town, as_user).get(f"/choose/{pupil.id}").text


def test_a_page_costs_the_same_for_more_children_and_courses(cast: SmallCourses, as_user: AsUser) -> None:
    client, alone = parent(cast, as_user), parent(cast, as_user, 1)
    alone.get("/choose")  # the worker knows the catalogue from now on

    def cost(who: SchoolClient, path: str) -> int:
        with statements() as sent:
            assert who.get(path).status_code == 200
        return len(sent)

    few = cost(alone, f"/choose/{cast.third[1].id}"), cost(alone, "/choose")
    for course in (cast.paper, cast.chess):
        take(cast, cast.third[0], course)
    take(cast, cast.fifth[1], cast.robots)
    join(cast, cast.fifth[0], cast.robots)
    assert (cost(client, f"/choose/{cast.third[0].id}"), cost(client, "/choose")) == few
    assert few[0] <= 11


def test_the_page_is_light(cast: SmallCourses, as_user: AsUser) -> None:
    answer = parent(cast, as_user).get(f"/choose/{cast.third[0].id}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 20_000


def test_the_note_of_the_office_is_shown(cast: SmallCourses, as_user: AsUser) -> None:
    db.session.get(Selection, cast.selection.id).note = "请自备水杯。"
    db.session.commit()
    assert "请自备水杯。" in parent(cast, as_user).get(f"/choose/{cast.third[0].id}").text
