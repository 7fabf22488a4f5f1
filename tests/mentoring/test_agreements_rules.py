"""The agreement's text: the real form's shape, every fact in it, and a digest that moves with each of them."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest

from school.errors import Conflict
from school.mentoring.enums import DutyField, EntryKind, Seat, Signer
from school.mentoring.rules.agreements import agreement_text, check_signing, digest_of, missing_signers
from school.mentoring.rules.duties import Duty, default_duties

FIRST, LAST = date(2026, 9, 1), date(2027, 1, 22)
NAMES = {Seat.CHIEF: "老陈（工号 T001）", Seat.MIDDLE: "中周（工号 T003）", Seat.NOVICE: "新郑（工号 T005）"}


def text(**changes: object) -> str:
    """An agreement with anything changed."""
    facts = {"school_name": "阳光小学", "subject": "数学", "names": NAMES, "starts_on": FIRST, "ends_on": LAST}
    return agreement_text(**{**facts, "duties": default_duties(), **changes})


def test_the_text_has_the_parts_of_the_real_form_in_their_order() -> None:
    lines = text().splitlines()
    heads = [line for line in lines if line[1:2] == "、"]
    assert [line[2:].split("（")[0] for line in heads] == [
        "师德",
        "教学常规",
        "课堂常规",
        "学科教材指导",
        "考核",
        "调整与解除",
        "份数",
    ]
    assert [line[0] for line in heads] == list("一二三四五六七")
    for words in (
        "备课",
        "听课、评课",
        "作业批改",
        "命题",
        "不以考试成绩为依据",
        "一式四份",
        "期限：2026年9月1日至2027年1月22日",
    ):
        assert any(words in line for line in lines), words
    assert [line for line in lines if line.startswith(("1号 首席", "2号 中坚", "3号 新教"))] == [
        f"{seat.label}：{NAMES[seat]}" for seat in Seat
    ]
    assert sum(line.startswith("师傅：") for line in lines) == sum(line.startswith("徒弟：") for line in lines) == len(DutyField)


def test_each_seat_has_its_counts_in_the_field_they_belong_to() -> None:
    fields = text().split("\n\n")
    teaching, classroom, materials = (next(one for one in fields if one[2:].startswith(field.label)) for field in DutyField)
    assert "1号：审阅教案不少于 15 次。" in teaching
    assert "2号：审阅教案不少于 15 次，教学反思不少于 2 次。" in teaching
    assert "3号：听课不少于 15 次，汇报课不少于 2 次。" in classroom
    assert "1号：谈话交流不少于 4 次。" in materials
    for duty in default_duties():
        assert (
            f"{duty.kind.label}不少于 {duty.count} 次"
            in {
                DutyField.TEACHING: teaching,
                DutyField.CLASSROOM: classroom,
                DutyField.MATERIALS: materials,
            }[duty.field]
        )


def test_what_nobody_owes_is_not_written() -> None:
    assert "不少于" not in text(duties=())
    assert "谈话交流" not in text(duties=[Duty(Seat.CHIEF, DutyField.MATERIALS, EntryKind.TALK, 0)])


def test_every_fact_moves_the_digest() -> None:
    more = [replace(one, count=one.count + (one.kind is EntryKind.TALK)) for one in default_duties()]
    changed = [
        text(),
        text(school_name="星光小学"),
        text(subject="语文"),
        text(names={**NAMES, Seat.NOVICE: "新郑（工号 T006）"}),
        text(starts_on=FIRST + timedelta(1)),
        text(ends_on=LAST - timedelta(1)),
        text(duties=more),
    ]
    assert len({digest_of(one) for one in changed}) == len(changed)
    assert digest_of(text()) == sha256(text().encode()).hexdigest() == digest_of(text())


def test_only_the_text_that_was_read_is_signed_and_a_second_tap_is_no_signature() -> None:
    digest = digest_of(text())
    assert check_signing(Signer.CHIEF, [], digest, digest)
    assert not check_signing(Signer.CHIEF, [Signer.CHIEF], digest, digest)
    for shown in ("", digest[:-1], digest_of(text(subject="语文"))):
        with pytest.raises(Conflict):
            check_signing(Signer.CHIEF, [], shown, digest)
    assert missing_signers([Signer.OFFICE, Signer.MIDDLE]) == [Signer.CHIEF, Signer.NOVICE]
