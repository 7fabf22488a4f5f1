"""Reading-sharing: one form makes one note, a teacher decides on what was read, and others read only with consent."""

from dataclasses import replace

import pytest

from school.audit.models import AuditEntry
from school.audit.service import Actor
from school.db import db, transaction
from school.errors import Conflict
from school.parentschool.enums import ReadingState
from school.parentschool.models import ReadingNote
from school.parentschool.queries.reading import notes_of, notes_to_moderate, shared_with
from school.parentschool.rules.reading import NoteValues
from school.parentschool.service import reading
from school.people.models import ClassMembership
from tests.homework.small_school import TESTER, WEDNESDAY
from tests.parentschool.attendance import comer_of, refused
from tests.parentschool.small_families import Families

NOTE = NoteValues("爱的教育", "亚米契斯", "孩子睡前我们一起读了三章。", may_show=True, may_name=False)


def write(families: Families, number: int = 1, key: str = "key", **changes: object) -> ReadingNote:
    """The mother of the numbered family writes a note."""
    family = families.families[number - 1]
    with transaction():
        return reading.write(comer_of(family.child, family.mother), replace(NOTE, **changes), key=key, actor=family.actor)


def decide(
    note: ReadingNote, following: ReadingState = ReadingState.APPROVED, reason: str = "", revision: int | None = None
) -> None:
    """A teacher decides on a note as it stands."""
    with transaction():
        seen = note.revision if revision is None else revision
        reading.moderate(note.id, following, reason=reason, revision=seen, actor=TESTER)


def read_by(families: Families, number: int) -> list[str]:
    """Texts that the mother of the numbered family reads of others."""
    mother = families.families[number - 1].mother
    return [one.text for one in shared_with({families.school.third_2.id}, not_by=[mother.id])]


def test_a_note_waits_for_the_teacher_and_is_read_with_consent_alone(families: Families) -> None:
    shown, hidden = write(families, 1), write(families, 2, may_show=False, text="只给老师看的一段读书心得。")
    assert (shown.state, shown.class_id) == (ReadingState.SUBMITTED, families.school.third_2.id)
    assert read_by(families, 3) == []
    decide(shown)
    decide(hidden)
    assert read_by(families, 3) == [NOTE.text]
    assert read_by(families, 1) == [], "one's own stands elsewhere"
    assert shared_with({families.school.first_1.id}, not_by=[]) == [], "another class"


def test_the_name_is_read_only_with_the_second_consent(families: Families) -> None:
    for number, may_name in ((1, False), (2, True)):
        decide(write(families, number, may_name=may_name))
    found = shared_with({families.school.third_2.id}, not_by=[])
    assert {one.guardian_name for one in found} == {"", "家长2"}
    assert not write(families, 3, may_show=False, may_name=True).may_name, "no name without showing"


def test_a_consent_taken_back_holds_at_once_and_given_later_too(families: Families) -> None:
    note = write(families, may_show=False)
    decide(note)
    for may_show, expected in ((True, [NOTE.text]), (False, [])):
        with transaction():
            reading.consent(note.id, may_show=may_show, may_name=True, actor=TESTER)
        assert read_by(families, 2) == expected
        assert note.may_name is may_show
    sentences = [one.sentence for one in db.session.query(AuditEntry).order_by(AuditEntry.id)][-2:]
    assert sentences == ["同意把《爱的教育》的分享给同班家长看", "不再把《爱的教育》的分享给同班家长看"]


def test_a_note_changed_after_approval_is_looked_at_again(families: Families) -> None:
    note = write(families)
    decide(note)
    with transaction():
        reading.change(note.id, replace(NOTE, text="改过以后的一段读书心得。"), revision=1, actor=TESTER)
    assert (note.state, note.revision, note.moderated_at) == (ReadingState.SUBMITTED, 2, None)
    assert read_by(families, 2) == []
    with pytest.raises(Conflict), transaction():
        reading.change(note.id, NOTE, revision=1, actor=TESTER)
    with pytest.raises(Conflict):
        decide(note, revision=1)  # the text the teacher read is not the one that stands there
    decide(note, revision=2)
    assert read_by(families, 2) == ["改过以后的一段读书心得。"]


def test_a_note_sent_back_says_why_until_it_is_changed(families: Families) -> None:
    note = write(families)
    assert refused(lambda: decide(note, ReadingState.RETURNED)).field == "reason"
    decide(note, ReadingState.RETURNED, "写了孩子的名字")
    assert (note.state, note.state_reason) == (ReadingState.RETURNED, "写了孩子的名字")
    assert "不能再改为已通过" in refused(lambda: decide(note)).message
    with transaction():
        reading.change(note.id, NOTE, revision=1, actor=TESTER)
    assert (note.state, note.state_reason) == (ReadingState.SUBMITTED, "")
    decide(note)
    decide(note, ReadingState.RETURNED, "家长反映有隐私")
    assert read_by(families, 2) == [], "an approved one may be taken off again"


def test_a_note_taken_back_is_gone_for_everybody(families: Families) -> None:
    note = write(families)
    decide(note)
    with transaction():
        reading.withdraw(note.id, actor=TESTER)
    assert read_by(families, 2) == []
    assert notes_of([families.families[0].mother.id]) == []
    assert notes_to_moderate(None) == []
    for act in (
        lambda: reading.withdraw(note.id, actor=TESTER),
        lambda: reading.change(note.id, NOTE, revision=note.revision, actor=TESTER),
        lambda: reading.consent(note.id, may_show=True, may_name=False, actor=TESTER),
        lambda: decide(note),
    ):
        assert "已经不在了" in refused(act).message
    assert "已经不在了" in refused(lambda: reading.withdraw(987654321, actor=TESTER)).message


def test_a_teacher_does_not_look_at_their_own_note(families: Families) -> None:
    note, family = write(families), families.families[0]
    own = Actor(family.user.id, "陈老师")
    said = refused(lambda: reading.moderate(note.id, ReadingState.APPROVED, reason="", revision=1, actor=own))
    assert "别的老师" in said.message


def test_a_form_sent_twice_makes_one_note_and_with_another_text_is_refused(families: Families) -> None:
    first = write(families)
    assert write(families).id == first.id
    assert "已经交过" in refused(lambda: write(families, text="另外写的一段读书心得。")).message
    assert write(families, 2).id != first.id, "the key is the guardian's own"
    assert write(families, key="another", text="另外写的一段读书心得。").id != first.id
    assert db.session.query(ReadingNote).count() == 3


def test_a_refused_note_is_not_kept(families: Families) -> None:
    for changes, field in (({"book": ""}, "book"), ({"text": "太短"}, "text")):
        assert refused(lambda changes=changes: write(families, **changes)).field == field
    note = write(families)
    assert refused(lambda: reading.change(note.id, replace(NOTE, text="短"), revision=1, actor=TESTER)).field == "text"
    assert note.text == NOTE.text


def test_when_the_child_leaves_the_class_its_guardians_are_read_no_more(families: Families) -> None:
    decide(write(families))
    child = families.families[0].child
    db.session.query(ClassMembership).filter_by(pupil_id=child.id).one().ends_on = WEDNESDAY
    db.session.commit()
    assert read_by(families, 2) == []


def test_those_that_wait_come_first(families: Families) -> None:
    decided, waiting = write(families, 1), write(families, 2)
    decide(decided)
    third = write(families, 3)
    assert [one.id for one in notes_to_moderate([families.school.third_2.id])] == [third.id, waiting.id, decided.id]
    assert notes_to_moderate([families.school.first_1.id]) == []
    assert notes_to_moderate([]) == []
