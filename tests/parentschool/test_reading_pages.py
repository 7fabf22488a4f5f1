"""Reading-sharing as guardians write and read it and as teachers look at it first."""

import pytest

from school.db import db, transaction
from school.parentschool.enums import ReadingState
from school.parentschool.models import ReadingNote
from school.parentschool.rules.reading import NoteValues
from school.parentschool.service import reading
from tests.homework.small_school import TESTER
from tests.parentschool.attendance import Device, comer_of
from tests.parentschool.small_families import Families
from tests.support.html import parse

TEXT = "孩子睡前我们一起读了三章。"
TYPED = {"book": "爱的教育", "author": "亚米契斯", "text": TEXT, "may_show": "y"}
NEW = "/families/reading/new"


@pytest.fixture
def note(families: Families) -> ReadingNote:
    """The first mother's note, waiting, to be shown without a name."""
    family = families.families[0]
    values = NoteValues("爱的教育", "亚米契斯", TEXT, may_show=True, may_name=False)
    with transaction():
        return reading.write(comer_of(family.child, family.mother), values, key="first", actor=family.actor)


def approve(note: ReadingNote) -> None:
    """A teacher approves it."""
    with transaction():
        reading.moderate(note.id, ReadingState.APPROVED, reason="", revision=note.revision, actor=TESTER)


def test_a_note_goes_from_one_guardian_by_the_teacher_to_the_others(families: Families, as_user: Device) -> None:
    writer, other = as_user(families.families[0].user), as_user(families.families[1].user)
    liu = as_user(families.school.liu)
    done = writer.post_form(NEW, TYPED | {"pupil_id": str(families.families[0].child.id)})
    assert (done.status_code, done.headers["Location"]) == (303, "/families/reading")
    assert "待审核" in writer.get("/families/reading").text
    assert TEXT not in other.get("/families/reading").text
    waiting = liu.get("/parent-school/reading").text
    assert "待审核（1 篇）" in waiting
    assert "三年级2班 孩子1，家长1" in waiting
    (note,) = db.session.query(ReadingNote)
    approved = liu.post_form(f"/parent-school/reading/{note.id}/approve", page="/parent-school/reading")
    assert approved.status_code == 303
    page = other.get("/families/reading").text
    assert TEXT in page
    assert "三年级2班 一位家长" in page
    assert "家长1" not in page
    assert TEXT in writer.get("/families/reading").text.split("同班家长的分享")[0]
    assert TEXT not in writer.get("/families/reading").text.split("同班家长的分享")[1]


def test_children_are_offered_in_the_order_of_the_class_with_the_first_chosen(families: Families, as_user: Device) -> None:
    page = as_user(families.father_user).get(NEW).text
    radios = [
        (one.get("value"), one.get("checked") is not None) for one in parse(page).all("input") if one.get("name") == "pupil_id"
    ]
    assert radios == [(str(families.second_child.id), True), (str(families.families[0].child.id), False)]


def test_a_refused_note_keeps_what_was_typed(families: Families, as_user: Device) -> None:
    writer, child = as_user(families.families[0].user), str(families.families[0].child.id)
    for changes, said in (
        ({"text": "太短"}, "10 到 500 个字，现在是 2 个字"),
        ({"book": ""}, "请填写这一项"),
        ({"pupil_id": str(families.families[1].child.id)}, "选择"),
    ):
        refused = writer.post_form(NEW, TYPED | {"pupil_id": child} | changes)
        assert refused.status_code == 422, changes
        assert 'value="亚米契斯"' in refused.text
        assert said in refused.text
    assert db.session.query(ReadingNote).count() == 0


def test_a_form_sent_again_from_the_back_button_loses_no_second_note(families: Families, as_user: Device) -> None:
    writer, child = as_user(families.families[0].user), str(families.families[0].child.id)
    page = writer.get(NEW).text
    hidden = {one.get("name"): one.get("value") for one in parse(page).all("input") if one.get("type") == "hidden"}
    send = {**TYPED, "pupil_id": child, **hidden}
    for data, status in ((send, 303), (send, 303), (send | {"text": "又写了一篇不一样的心得。"}, 422)):
        answer = writer.post(NEW, data=data, headers={"Origin": "http://localhost"})
        assert answer.status_code == status
    assert "又写了一篇不一样的心得。" in answer.text
    assert "已经交过《爱的教育》" in answer.text
    assert db.session.query(ReadingNote).count() == 1


