"""Wording of HW-08 and HW-09: what must be caught, and what must not be."""

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.homework.enums import Layer
from school.homework.rules.filing import ItemValues, LayerValues
from school.homework.rules.repeats import times_of
from school.homework.rules.wording import WordingRefused, check_item_wording, check_wording, find_wording
from school.homework.rules.wording_patterns import PATTERNS, Pattern
from school.preferences.enums import Treatment

SHARED = Path(__file__).parents[3] / "shared/data"


def codes(text: str, **settings: object) -> set[str]:
    return {finding.code for finding in find_wording(text, **settings)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("家长签字", "parent_sign"),
        ("完成后请家长签字确认", "parent_sign"),
        ("签字（家长）", "parent_sign"),
        ("不会的字请家长签字", "parent_sign"),
        ("家长批改", "parent_mark"),
        ("请爸爸妈妈帮忙批改并打分", "parent_mark"),
        ("家长检查", "parent_check"),
        ("请妈妈检查作业", "parent_check"),
        ("拍照上传", "photo_upload"),
        ("拍照，发到班级群", "photo_upload"),
        ("把朗读视频发给老师", "photo_upload"),
        ("作品上传到平台", "photo_upload"),
        ("家务劳动5次，照片班级交流群分享。", "photo_upload"),
        ("线上提交", "photo_upload"),
        ("打卡", "check_in"),
        ("每天阅读打卡", "check_in"),
        ("微信群接龙", "check_in"),
        ("发到群里", "group_share"),
        ("小制作5次，班级交流群分享。", "group_share"),
        ("在钉钉提交作业", "group_share"),
        ("抄3遍", "repeat_copy"),
        ("抄写三遍", "repeat_copy"),
        ("各抄五遍", "repeat_copy"),
        ("抄十遍", "repeat_copy"),
        ("抄二十遍", "repeat_copy"),
        ("抄两三遍", "repeat_copy"),
        ("每个词抄2-3遍", "repeat_copy"),
        ("抄好几遍", "repeat_copy"),
        ("抄课文3次", "repeat_copy"),
        ("3遍抄写生词", "repeat_copy"),
        ("生字抄写，每个写5遍", "repeat_copy"),
        ("生字词每个3遍", "repeat_copy"),
        ("抄写《读书》3遍", "repeat_copy"),
        ("抄写练习册第3页生字5遍", "repeat_copy"),
        ("抄写第一课生词2遍，第二课生词3遍", "repeat_copy"),
        ("罚抄", "punishment"),
        ("没背会的罚抄课文", "punishment"),
    ],
)
def test_what_the_rules_forbid_is_refused(text: str, code: str) -> None:
    assert code in codes(text)
    with pytest.raises(WordingRefused) as refusal:
        check_wording(text)
    assert refusal.value.field == "content"
    assert code in {finding.code for finding in refusal.value.findings}


@pytest.mark.parametrize(
    "text",
    [
        "家 长 签 字",
        "家\u3000长签字",
        "家\u200b长签字",
        "家-长-签-字",
        "打 卡",
        "打·卡",
        "拍 照 上 传",
        "抄３遍",
        "抄 3 遍",
        "抄\u30003\u00a0遍",
        "抄写③遍",
    ],
)
def test_spaces_and_wide_forms_hide_nothing(text: str) -> None:
    with pytest.raises(WordingRefused):
        check_wording(text)


@pytest.mark.parametrize(
    "text",
    [
        "与家长聊聊今天学到的知识",
        "打卡拉OK",
        "写一写你去过的打卡地",
        "抄写第3课生词一遍",
        "每个词抄2遍",
        "每个词语抄1-2遍",
        "抄第3遍时想一想",
        "读课文3遍",
        "背诵古诗三遍",
        "抄写生词2遍，读课文5遍",
        "摘抄好词好句3次",
        "每周写日记3次",
        "做一份手抄报，修改3遍",
        "跳绳3次",
        "无需家长签字",
        "作业不需要家长检查",
        "请勿打卡",
        "准备一支家长签字笔",
        "向家长讲一讲老师批改的作业",
        "和爸爸妈妈一起检查家里的安全隐患",
        "整本书阅读：《西游记》",
        "发现一群羊",
        "看图片，说一说",
        "带一张照片到班级分享",
        "成语接龙",
        "课堂上传统文化展示",
        "练字10分钟",
        "订正试卷错题",
        "",
    ],
)
def test_ordinary_homework_raises_no_alarm(text: str) -> None:
    assert find_wording(text) == []
    assert check_wording(text) == []


