"""Rules of home visits: words that must not be kept, days, how long a record may be changed and a look lasts."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from school.clock import ZONE
from school.errors import Refused
from school.parentschool.enums import VisitMode
from school.parentschool.rules.visits import (
    EDIT_DAYS,
    LOOK_MINUTES,
    FollowUpValues,
    Stay,
    VisitValues,
    check_follow_up,
    check_may_be_changed,
    check_planned_day,
    check_reason,
    check_result,
    check_visit,
    check_words,
    class_of_day,
    coverage_percent,
    is_look_fresh,
    is_overdue,
    may_still_be_changed,
)

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=ZONE)
TODAY = NOW.date()

ADDRESSES = (
    "阳光小区3号楼2单元502室",
    "住5号楼",
    "12栋",
    "三栋二单元",
    "A座1203",
    "３单元４０２室",
    "三单元五楼",
    "中山路18号",
    "中山路 1-8 号",
    "胜利街二十号",
    "幸福小区 12 号",
    "团结村三组",
    "3-2-501",
    "家里是302室",
    "住址：城东",
    "1号院",
    "3 号 楼",
)
PHONES = (
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "+8613800138000",
    "１３８００１３８０００",
    "0471-6912345",
    "电话 04716912345",
)
NUMBERS = ("110101201801011234", "11010120180101123X", "110101 20180101 123x", "110101800101123", "6222020200012345678")
HARMLESS = (
    "",
    "家中",
    "小区门口",
    "学校会议室",
    "第3单元测验95分",
    "第3单元95分",
    "第十二单元",
    "11月5日下午",
    "12月5号以前",
    "2026-11-25",
    "2026-1-15",
    "2026.11.25-2026.12.01",
    "三年级2班",
    "学号12号",
    "住一栋老房子",
    "201教室",
    "每天30分钟，下午3:30-4:10",
    "100分",
    "一座山",
    "作业10-15分钟",
    "口算10-20-300题",
    "3到5天",
    "身高120",
    "一百二十个字",
)


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(Refused) as caught:
        check_words(text, "place")
    assert "像住址" in caught.value.message
    assert caught.value.field == "place"


@pytest.mark.parametrize("text", PHONES)
def test_a_phone_number_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Refused, match="像电话号码") as caught:
        check_words(text)
    assert "0138000" not in caught.value.message
    assert "6912345" not in caught.value.message


@pytest.mark.parametrize("text", NUMBERS)
def test_an_id_number_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Refused, match="像身份证号") as caught:
        check_words(text)
    assert "20180101" not in caught.value.message


@pytest.mark.parametrize("text", HARMLESS)
def test_what_teachers_write_every_day_passes(text: str) -> None:
    check_words(text)


@given(
    st.text("家母学好的，。", max_size=6), st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text("家母学好的，。", max_size=6)
)
def test_a_mobile_number_is_found_wherever_it_stands(before: str, number: str, after: str) -> None:
    with pytest.raises(Refused):
        check_words(before + number + after)
    with pytest.raises(Refused):
        check_words(before + " ".join(number) + after)


@given(
    st.text("家母学好的，。", max_size=6), st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True), st.text("家母，", max_size=6)
)
def test_an_id_number_is_found_wherever_it_stands(before: str, number: str, after: str) -> None:
    with pytest.raises(Refused):
        check_words(before + number + after)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.sampled_from(("", "号", "日")))
def test_a_day_is_never_taken_for_an_address_or_a_number(day: date, end: str) -> None:
    check_words(f"{day.isoformat()}")
    check_words(f"{day.year}年{day.month}月{day.day}{end or '日'}在家中")


def _values(**changes: object) -> VisitValues:
    texts = {"met": "母亲", "purpose": "了解情况", "at_home": "自己整理书包"}
    facts = {
        "on_day": TODAY,
        "began_at": time(14, 0),
        "minutes": 30,
        "mode": VisitMode.HOME,
        "place": "家中",
        "teacher_ids": (1,),
    }
    return VisitValues(**(facts | texts | changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on_day": TODAY + timedelta(1)}, "on_day"),
        ({"began_at": time(15, 1)}, "began_at"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"teacher_ids": ()}, "teacher_ids"),
        ({"met": "  "}, "met"),
        ({"purpose": ""}, "purpose"),
        ({"at_home": " "}, "at_school"),
        ({"place": "中山路18号"}, "place"),
        ({"met": "母亲 13800138000"}, "met"),
        ({"purpose": "核对110101201801011234"}, "purpose"),
        ({"at_school": "3号楼2单元"}, "at_school"),
        ({"at_home": "住5号楼"}, "at_home"),
        ({"wishes": "打 0471-6912345"}, "wishes"),
        ({"measures": "去302室"}, "measures"),
    ],
)
def test_what_a_record_may_not_say(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as caught:
        check_visit(_values(**changes), NOW)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "changes",
    [{}, {"began_at": time(15, 0)}, {"minutes": 1}, {"minutes": 480}, {"on_day": TODAY - timedelta(1), "began_at": time(23, 0)}],
)
def test_what_a_record_may_say(changes: dict[str, object]) -> None:
    check_visit(_values(**changes), NOW)


STAYS = [Stay(2, date(2026, 10, 12), None), Stay(1, date(2026, 9, 1), date(2026, 10, 11))]


@pytest.mark.parametrize(
    ("day", "class_id"), [(date(2026, 9, 1), 1), (date(2026, 10, 11), 1), (date(2026, 10, 12), 2), (TODAY, 2)]
)
def test_the_class_is_the_one_of_that_day(day: date, class_id: int) -> None:
    assert class_of_day(STAYS, day) == class_id


def test_a_day_outside_the_school_is_refused() -> None:
    with pytest.raises(Refused, match="2026年8月31日这个孩子不在本校就读"):
        class_of_day(STAYS, date(2026, 8, 31))
    with pytest.raises(Refused):
        class_of_day([Stay(1, date(2026, 9, 1), date(2026, 10, 11))], date(2026, 10, 12))
    with pytest.raises(Refused):
        class_of_day([], TODAY)


@given(st.integers(0, 40), st.integers(0, 23), st.integers(0, 23))
def test_a_record_may_be_changed_for_fourteen_days(days: int, first_hour: int, hour: int) -> None:
    written = datetime(2026, 9, 10, first_hour, 0, tzinfo=ZONE)
    later = datetime(2026, 9, 10, hour, 0, tzinfo=ZONE) + timedelta(days)
    assert may_still_be_changed(written, later) is (days <= 14)
    if days > EDIT_DAYS:
        with pytest.raises(Refused, match="超过 14 天"):
            check_may_be_changed(written, later)


def test_a_look_lasts_thirty_minutes() -> None:
    assert LOOK_MINUTES == 30
    assert not is_look_fresh(None, NOW)
    assert is_look_fresh(NOW, NOW)
    assert is_look_fresh(NOW - timedelta(minutes=30), NOW)
    assert not is_look_fresh(NOW - timedelta(minutes=30, seconds=1), NOW)
    assert not is_look_fresh(NOW + timedelta(seconds=1), NOW)


def test_a_plan_is_for_the_rest_of_this_school_year() -> None:
    check_planned_day(TODAY, TODAY)
    check_planned_day(date(2027, 8, 31), TODAY)
    for day in (TODAY - timedelta(1), date(2027, 9, 1)):
        with pytest.raises(Refused) as caught:
            check_planned_day(day, TODAY)
        assert caught.value.field == "planned_on"


def _follow_up(what: str = "再打一次电话", due_on: date = TODAY) -> FollowUpValues:
    return FollowUpValues(what, 1, due_on)


def test_a_follow_up_has_words_and_a_day_to_come() -> None:
    check_follow_up(_follow_up(), visit_day=TODAY - timedelta(5), today=TODAY)
    check_follow_up(_follow_up(due_on=TODAY + timedelta(366)), visit_day=TODAY, today=TODAY)
    for wrong, field in (
        (_follow_up(what=" "), "what"),
        (_follow_up(what="打13800138000"), "what"),
        (_follow_up(due_on=TODAY - timedelta(1)), "due_on"),
        (_follow_up(due_on=TODAY + timedelta(367)), "due_on"),
    ):
        with pytest.raises(Refused) as caught:
            check_follow_up(wrong, visit_day=TODAY - timedelta(5), today=TODAY)
        assert caught.value.field == field
    with pytest.raises(Refused):
        check_follow_up(_follow_up(), visit_day=TODAY + timedelta(1), today=TODAY)


def test_a_changed_follow_up_may_keep_a_day_that_is_over() -> None:
    old = _follow_up(due_on=TODAY - timedelta(9))
    check_follow_up(_follow_up("改了说法", old.due_on), visit_day=TODAY - timedelta(20), today=TODAY, present=old)
    with pytest.raises(Refused):
        check_follow_up(_follow_up(due_on=TODAY - timedelta(8)), visit_day=TODAY - timedelta(20), today=TODAY, present=old)


@pytest.mark.parametrize("check", [check_reason, check_result])
@pytest.mark.parametrize("text", ["", "  ", "搬到5号楼", "13800138000"])
def test_reasons_and_results_are_words_without_personal_numbers(check: object, text: str) -> None:
    with pytest.raises(Refused):
        check(text)  # type: ignore[operator]
    check("已经说好")  # type: ignore[operator]


def test_overdue_begins_the_day_after() -> None:
    assert not is_overdue(TODAY, None, TODAY)
    assert is_overdue(TODAY - timedelta(1), None, TODAY)
    assert not is_overdue(TODAY - timedelta(1), TODAY, TODAY)


@given(st.integers(1, 900), st.integers(0, 900))
@example(720, 719)
def test_a_hundred_percent_is_everybody(pupils: int, visited: int) -> None:
    visited = min(visited, pupils)
    percent = coverage_percent(visited, pupils)
    assert percent is not None
    assert (percent == 100) is (visited == pupils)
    assert 0 <= percent <= 100
    assert coverage_percent(0, 0) is None
