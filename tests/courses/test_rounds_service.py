"""Setting up, announcing, freezing and ending a selection, on both databases."""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from flask import Flask

from school.audit.models import AuditEntry
from school.calendar.models import SchoolYear, Term
from school.courses.enums import Phase, SelectionState
from school.courses.models import CourseConsent, Provider, Selection
from school.courses.queries.catalogue import get_catalogue
from school.courses.queries.freezing import unplaced_last_time
from school.courses.queries.rounds import course_counts, grade_counts, setup_of
from school.courses.rules.facts import Window
from school.courses.rules.rounds import Setup, SetupRefused, StepRefused
from school.courses.service import rounds, seats
from school.db import db, transaction
from school.errors import Conflict, Refused
from tests.courses.small_courses import (
    CLOSES,
    LAST_ON,
    OPENS,
    TESTER,
    SmallCourses,
    add_application,
    add_course,
    add_window,
    build,
    fresh,
)

BEFORE = OPENS - timedelta(hours=1)
Freeze = Callable[[datetime], None]


@pytest.fixture
def draft(app: Flask, freeze: Freeze) -> SmallCourses:
    """The small selection before it was announced, an hour before the wish window opens."""
    freeze(BEFORE)
    return build(has_wishes=True, state=SelectionState.DRAFT, announced_at=None, seed_secret="", seed_commitment="")


@pytest.fixture
def wished(app: Flask, freeze: Freeze) -> SmallCourses:
    """Wishes are in and every window has closed."""
    freeze(CLOSES)
    cast = build(has_wishes=True)
    add_application(cast.selection, cast.third[0], cast.paper, cast.football)
    add_application(cast.selection, cast.third[1], cast.chess)
    db.session.commit()
    return cast


def act(step: Callable[..., Selection], cast: SmallCourses, **values: object) -> Selection:
    with transaction():
        return step(cast.selection.id, by=TESTER, **values)


