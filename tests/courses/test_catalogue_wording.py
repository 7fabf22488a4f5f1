"""AS-04: what no course may promise, and what every school says without harm."""

import csv
from pathlib import Path

import pytest

from school.courses.rules.wording import WordingRefused, check_wording, find_wording

SHARED = Path(__file__).parents[3] / "shared/data"


@pytest.mark.parametrize(
    "text",
    [
        "新授课程",
        "数学新授",
        "本学期讲授新课两单元",
        "周末补课",
        "数学补习班",
        "培优补差",
        "语文提优",
        "同步辅导",
        "每天刷题",
        "押题",
        "题海战术",
        "真题讲解",
        "小升初衔接",
        "备考班",
        "中考冲刺",
        "期末冲刺班",
        "应试技巧",
        "快速提分",
        "钢琴考级班",
        "提前学五年级内容",
        "文化课辅导",
        "晚自习",
        "午托",
    ],
)
def test_what_no_course_may_promise(text: str) -> None:
    with pytest.raises(WordingRefused) as refused:
        check_wording(text, "name")
    assert refused.value.field == "name"


HIDDEN = ["刷 题", "刷\u3000题", "刷-题", "刷＊题", "刷📚题", "刷“题”", "刷\n题", "刷\u200b题", "补課", "備考"]


@pytest.mark.parametrize("text", HIDDEN)
def test_nothing_typed_between_hides_a_word(text: str) -> None:
    assert len(find_wording(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "不讲新课，不补课，不刷题，不备考。",
        "不补课、刷题、备考",
        "设计主题海报",
        "传统文化课程",
        "蒙古族文化课堂",
        "短跑冲刺与耐力",
        "体能强化训练",
        "在校园中考察植物",
        "全新授课方式",
        "互补差异",
        "印刷题材",
        "认真题字",
        "栽培优良品种",
        "前提分析",
        "对应试管里的颜色",
        "先思考前后的联系",
        "准备考察工具",
        "乐器考级曲目欣赏",
        "学科思维训练",
        "作业辅导与答疑",
        "本学期上新课程三门",
    ],
)
def test_ordinary_words_raise_no_alarm(text: str) -> None:
    assert find_wording(text) == []


def test_the_ministrys_own_words_for_children_who_find_learning_hard() -> None:
    assert find_wording("对学习有困难的学生进行补习辅导与答疑") == []
    assert find_wording("数学补习辅导") == [("补习", "学科补习")]


def test_a_denial_ends_with_its_list() -> None:
    assert find_wording("不补课，刷题") == [] == find_wording("不补课和刷题")
    assert find_wording("不补课。刷题") == [("刷题", "刷题")]
    assert find_wording("不补课，每天刷题") == [("刷题", "刷题")]


@pytest.mark.external
def test_the_courses_of_a_real_school_raise_no_alarm() -> None:
    with (SHARED / "courses/yunyang_minde_catalogue.csv").open(encoding="utf-8-sig") as file:
        names = {row["课程"] for row in csv.DictReader(file)}
    assert len(names) > 25
    assert [name for name in names if find_wording(name)] == []