def test_consent_is_given_and_taken_back_on_the_page(families: Families, note: ReadingNote, as_user: Device) -> None:
    approve(note)
    families.families[0].mother.name = "孙丽华"
    writer, other = as_user(families.families[0].user), as_user(families.families[1].user)
    url = f"/families/reading/{note.id}/consent"
    assert writer.post_form(url, {"may_show": "y", "may_name": "y"}, page="/families/reading").status_code == 303
    assert "三年级2班 孙家长" in other.get("/families/reading").text
    assert "孙丽华" not in other.get("/families/reading").text
    assert writer.post_form(url, {}, page="/families/reading").status_code == 303
    assert TEXT not in other.get("/families/reading").text


def test_a_note_is_changed_returned_and_taken_back(families: Families, note: ReadingNote, as_user: Device) -> None:
    writer, liu = as_user(families.families[0].user), as_user(families.school.liu)
    back = f"/parent-school/reading/{note.id}/return"
    refused = liu.post_form(back, {"reason": ""})
    assert (refused.status_code, "请写明退回的原因" in refused.text) == (422, True)
    assert liu.post_form(back, {"reason": "写了孩子的名字"}).status_code == 303
    assert "退回原因：写了孩子的名字" in writer.get("/families/reading").text
    url = f"/families/reading/{note.id}"
    assert "写了孩子的名字" in writer.get(url).text
    assert writer.post_form(url, TYPED | {"text": "改过以后的一段读书心得。"}).status_code == 303
    assert "改过以后的一段读书心得。" in liu.get("/parent-school/reading").text
    stale = writer.post_form(url, TYPED | {"text": "同时在另一台手机上改的。", "revision": "1"})
    assert stale.status_code == 422
    assert "同时在另一台手机上改的。" in stale.text
    assert writer.post_form(f"{url}/withdraw", page="/families/reading").status_code == 303
    assert TEXT not in liu.get("/parent-school/reading").text
    assert writer.get(url).status_code == 404
    assert liu.get(back).status_code == 404


def test_a_teacher_approves_only_what_they_read(families: Families, note: ReadingNote, as_user: Device) -> None:
    liu = as_user(families.school.liu)
    url = f"/parent-school/reading/{note.id}/approve"
    stale = liu.post_form(url, {"revision": "0"}, page="/parent-school/reading")
    assert stale.status_code == 422
    assert "刚刚被改过" in stale.text
    assert note.state is ReadingState.SUBMITTED


def test_notes_are_moderated_by_who_serves_the_class_and_written_by_their_guardian(
    families: Families, note: ReadingNote, as_user: Device
) -> None:
    school = families.school
    url = f"/parent-school/reading/{note.id}/return"
    expected = {"liu": 200, "zhao": 200, "office": 200, "bai": 404, "chen": 403, "principal": 403, "sun": 403}
    assert {name: as_user(getattr(school, name)).get(url).status_code for name in expected} == expected
    for name, seen in (("liu", True), ("zhao", True), ("office", True), ("bai", False)):
        assert (TEXT in as_user(getattr(school, name)).get("/parent-school/reading").text) is seen, name
    sent = as_user(school.bai).post_form(f"/parent-school/reading/{note.id}/approve", {"revision": "1"}, page="/account")
    assert sent.status_code == 404
    other = as_user(families.families[1].user)
    assert other.get(f"/families/reading/{note.id}").status_code == 404
    for act in ("consent", "withdraw"):
        assert other.post_form(f"/families/reading/{note.id}/{act}", {}, page="/account").status_code == 404
    assert as_user(school.liu).get("/families/reading").status_code == 403
    assert note.state is ReadingState.SUBMITTED


def test_guardians_of_another_class_read_nothing_of_it(families: Families, note: ReadingNote, as_user: Device) -> None:
    approve(note)
    assert TEXT in as_user(families.father_user).get("/families/reading").text, "a child in the class"
    assert TEXT in as_user(families.school.sun).get("/families/reading").text
    outsider = as_user(families.school.outsider)
    assert TEXT not in outsider.get("/families/reading").text
    assert "写读书分享" not in outsider.get("/families/reading").text
    assert "没有查到您在读的孩子" in outsider.get(NEW).text
