"""Filing under the class-day's lock: totals, the cap, keys against double submits, 「无」."""

from datetime import date

import pytest

from school.db import db
from school.errors import Refused
from school.homework.enums import Demand, Form, ItemState, Layer, Stage
from school.homework.models import HomeworkItem
from school.homework.rules.caps import CapExceeded
from school.homework.rules.concerns import ReasonNeeded
from school.homework.rules.filing import LayerValues, NotASchoolDay, OutsideTerm, WrittenHomeworkForbidden
from school.homework.rules.wording import WordingRefused
from school.homework.service import filing
from school.homework.service.filing import Filing, ItemChanged, declare_none, revise_item, withdraw_item
from tests.homework.small_school import FRIDAY, SATURDAY, TESTER, WEDNESDAY, SmallSchool, day_of, values


def test_a_filed_item_counts_at_once(school: SmallSchool) -> None:
    school.file(25)
    day = day_of(school.third_2)
    assert (day.required_minutes, day.optional_minutes, day.item_count, day.cap_minutes) == (25, 0, 1, 60)


def test_sixty_minutes_fit_and_sixty_one_do_not(school: SmallSchool) -> None:
    school.file(40)
    school.file(20, teacher=school.liu_teacher)
    assert day_of(school.third_2).required_minutes == 60
    with pytest.raises(CapExceeded) as refusal:
        school.file(1, key="one more")
    db.session.rollback()
    assert refusal.value.over_by == 1
    assert "三年级2班" in refusal.value.message
    assert day_of(school.third_2).required_minutes == 60


def test_a_draft_does_not_count(school: SmallSchool) -> None:
    school.file(50, is_draft=True)
    assert day_of(school.third_2).required_minutes == 0


def test_layers_take_the_largest(school: SmallSchool) -> None:
    layers = tuple(LayerValues(layer, "练习", minutes) for layer, minutes in ((Layer.A, 30), (Layer.B, 20), (Layer.C, 10)))
    school.file(0, layers=layers)
    school.file(30, teacher=school.liu_teacher)
    assert day_of(school.third_2).required_minutes == 60


def test_optional_is_kept_apart_and_over_the_cap_needs_a_reason(school: SmallSchool) -> None:
    school.file(50)
    with pytest.raises(ReasonNeeded):
        school.file(11, teacher=school.liu_teacher, demand=Demand.OPTIONAL)
    db.session.rollback()
    school.file(11, teacher=school.liu_teacher, demand=Demand.OPTIONAL, reason="兴趣小组自愿")
    day = day_of(school.third_2)
    assert (day.required_minutes, day.optional_minutes) == (50, 11)


def test_the_same_key_makes_one_item(school: SmallSchool) -> None:
    first = school.file(20, key="same")
    second = school.file(20, key="same")
    assert first.id == second.id
    assert db.session.query(HomeworkItem).count() == 1


def test_oral_work_does_not_count(school: SmallSchool) -> None:
    school.file(90, form=Form.ORAL)
    assert day_of(school.third_2).required_minutes == 0


def test_first_grade_takes_no_written_work_home(school: SmallSchool) -> None:
    with pytest.raises(WrittenHomeworkForbidden):
        school.file(10, teacher=school.bai_teacher, school_class=school.first_1)
    db.session.rollback()
    school.file(10, teacher=school.bai_teacher, school_class=school.first_1, in_school=10)
    assert day_of(school.first_1).required_minutes == 0


def test_an_in_class_exercise_does_not_count(school: SmallSchool) -> None:
    school.file(15, stage=Stage.IN_CLASS, in_school=15)
    assert day_of(school.third_2).required_minutes == 0


def test_the_weekend_warns_and_is_counted(school: SmallSchool) -> None:
    monday = FRIDAY.replace(day=30)
    with pytest.raises(ReasonNeeded):
        school.file(61, on_day=FRIDAY, due_on=monday)
    db.session.rollback()
    school.file(61, on_day=FRIDAY, due_on=monday, reason="单元习作，三天完成")
    assert day_of(school.third_2, FRIDAY).required_minutes == 61


@pytest.mark.parametrize(
    ("on_day", "refusal"), [(SATURDAY, NotASchoolDay), (FRIDAY.replace(month=8), OutsideTerm)], ids=["weekend", "vacation"]
)
def test_a_day_without_school_is_refused(school: SmallSchool, on_day: date, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        filing.file_item(
            school.lesson(school.chen_teacher, school.third_2),
            values(10, on_day=on_day, due_on=on_day),
            Filing(key="k"),
            actor=TESTER,
        )


@pytest.mark.parametrize("content", ["请家长签字", "生词抄写5遍", "读课文后拍照发到班级群"])
def test_forbidden_wording_is_refused(school: SmallSchool, content: str) -> None:
    with pytest.raises(WordingRefused):
        school.file(10, content=content)


def test_copying_hidden_in_the_quantity_is_found(school: SmallSchool) -> None:
    with pytest.raises(WordingRefused):
        school.file(10, content="抄写生词", quantity="5遍")


def test_revising_an_old_revision_shows_who_was_first(school: SmallSchool) -> None:
    item = school.file(20)
    seen = item.revision
    revise_item(item.id, item.day_id, values(25), Filing(), revision=seen, actor=TESTER)
    db.session.commit()
    with pytest.raises(ItemChanged) as conflict:
        revise_item(item.id, item.day_id, values(30), Filing(), revision=seen, actor=TESTER)
    assert conflict.value.item.layers[0].minutes == 25


def test_revising_weighs_the_day_without_the_old_minutes(school: SmallSchool) -> None:
    item = school.file(50)
    revise_item(item.id, item.day_id, values(60), Filing(), revision=item.revision, actor=TESTER)
    db.session.commit()
    assert day_of(school.third_2).required_minutes == 60


def test_withdrawing_frees_the_minutes_and_needs_a_reason(school: SmallSchool) -> None:
    item = school.file(50)
    with pytest.raises(Refused):
        withdraw_item(item.id, item.day_id, reason=" ", actor=TESTER)
    db.session.rollback()
    withdraw_item(item.id, item.day_id, reason="布置错了班", actor=TESTER)
    db.session.commit()
    day = day_of(school.third_2)
    assert (day.required_minutes, day.item_count, day.items[0].state) == (0, 0, ItemState.WITHDRAWN)


def test_none_is_explicit_and_overtaken_by_an_item(school: SmallSchool) -> None:
    lesson = school.lesson(school.chen_teacher, school.third_2)
    for _twice in range(2):
        declare_none(lesson, WEDNESDAY, actor=TESTER)
        db.session.commit()
    assert len(day_of(school.third_2).declarations) == 1
    school.file(10)
    assert day_of(school.third_2).declarations == []
    with pytest.raises(Refused, match="已经填报"):
        declare_none(lesson, WEDNESDAY, actor=TESTER)


def test_several_classes_all_or_none(school: SmallSchool) -> None:
    school.file(50, school_class=school.third_1, key="full")
    lessons = [school.lesson(school.chen_teacher, one) for one in (school.third_1, school.third_2)]
    with pytest.raises(CapExceeded, match="三年级1班"):
        filing.file_for_classes(lessons, values(20), Filing(key="both"), actor=TESTER)
    db.session.rollback()
    assert db.session.query(HomeworkItem).count() == 1