@pytest.mark.parametrize(
    ("text", "code", "rule"),
    [
        ("完成整张试卷", "whole_paper", "HW-09"),
        ("做一套试卷", "whole_paper", "HW-09"),
        ("数学卷子一张", "whole_paper", "HW-09"),
        ("整本练习册", "whole_book", "HW-09"),
        ("暑假作业整本完成", "whole_book", "HW-09"),
        ("请家长听写", "parent_task", "HW-08"),
    ],
)
def test_what_the_rules_doubt_needs_a_reason(text: str, code: str, rule: str) -> None:
    assert codes(text) == {code}
    assert [concern.rule for concern in check_wording(text)] == [rule]


@pytest.mark.parametrize(
    ("times", "limit", "is_caught"), [(2, 3, False), (3, 3, True), (4, 3, True), (1, 2, False), (2, 2, True)]
)
def test_copying_is_refused_from_the_limit_on(times: int, limit: int, is_caught: bool) -> None:
    assert (codes(f"生词抄{times}遍", repeat_limit=limit) == {"repeat_copy"}) is is_caught


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("3", 3),
        ("三", 3),
        ("两", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("一百", 100),
        ("两三", 3),
        ("叁", 3),
        ("多", 99),
    ],
)
def test_chinese_numerals(numeral: str, number: int) -> None:
    assert times_of(numeral) == number


def test_the_principal_may_let_a_false_alarm_pass() -> None:
    text = "写一篇《网红打卡的一天》"
    assert codes(text) == {"check_in"}
    assert codes(text, allowed=["《网红打卡 的一天》"]) == set()
    assert codes(text + ",然后打卡", allowed=["《网红打卡的一天》"]) == {"check_in"}
    assert codes(text, allowed=["", "别的话"]) == {"check_in"}


def test_a_school_may_bring_its_own_list() -> None:
    own = (Pattern("own", "刷题", "HW-09", Treatment.WARN, "“{phrase}”请换一种说法。"),)
    assert codes("打卡刷题", patterns=own) == {"own"}


def test_every_sentence_says_what_was_found() -> None:
    with pytest.raises(WordingRefused, match=r"“家长签字”.*“打卡”"):
        check_wording("家长签字，打卡")


def test_each_default_pattern_has_its_own_code_and_a_rule() -> None:
    assert len({pattern.code for pattern in PATTERNS}) == len(PATTERNS)
    assert {pattern.rule for pattern in PATTERNS} == {"HW-08", "HW-09"}


def test_all_texts_of_an_item_are_read_and_the_quantity_with_the_content() -> None:
    layer = LayerValues(Layer.ALL, "抄写生词。", 10)
    item = ItemValues(date(2026, 11, 25), date(2026, 11, 26), (layer,))
    assert check_item_wording(item) == []
    with pytest.raises(WordingRefused, match="5遍"):
        check_item_wording(replace(item, quantity="5遍"))
    with pytest.raises(WordingRefused) as refusal:
        check_item_wording(replace(item, book="打卡手册"))
    assert refusal.value.field == "book"
    twice = replace(
        item, layers=(replace(layer, layer=Layer.A, content="整张试卷"), replace(layer, layer=Layer.B, content="整张试卷"))
    )
    assert [concern.rule for concern in check_item_wording(twice)] == ["HW-09"]


@given(st.text(max_size=300))
def test_no_text_breaks_the_search(text: str) -> None:
    find_wording(text)


@given(st.text(st.sampled_from("家长签字拍照发群抄写3三遍,。 \n打卡-·读"), max_size=80), st.sampled_from(["打卡", "罚抄"]))
def test_words_around_it_never_hide_a_phrase(before: str, phrase: str) -> None:
    assert find_wording(f"{before}。{phrase}")


@pytest.mark.external
def test_a_real_notice_is_caught_where_it_asks_for_photos_and_nowhere_else() -> None:
    with (SHARED / "homework/homework_public_notice_yangzhuang_2023.csv").open(encoding="utf-8-sig") as file:
        caught = {(row["年级"], row["序号"]) for row in csv.DictReader(file) if find_wording(row["内容"])}
    assert caught == {("一年级", "2"), ("一年级", "4")}


@pytest.mark.external
def test_strings_that_break_programs_break_nothing() -> None:
    for text in json.loads((SHARED / "payloads/blns.json").read_text(encoding="utf-8")):
        find_wording(text)
