"""Noting who came: signed up or not, waiting or with a full house, at the door, from the list and from paper; corrections."""

from datetime import timedelta

import pytest

from school.audit.models import AuditEntry
from school.db import db, transaction
from school.parentschool.enums import SessionState, SignUpState
from school.parentschool.models import FamilyPresence, SignUp
from school.parentschool.queries.presence import count_present, lines_of
from school.parentschool.rules.presence import Tick
from school.parentschool.service import presence, signups
from school.people.models import ClassMembership, Guardianship
from tests.homework.small_school import TESTER, WEDNESDAY
from tests.parentschool.attendance import DOOR_OPENS, ENDS, Freeze, come, comer_of, presences, refused, scan, sign_up
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def tick(families: Families, *ids: int, adults: int | None = 1) -> int:
    """Tick these sign-ups of Friday."""
    with transaction():
        return presence.tick(families.friday.id, [Tick(one, adults) for one in ids], actor=TESTER)


def words_of_the_audit() -> list[str]:
    """What the audit tells of attendance, the newest last."""
    rows = db.session.query(AuditEntry).filter(AuditEntry.action.startswith("parentschool."))
    return [one.sentence for one in rows.order_by(AuditEntry.id)]


def test_at_the_door_families_with_chairs_waiting_ones_and_walk_ins_are_noted_though_the_house_is_full(
    families: Families, freeze: Freeze
) -> None:
    sign_up(families, 1, 2)
    sign_up(families, 2, 1)
    sign_up(families, 3, 1)  # waits
    freeze(DOOR_OPENS)
    assert scan(families, 1, 2, scanned_at=DOOR_OPENS)
    assert scan(families, 3, 1, scanned_at=DOOR_OPENS)
    assert scan(families, 4, 3, scanned_at=DOOR_OPENS)
    assert presences(families.friday) == [
        ("孩子1", "家长1", 2, "code", True),
        ("孩子3", "家长3", 1, "code", True),
        ("孩子4", "家长4", 3, "code", False),
    ]
    assert count_present(families.friday.id) == (3, 6)
    states = {one.pupil.name: one.state for one in db.session.query(SignUp)}
    assert states["孩子3"] is SignUpState.WAITING, "who came does not move the list"
    assert words_of_the_audit()[-3:] == [
        "为“怎样陪孩子写作业”签到：孩子1家 2 位家长",
        "为“怎样陪孩子写作业”签到：孩子3家 1 位家长",
        "为“怎样陪孩子写作业”签到：孩子4家 3 位家长（未报名）",
    ]


def test_a_second_tap_another_guardian_and_the_list_find_the_family_noted(families: Families, freeze: Freeze) -> None:
    first = sign_up(families, 1, 2)
    freeze(FRIDAY_EVENING)
    assert scan(families, 1, 2, scanned_at=FRIDAY_EVENING)
    assert not scan(families, 1, 1, scanned_at=FRIDAY_EVENING)
    assert not scan(families, 1, 1, scanned_at=FRIDAY_EVENING, guardian=families.father)
    with transaction():  # the father with the other child
        other = presence.add_walk_in(families.friday.id, comer_of(families.second_child, families.father), 1, actor=TESTER)
    assert not other.is_new
    assert tick(families, first) == 0
    assert presences(families.friday) == [("孩子1", "家长1", 2, "code", True)]


def test_the_sign_up_of_the_other_child_is_the_familys(families: Families, freeze: Freeze) -> None:
    sign_up(families, 1, 2)
    freeze(FRIDAY_EVENING)
    with transaction():
        noted = presence.add_walk_in(families.friday.id, comer_of(families.second_child, families.father), 2, actor=TESTER)
    assert noted.is_new
    assert presences(families.friday) == [("妹妹1", "父亲1", 2, "list", True)]
    (line,) = lines_of(families.friday.id)
    assert (line.pupil_name, line.came and line.came.adults) == ("孩子1", 2)


@pytest.mark.parametrize("late", [-1, 301])
def test_a_scan_that_is_old_or_of_the_future_notes_nobody(families: Families, freeze: Freeze, late: int) -> None:
    freeze(FRIDAY_EVENING)
    scanned_at = FRIDAY_EVENING - late * SECOND
    assert "再扫一次" in refused(lambda: scan(families, 1, scanned_at=scanned_at)).message
    assert "再扫一次" in refused(lambda: presence_without_scan(families)).message
    assert presences(families.friday) == []