def sentences() -> list[str]:
    return [entry.sentence for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def change(cast: SmallCourses, **changes: object) -> Selection:
    fresh()
    setup = replace(setup_of(cast.selection), **changes)  # type: ignore[arg-type]
    return act(rounds.change, cast, setup=setup, revision=cast.selection.revision)


def test_a_selection_is_set_up_once_for_a_term(draft: SmallCourses) -> None:
    year = db.session.query(SchoolYear).one()
    term = Term(school_year=year, number=2, starts_on=date(2027, 2, 20), ends_on=date(2027, 7, 9))
    db.session.add(term)
    db.session.commit()
    opens = datetime(2027, 2, 22, 8, tzinfo=OPENS.tzinfo)
    setup = Setup(has_wishes=False, max_courses=3, windows=(Window(Phase.OPEN, 0, opens, opens + timedelta(days=2)),))
    with transaction():
        made = rounds.set_up(term.id, setup, by=TESTER)
    fresh()
    assert setup_of(made) == setup
    assert made.state is SelectionState.DRAFT
    assert sentences() == ["在2026—2027学年第二学期的选课中设置了选课的规则与时间"]
    with pytest.raises(Conflict), transaction():
        rounds.set_up(term.id, setup, by=TESTER)


def test_announcing_commits_to_a_seed_nobody_has_seen(draft: SmallCourses, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = secrets.token_hex
    monkeypatch.setattr("school.courses.service.rounds.secrets.token_hex", lambda size: asked.append(size) or real(size))
    act(rounds.announce, draft)
    fresh()
    selection = draft.selection
    assert (selection.state, selection.announced_at) == (SelectionState.ANNOUNCED, BEFORE)
    assert (asked, len(selection.seed_secret)) == ([32], 64)
    assert selection.seed_commitment == sha256(selection.seed_secret.encode()).hexdigest()
    assert selection.seed_commitment in sentences()[-1]
    assert not any(selection.seed_secret in sentence for sentence in sentences())
    act(rounds.announce, draft)
    fresh()
    assert len(asked) == len(sentences()) == 1, "a second press draws no second seed"


@pytest.mark.parametrize(
    ("column", "word"),
    [
        ("description", "课程内容"),
        ("room", "教室"),
        ("outside_teacher", "教师"),
        ("fee_note", "收费说明"),
        ("safety_note", "安全说明"),
    ],
)
def test_nothing_opens_while_a_course_lacks_what_families_must_know(draft: SmallCourses, column: str, word: str) -> None:
    setattr(draft.football, column, "")
    db.session.commit()
    with pytest.raises(StepRefused, match=f"“足球”.*{word}"):
        act(rounds.announce, draft)
    fresh()
    assert (draft.selection.state, draft.selection.seed_secret, sentences()) == (SelectionState.DRAFT, "", [])


def test_a_course_without_a_meeting_keeps_the_round_shut(draft: SmallCourses) -> None:
    draft.football.meetings.clear()
    db.session.commit()
    with pytest.raises(StepRefused, match=r"“足球”.*时间"):
        act(rounds.announce, draft)


@pytest.mark.parametrize("paper", ["licence_until", "checks_until"])
def test_a_provider_s_papers_hold_until_the_course_ends(draft: SmallCourses, paper: str) -> None:
    papers = {"whitelist_number": "W1", "licence_number": "L1", "licence_until": LAST_ON, "checks_until": LAST_ON}
    draft.football.provider = Provider(name="少年宫", **papers | {paper: LAST_ON - timedelta(days=1)})
    db.session.commit()
    with pytest.raises(StepRefused, match="“足球”缺少：“少年宫”有效的"):
        act(rounds.announce, draft)
    setattr(draft.football.provider, paper, LAST_ON)
    db.session.commit()
    assert act(rounds.announce, draft).state is SelectionState.ANNOUNCED


def test_moving_a_window_looks_at_every_course_again(draft: SmallCourses) -> None:
    act(rounds.announce, draft)
    draft.football.room = ""
    db.session.commit()
    windows = setup_of(draft.selection).windows
    moved = tuple(replace(one, opens_at=one.opens_at + timedelta(minutes=30)) for one in windows)
    with pytest.raises(StepRefused, match=r"“足球”.*教室"):
        change(draft, windows=moved)
    change(draft, note="请带剪刀")
    draft.football.room = "操场"
    db.session.commit()
    change(draft, windows=moved)
    fresh()
    assert setup_of(draft.selection).windows == moved
    assert sentences()[-1].endswith("修改了选课的设置：开放时间")


def test_a_change_made_from_an_old_page_is_a_conflict(draft: SmallCourses) -> None:
    setup = setup_of(draft.selection)
    change(draft, max_courses=3)
    with pytest.raises(Conflict):
        act(rounds.change, draft, setup=replace(setup, note="我"), revision=1)
    fresh()
    assert (draft.selection.max_courses, draft.selection.note, draft.selection.revision) == (3, "", 2)


def test_rows_of_grades_come_and_go(draft: SmallCourses) -> None:
    windows = setup_of(draft.selection).windows
    own = Window(Phase.WISH, 3, OPENS + timedelta(hours=2), CLOSES)
    change(draft, windows=(*windows, own))
    fresh()
    assert own in setup_of(draft.selection).windows
    change(draft, windows=windows)
    fresh()
    assert setup_of(draft.selection).windows == windows


def test_what_was_announced_is_not_changed(draft: SmallCourses) -> None:
    act(rounds.announce, draft)
    with pytest.raises(SetupRefused):
        change(draft, favours_unplaced=True)


def test_freezing_waits_for_the_last_window(app: Flask, freeze: Freeze) -> None:
    freeze(CLOSES - timedelta(seconds=1))
    cast = build(has_wishes=True)
    add_application(cast.selection, cast.third[0], cast.paper)
    db.session.commit()
    with pytest.raises(StepRefused, match="11月27日 20:00"):
        act(rounds.freeze, cast)
    freeze(CLOSES)
    assert act(rounds.freeze, cast).state is SelectionState.FROZEN


def test_the_frozen_list_is_canonical_and_says_no_name(wished: SmallCourses) -> None:
    act(rounds.freeze, wished)
    fresh()
    selection = wished.selection
    assert selection.list_sha256 == sha256(selection.frozen_list.encode()).hexdigest()
    document = json.loads(selection.frozen_list)
    assert [row["id"] for row in document["pupils"]] == sorted(str(10_000_000 + wished.third[n].id) for n in (0, 1))
    assert document["pupils"][0]["prefs"] == ["C01", "C02"]
    assert {row["id"] for row in document["courses"]} == {f"C0{n}" for n in range(1, 8)}
    assert not any(word in selection.frozen_list for word in ("小孟", "孟家长", "pupil_id"))
    assert selection.list_sha256 in sentences()[-1]
    act(rounds.freeze, wished)
    fresh()
    assert len(sentences()) == 1, "an unchanged list is frozen once"


def test_a_course_called_off_after_the_freezing_renews_the_list(wished: SmallCourses) -> None:
    first = act(rounds.freeze, wished).list_sha256
    with transaction():
        seats.cancel_course(wished.selection.id, wished.chess.id, reason="教师生病", by=TESTER)
    second = act(rounds.freeze, wished).list_sha256
    fresh()
    assert first != second
    assert "重新冻结了志愿名单：1 份" in sentences()[-1], "a child with no wish left is not drawn"


def test_only_children_with_consent_and_a_class_are_drawn(wished: SmallCourses) -> None:
    consent = db.session.query(CourseConsent).filter_by(pupil_id=wished.third[0].id).one()
    consent.withdrawn_at = CLOSES
    db.session.commit()
    document = json.loads(act(rounds.freeze, wished).frozen_list)
    assert [row["id"] for row in document["pupils"]] == [str(10_000_000 + wished.third[1].id)]
    wished.third[1].memberships[0].ends_on = CLOSES.date()
    db.session.commit()
    with pytest.raises(StepRefused, match="没有一份有效的志愿"):
        act(rounds.freeze, wished)


def test_a_place_given_by_the_office_leaves_fewer_seats(wished: SmallCourses) -> None:
    with transaction():
        seats.place_by_office(wished.selection.id, wished.third[2].id, wished.paper.id, consent_note="母亲电话", by=TESTER)
        seats.place_by_office(wished.selection.id, wished.third[1].id, wished.football.id, consent_note="母亲电话", by=TESTER)
    document = json.loads(act(rounds.freeze, wished).frozen_list)
    courses = {row["id"]: row for row in document["courses"]}
    assert (courses["C01"]["capacity"], courses["C02"]["capacity"], courses["C02"]["minimum"]) == (1, 2, 1)
    assert document["pupils"][1]["held"] == ["C02"]


def test_who_got_nothing_last_term_comes_first_when_that_was_announced(app: Flask, freeze: Freeze) -> None:
    freeze(CLOSES)
    cast = build(has_wishes=True, favours_unplaced=True)
    year = SchoolYear(start_year=2025)
    term = Term(school_year=year, number=2, starts_on=date(2026, 2, 20), ends_on=date(2026, 7, 9))
    past = Selection(term=term, state=SelectionState.FINISHED)
    db.session.add_all([year, term, past])
    chess = add_course(term, "C01", "国际象棋", (3, 960, 1050), capacity=9)
    db.session.flush()
    add_window(past, Phase.OPEN, datetime(2026, 2, 21, tzinfo=OPENS.tzinfo), datetime(2026, 2, 22, tzinfo=OPENS.tzinfo))
    for child in cast.third[:3]:
        add_application(past, child, chess)
        add_application(cast.selection, child, cast.chess)
    add_application(past, cast.third[3])
    db.session.commit()
    with transaction():
        for child in cast.third[1:3]:
            seats.place_by_office(past.id, child.id, chess.id, consent_note="母亲电话", by=TESTER)
        seats.remove_by_office(past.id, cast.third[2].id, chess.id, note="家长要求", by=TESTER)
    assert unplaced_last_time(cast.selection.id) == {cast.third[0].id}
    document = json.loads(act(rounds.freeze, cast).frozen_list)
    assert [row["priority"] for row in document["pupils"]] == [1, 0, 0]
    with transaction():
        seats.cancel_course(past.id, chess.id, reason="没有教师", by=TESTER)
    assert unplaced_last_time(cast.selection.id) == {cast.third[0].id, cast.third[1].id}, "the school took it back"


def test_an_open_round_alone_needs_no_seed_and_ends(app: Flask, freeze: Freeze) -> None:
    freeze(BEFORE)
    cast = build(state=SelectionState.DRAFT, announced_at=None)
    act(rounds.announce, cast)
    fresh()
    assert (cast.selection.seed_secret, cast.selection.seed_commitment) == ("", "")
    with pytest.raises(StepRefused):
        act(rounds.freeze, cast)
    with pytest.raises(StepRefused, match="补选要到"):
        act(rounds.finish, cast)
    freeze(CLOSES)
    act(rounds.finish, cast)
    act(rounds.finish, cast)
    fresh()
    assert cast.selection.state is SelectionState.FINISHED
    assert [sentence.split("的选课中")[1] for sentence in sentences()] == ["公布了选课安排", "结束了选课"]


def test_the_counts_are_of_children_in_class(wished: SmallCourses) -> None:
    counts = {one.grade: one for one in grade_counts(wished.selection.id, 2026)}
    assert list(counts) == [1, 3, 5]
    third = counts[3]
    assert (third.pupils, third.consents, third.applications, third.wishes) == (8, 8, 2, 3)
    assert (counts[1].applications, counts[1].wishes) == (0, 0)
    wishes = course_counts(wished.selection.id, get_catalogue(wished.term.id))
    assert [(one.course.name, one.wishes, one.first_wishes) for one in wishes[:3]] == [
        ("剪纸", 1, 1),
        ("国际象棋", 1, 1),
        ("足球", 1, 0),
    ]
    assert [one.course.name for one in wishes if not one.wishes] == ["舞蹈", "合唱", "机器人", "作业辅导"]


def test_a_selection_nobody_knows_is_refused(draft: SmallCourses) -> None:
    with pytest.raises(Refused), transaction():
        rounds.announce(draft.selection.id + 1, by=TESTER)
