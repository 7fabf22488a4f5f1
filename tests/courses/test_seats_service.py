"""Taking, leaving and changing seats through the service, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from school.audit.models import AuditEntry
from school.courses.enums import CourseState, PlaceEnd, PlaceSource, SelectionState, WaitingState
from school.courses.models import CourseConsent, Place, WaitingEntry
from school.courses.queries.seats import history_of, seats_of_pupils, taken_by_course
from school.courses.rules.seats import (
    Clashes,
    ConsentMissing,
    CourseFull,
    HasSeatOrWaits,
    NotListed,
    OverLimit,
    RoundClosed,
    SeatRefused,
    WrongGrade,
)
from school.courses.service import seats
from school.courses.service.places import ResultKind, insert_place, stand_on
from school.courses.service.seats import end_all, place_by_office, remove_by_office
from school.courses.service.waiting import join_list
from school.db import db, transaction
from school.errors import Refused
from school.people.models import ClassMembership
from tests.courses.acts import holders, take, withdraw
from tests.courses.small_courses import CLOSES, NOON, OPENS, TESTER, SmallCourses


def test_a_seat_is_taken_and_the_second_tap_says_so(cast: SmallCourses) -> None:
    pupil = cast.third[0]
    first = take(cast, pupil, cast.paper)
    assert (first.kind, first.seats_left, first.course.name) == (ResultKind.PLACED, 1, "剪纸")
    again = take(cast, pupil, cast.paper)
    assert (again.kind, again.seats_left) == (ResultKind.ALREADY, 1)
    place = db.session.query(Place).one()
    assert (place.source, place.taken_at, place.taken_by) == (PlaceSource.OPEN_ROUND, NOON, cast.actor(pupil).user_id)
    assert holders(cast.paper) == [pupil.id]
    entries = db.session.query(AuditEntry).filter_by(action="courses.take").all()
    assert [(entry.sentence, entry.subject_id) for entry in entries] == [("选上了课程“剪纸”", pupil.id)]


def test_the_last_seat_goes_once(cast: SmallCourses) -> None:
    take(cast, cast.third[0], cast.paper)
    assert take(cast, cast.third[1], cast.paper).seats_left == 0
    with pytest.raises(CourseFull, match="2 个名额已满"):
        take(cast, cast.third[2], cast.paper)
    assert holders(cast.paper) == [cast.third[0].id, cast.third[1].id]


def test_the_guard_counts_by_itself(cast: SmallCourses) -> None:
    """The insert refuses though whoever calls it never counted."""
    with transaction():
        ground = stand_on(cast.selection.id, TESTER)
        placed = [insert_place(ground, pupil.id, cast.paper.id, PlaceSource.OPEN_ROUND) for pupil in cast.third[:3]]
    assert [one is None for one in placed] == [False, False, True]


def test_the_hot_path_asks_four_times(cast: SmallCourses) -> None:
    """The lock, one look with the catalogue's stamp, the guarded insert, the audit; the catalogue comes from memory."""
    take(cast, cast.third[1], cast.choir)
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        take(cast, cast.third[0], cast.choir)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len([one for one in asked if not one.startswith("BEGIN")]) == 4, asked


def test_what_is_in_the_way(cast: SmallCourses) -> None:
    pupil = cast.third[0]
    take(cast, pupil, cast.paper)
    with pytest.raises(Clashes, match="与已选的“剪纸”（周二 16:00—17:30）时间冲突") as refused:
        take(cast, pupil, cast.football)
    assert [one.name for one in refused.value.verdict.others] == ["剪纸"]
    take(cast, pupil, cast.chess)
    with pytest.raises(OverLimit, match="每周最多 2 门课，已选“剪纸”“国际象棋”"):
        take(cast, pupil, cast.choir)
    assert take(cast, pupil, cast.tutoring).kind is ResultKind.PLACED, "tutoring does not count"
    with pytest.raises(WrongGrade, match="只面向五、六年级"):
        take(cast, pupil, cast.robots)
    with pytest.raises(NotListed, match="还没有公布"):
        take(cast, pupil, cast.draft)