def presence_without_scan(families: Families) -> None:
    """A tap on the page by somebody who never scanned."""
    family = families.families[0]
    presence.arrive(families.friday.id, comer_of(family.child, family.mother), 1, scanned_at=None, actor=TESTER)


def test_a_scan_lives_on_for_five_minutes_after_the_end_and_not_past_the_closing(families: Families, freeze: Freeze) -> None:
    freeze(ENDS + 5 * MINUTE)
    assert scan(families, 1, scanned_at=ENDS)
    with transaction():
        presence.close(families.friday.id, actor=TESTER)
    assert "已经结束登记" in refused(lambda: scan(families, 2, scanned_at=ENDS)).message


@pytest.mark.parametrize("adults", [0, 7, None])
def test_odd_numbers_of_adults_note_nobody_by_any_way(families: Families, freeze: Freeze, adults: int | None) -> None:
    first, second = sign_up(families, 1), sign_up(families, 2)
    freeze(FRIDAY_EVENING)
    acts = (
        lambda: scan(families, 1, adults, scanned_at=FRIDAY_EVENING),  # type: ignore[arg-type]
        lambda: presence.tick(families.friday.id, [Tick(first, 1), Tick(second, adults)], actor=TESTER),
        lambda: presence.add_walk_in(
            families.friday.id, comer_of(families.families[3].child, families.families[3].mother), adults, actor=TESTER
        ),
    )
    for act in acts:
        assert refused(act).field == "adults"
    assert presences(families.friday) == []


def test_ticks_note_each_family_once_with_guardian_class_and_adults(families: Families, freeze: Freeze) -> None:
    ids = [sign_up(families, number) for number in (1, 2, 3)]
    freeze(FRIDAY_EVENING)
    assert tick(families, ids[0], adults=2) == 1
    assert tick(families, *ids) == 2
    assert tick(families, *ids) == 0
    assert presences(families.friday) == [
        ("孩子1", "家长1", 2, "list", True),
        ("孩子2", "家长2", 1, "list", True),
        ("孩子3", "家长3", 1, "list", True),
    ]
    assert {one.class_id for one in db.session.query(FamilyPresence)} == {families.school.third_2.id}
    assert words_of_the_audit()[-2:] == ["登记了“怎样陪孩子写作业”1 家到场", "登记了“怎样陪孩子写作业”2 家到场"]


def test_a_sign_up_withdrawn_meanwhile_or_of_another_date_is_passed_over(families: Families, freeze: Freeze) -> None:
    stays, gone, elsewhere = sign_up(families, 1), sign_up(families, 2), sign_up(families, 3, at=families.saturday)
    with transaction():
        family = families.families[1]
        signups.withdraw(families.session.id, families.friday.id, family.child.id, by=family.actor)
    freeze(FRIDAY_EVENING)
    assert tick(families, stays, gone, elsewhere, 987654321) == 1
    assert presences(families.friday) == [("孩子1", "家长1", 1, "list", True)]
    assert "请先勾选" in refused(lambda: presence.tick(families.friday.id, [], actor=TESTER)).message


def test_the_printed_list_is_typed_in_for_a_fortnight(families: Families, freeze: Freeze) -> None:
    ids = [sign_up(families, number) for number in (1, 2)]
    freeze(DOOR_OPENS - SECOND)
    assert "18:30 开始签到" in refused(lambda: tick(families, ids[0])).message
    freeze(ENDS + SECOND)
    assert tick(families, ids[0]) == 1
    freeze(ENDS + timedelta(days=14))
    come(families, 3)
    assert presences(families.friday) == [("孩子1", "家长1", 1, "typed", True), ("孩子3", "家长3", 1, "typed", False)]
    freeze(ENDS + timedelta(days=14) + SECOND)
    assert "已超过 14 天" in refused(lambda: tick(families, ids[1])).message
    assert "已超过 14 天" in refused(lambda: come(families, 4)).message