def test_one_course_a_day(cast: SmallCourses) -> None:
    take(cast, cast.third[0], cast.chess)
    with pytest.raises(OverLimit, match="每天最多 1 门课，周三已选“国际象棋”"):
        take(cast, cast.third[0], cast.dance)


def test_only_with_consent(cast: SmallCourses) -> None:
    db.session.query(CourseConsent).filter_by(pupil_id=cast.third[0].id).update({"withdrawn_at": NOON})
    db.session.commit()
    with pytest.raises(ConsentMissing, match="先阅读并同意"):
        take(cast, cast.third[0], cast.paper)
    assert holders(cast.paper) == []


def test_only_while_the_window_is_open(cast: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    freeze(CLOSES)
    with pytest.raises(RoundClosed, match="补选已于 11月27日 20:00 结束"):
        take(cast, cast.third[0], cast.paper)
    freeze(OPENS - timedelta(seconds=1))
    with pytest.raises(RoundClosed, match="补选 11月25日 08:00 开始"):
        take(cast, cast.third[0], cast.paper)
    freeze(OPENS)
    assert take(cast, cast.third[0], cast.paper).kind is ResultKind.PLACED


def test_a_child_in_no_class_gets_nothing(cast: SmallCourses) -> None:
    db.session.query(ClassMembership).filter_by(pupil_id=cast.third[0].id).update({"ends_on": NOON.date()})
    db.session.commit()
    with pytest.raises(SeatRefused):
        take(cast, cast.third[0], cast.paper)


def test_a_course_of_another_term_and_an_unknown_selection(cast: SmallCourses) -> None:
    with pytest.raises(NotListed), transaction():
        seats.take(cast.selection.id, cast.third[0].id, 999_999, by=TESTER)
    with pytest.raises(Refused, match="没有这次选课"), transaction():
        seats.take(999_999, cast.third[0].id, cast.paper.id, by=TESTER)


def test_withdrawing_twice_and_taking_again(cast: SmallCourses) -> None:
    pupil = cast.third[0]
    take(cast, pupil, cast.paper)
    assert withdraw(cast, pupil, cast.paper).kind is ResultKind.LEFT
    assert withdraw(cast, pupil, cast.paper).kind is ResultKind.LEFT
    assert take(cast, pupil, cast.paper).kind is ResultKind.PLACED
    past = history_of(cast.selection.id, pupil.id)
    assert [one.end_reason for one in past] == [PlaceEnd.WITHDRAWN, None]
    with pytest.raises(Refused, match="没有“足球”的名额"):
        withdraw(cast, pupil, cast.football)


def test_withdrawing_by_oneself_has_a_deadline(cast: SmallCourses, freeze: Callable[[datetime], None]) -> None:
    take(cast, cast.third[0], cast.paper)
    cast.selection.withdraw_until = NOON + timedelta(hours=1)
    db.session.commit()
    freeze(NOON + timedelta(hours=1))
    with pytest.raises(RoundClosed, match="自行退课已于 11月25日 13:00 截止"):
        withdraw(cast, cast.third[0], cast.paper)
    with transaction():
        remove_by_office(cast.selection.id, cast.third[0].id, cast.paper.id, note="家长电话", by=TESTER)
    assert holders(cast.paper) == []


def test_transfer_moves_or_changes_nothing(cast: SmallCourses) -> None:
    pupil = cast.third[0]
    take(cast, pupil, cast.paper)
    with transaction():
        moved = seats.transfer(cast.selection.id, pupil.id, cast.paper.id, cast.football.id, by=cast.actor(pupil))
    assert (moved.kind, [one.name for one in moved.given_up]) == (ResultKind.PLACED, ["剪纸"])
    assert (holders(cast.paper), holders(cast.football)) == ([], [pupil.id])
    with transaction():
        again = seats.transfer(cast.selection.id, pupil.id, cast.paper.id, cast.football.id, by=cast.actor(pupil))
    assert again.kind is ResultKind.ALREADY
    for other in cast.third[1:3]:
        take(cast, other, cast.chess)
    with pytest.raises(CourseFull), transaction():
        seats.transfer(cast.selection.id, pupil.id, cast.football.id, cast.chess.id, by=cast.actor(pupil))
    assert holders(cast.football) == [pupil.id]


def test_taking_one_while_giving_up_another(cast: SmallCourses) -> None:
    pupil = cast.third[0]
    take(cast, pupil, cast.paper)
    result = take(cast, pupil, cast.football, gives_up=[cast.paper])
    assert [one.name for one in result.given_up] == ["剪纸"]
    assert db.session.query(Place).filter_by(end_reason=PlaceEnd.SWAPPED).count() == 1
    with pytest.raises(Refused, match="不是孩子现在的名额"):
        take(cast, pupil, cast.choir, gives_up=[cast.chess])


def test_the_office_places_with_a_guardians_word_only(cast: SmallCourses) -> None:
    cast.selection.state = SelectionState.FINISHED
    db.session.query(CourseConsent).filter_by(pupil_id=cast.third[0].id).delete()
    db.session.commit()
    with pytest.raises(Refused, match="请写明家长的同意"), transaction():
        place_by_office(cast.selection.id, cast.third[0].id, cast.paper.id, consent_note="  ", by=TESTER)
    with transaction():
        place_by_office(cast.selection.id, cast.third[0].id, cast.paper.id, consent_note="母亲 11月25日电话同意", by=TESTER)
    assert db.session.query(Place).one().consent_note == "母亲 11月25日电话同意"
    with pytest.raises(Clashes), transaction():
        place_by_office(cast.selection.id, cast.third[0].id, cast.football.id, consent_note="同意", by=TESTER)


def test_a_child_who_left_gives_everything_back(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    with transaction():
        join_list(cast.selection.id, cast.third[2].id, cast.paper.id, by=TESTER)
        assert end_all(cast.selection.id, cast.third[0].id, PlaceEnd.LEFT_SCHOOL, by=TESTER) == 1
    assert holders(cast.paper) == [cast.third[1].id, cast.third[2].id]


def test_waiting_for_a_full_course_in_the_same_tap(cast: SmallCourses) -> None:
    for pupil in cast.third[:2]:
        take(cast, pupil, cast.paper)
    third = take(cast, cast.third[2], cast.paper, waits=True)
    fourth = take(cast, cast.third[3], cast.paper, waits=True)
    assert [(one.kind, one.position) for one in (third, fourth)] == [(ResultKind.WAITING, 1), (ResultKind.WAITING, 2)]
    again = take(cast, cast.third[3], cast.paper, waits=True)
    assert (again.kind, again.position) == (ResultKind.WAITING, 2)
    with pytest.raises(HasSeatOrWaits, match="已在“剪纸”的候补名单上"):
        take(cast, cast.third[3], cast.paper)
    withdraw(cast, cast.third[0], cast.paper)
    assert holders(cast.paper) == [cast.third[1].id, cast.third[2].id]
    assert db.session.query(WaitingEntry).filter_by(state=WaitingState.PLACED).one().pupil_id == cast.third[2].id
    assert taken_by_course(cast.selection.id) == {cast.paper.id: 2}
    standing = seats_of_pupils(cast.selection.id, [cast.third[2].id, cast.third[3].id])
    assert [place.source for place in standing[cast.third[2].id].places] == [PlaceSource.WAITING_LIST]
    assert [entry.position for entry in standing[cast.third[3].id].entries] == [1]


def test_a_course_called_off_takes_nobody(cast: SmallCourses) -> None:
    cast.paper.state, cast.paper.state_reason = CourseState.CANCELLED, "老师生病。"
    db.session.commit()
    with pytest.raises(NotListed, match="“剪纸”已停开（老师生病）"):
        take(cast, cast.third[0], cast.paper)