def test_nobody_is_noted_at_what_is_not_held(families: Families, freeze: Freeze) -> None:
    first = sign_up(families, 1)
    freeze(FRIDAY_EVENING)
    families.friday.cancelled_at = NOON
    db.session.commit()
    acts = (
        lambda: tick(families, first),
        lambda: come(families, 2),
        lambda: scan(families, 1, scanned_at=FRIDAY_EVENING),
        lambda: presence.close(families.friday.id, actor=TESTER),
        lambda: presence.close(987654321, actor=TESTER),
    )
    for act in acts:
        assert "不能签到" in refused(act).message
    families.friday.cancelled_at, families.session.state = None, SessionState.DRAFT
    db.session.commit()
    for act in acts:
        assert "不能签到" in refused(act).message
    assert presences(families.friday) == []


def test_corrections_say_what_was_and_why_and_after_the_closing_are_the_offices(families: Families, freeze: Freeze) -> None:
    freeze(FRIDAY_EVENING)
    first, second = come(families, 1, 2)
    with transaction():
        presence.correct_adults(first, 3, reason="数错了", is_office=False, actor=TESTER)
        presence.remove(second, reason="认错了人", is_office=False, actor=TESTER)
    assert presences(families.friday) == [("孩子1", "家长1", 3, "list", False)]
    assert words_of_the_audit()[-2:] == [
        "把“怎样陪孩子写作业”孩子1家到场人数从 1 改为 3",
        "删去“怎样陪孩子写作业”孩子2家的签到",
    ]
    assert [one.reason for one in db.session.query(AuditEntry).order_by(AuditEntry.id)][-2:] == ["数错了", "认错了人"]
    gone = refused(lambda: presence.remove(second, reason="再删", is_office=True, actor=TESTER))
    assert "已经不在了" in gone.message
    freeze(ENDS)
    with transaction():
        presence.close(families.friday.id, actor=TESTER)
    for act in (presence.remove, lambda id_, **facts: presence.correct_adults(id_, 2, **facts)):
        said = refused(lambda act=act: act(first, reason="晚到", is_office=False, actor=TESTER)).message
        assert "请德育处或教导处更正" in said
    with transaction():
        presence.correct_adults(first, 2, reason="晚到一位", is_office=True, actor=TESTER)
    assert presences(families.friday) == [("孩子1", "家长1", 2, "list", False)]
    assert "已经结束登记" in refused(lambda: come(families, 3)).message
    assert "已经结束登记" in refused(lambda: presence.close(families.friday.id, actor=TESTER)).message


def test_the_list_of_a_date_has_every_family_once(families: Families, freeze: Freeze) -> None:
    sign_up(families, 1, 2)
    sign_up(families, 2)
    sign_up(families, 3)  # waits
    sign_up(families, 4, at=families.saturday)
    freeze(FRIDAY_EVENING)
    come(families, 1, 3, 5)
    found = [(one.pupil_name, one.expected, one.is_waiting, one.came is not None) for one in lines_of(families.friday.id)]
    assert found == [
        ("孩子1", 2, False, True),
        ("孩子2", 1, False, False),
        ("孩子3", 1, True, True),
        ("孩子5", 0, False, True),
    ]


def test_a_child_that_left_its_class_keeps_its_line_and_a_walk_in_the_class_of_that_day(
    families: Families, freeze: Freeze
) -> None:
    sign_up(families, 1)
    freeze(FRIDAY_EVENING)
    come(families, 5)
    for number in (1, 5):
        child = families.families[number - 1].child
        db.session.query(ClassMembership).filter_by(pupil_id=child.id).one().ends_on = WEDNESDAY
    db.session.commit()
    found = {one.pupil_name: (one.class_id, one.class_number) for one in lines_of(families.friday.id)}
    assert found == {"孩子1": (None, None), "孩子5": (families.school.third_2.id, 2)}


def test_a_family_whose_number_changed_meanwhile_is_found_by_its_sign_up(families: Families, freeze: Freeze) -> None:
    sixth = sign_up(families, 6)
    # The sixth mother turns out to be guardian of the first family's child: its number is now the smaller one.
    mother, elder = families.families[5].mother, families.families[4].child
    db.session.add(Guardianship(pupil_id=elder.id, guardian_id=mother.id, relation="mother"))
    db.session.commit()
    freeze(FRIDAY_EVENING)
    assert scan(families, 6, scanned_at=FRIDAY_EVENING)
    assert not scan(families, 6, scanned_at=FRIDAY_EVENING)
    assert tick(families, sixth) == 0
    assert len(presences(families.friday)) == 1
    assert [(one.pupil_name, one.came is not None) for one in lines_of(families.friday.id)] == [("孩子6", True)]
