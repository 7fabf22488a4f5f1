"""Classes, pupils and teachers: who sees what, moving, leaving, coming back, lists to take away."""

from datetime import date

import pytest
from flask import Flask

from school.accounts.models import User
from school.audit.models import AuditEntry
from school.db import db
from school.people.enums import MembershipEnd
from school.people.models import Pupil, Teacher, TeachingAssignment
from school.people.queries.listing import stays_of_pupil
from school.sheets.reading import read_sheet
from tests.accounts.cast import administrator, office, principal, signed_in
from tests.people.cast import PUPILS, class_id, grade_leader, guardian, homeroom_teacher
from tests.support.client import SchoolClient

pytestmark = pytest.mark.usefixtures("school")
MOVE = {"on_day": "2026-11-20", "number_in_class": "09", "reason": "家长申请"}


@pytest.fixture
def keeper(app: Flask) -> SchoolClient:
    """周管理's device."""
    return signed_in(app, administrator())


def pupil(name: str) -> Pupil:
    return db.session.query(Pupil).filter_by(name=name).one()


def teacher(code: str) -> Teacher:
    return db.session.query(Teacher).filter_by(staff_code=code).one()


def stays(name: str) -> list[tuple]:
    return [(s.class_number, s.starts_on, s.ends_on, s.end_reason) for s in stays_of_pupil(pupil(name).id)]


def last_act() -> tuple[str, str, str]:
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert entry is not None
    return entry.action, entry.sentence, entry.reason


def test_the_office_sees_all_classes_a_grade_leader_the_grade_a_homeroom_teacher_the_class(app: Flask) -> None:
    labels = ["一年级1班", "三年级2班", "五年级1班"]
    seen = {
        "office": labels,
        "principal": labels,
        "leader": ["三年级2班"],
        "homeroom": ["三年级2班"],
    }
    people = {"office": office(), "principal": principal(), "leader": grade_leader(), "homeroom": homeroom_teacher()}
    for who, user in people.items():
        page = signed_in(app, user).get("/people/classes").text
        assert [label for label in labels if label in page] == seen[who], who


def test_a_class_outside_ones_scope_is_not_there(app: Flask) -> None:
    theirs, other = class_id(2024, 2), class_id(2022, 1)
    for user in (grade_leader(), homeroom_teacher()):
        device = signed_in(app, user)
        assert "乌云其木格" in device.get(f"/people/classes/{theirs}").text
        assert device.get(f"/people/classes/{other}").status_code == 404
        assert device.get(f"/people/pupils/{pupil('王五一').id}").status_code == 404
        assert device.get(f"/people/pupils/{pupil('孙小宝').id}").status_code == 200
    assert signed_in(app, guardian()).get(f"/people/classes/{theirs}").status_code == 403


def test_phones_are_masked(keeper: SchoolClient) -> None:
    for page in (f"/people/classes/{class_id(2024, 2)}", f"/people/pupils/{pupil('孙小宝').id}", "/people/teachers"):
        text = keeper.get(page).text
        assert "13900000001" not in text
        assert "13800000001" not in text
    assert "139****0001" in keeper.get(f"/people/classes/{class_id(2024, 2)}").text


def test_a_pupil_moves_and_both_classes_stay_on_record(keeper: SchoolClient) -> None:
    place = f"/people/pupils/{pupil('孙小宝').id}"
    answer = keeper.post_form(f"{place}/move", {**MOVE, "class_id": class_id(2022, 1)}, page=place)
    assert (answer.status_code, answer.location) == (303, place)
    assert stays("孙小宝") == [
        (1, date(2026, 11, 20), None, None),
        (2, date(2026, 9, 1), date(2026, 11, 19), MembershipEnd.MOVED_CLASS),
    ]
    assert last_act() == ("pupil.move_class", "把孙小宝从三年级2班转到五年级1班，2026年11月20日起", "家长申请")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"on_day": "2026-11-26"}, "不能晚于今天"),
        ({"on_day": "2026-08-31"}, "不能早于2026年9月1日"),
        ({"on_day": "昨天"}, "不是有效的日期值"),
        ({"reason": ""}, "请填写"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_keeps_what_was_typed(keeper: SchoolClient, typed: dict, sentence: str) -> None:
    place, before = f"/people/pupils/{pupil('孙小宝').id}", stays("孙小宝")
    answer = keeper.post_form(f"{place}/move", {**MOVE, "class_id": class_id(2022, 1), **typed}, page=place)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="09"' in answer.text
    assert stays("孙小宝") == before


def test_moving_into_the_same_class_is_refused(keeper: SchoolClient) -> None:
    place = f"/people/pupils/{pupil('孙小宝').id}"
    answer = keeper.post_form(f"{place}/move", {**MOVE, "class_id": class_id(2024, 2)}, page=place)
    assert answer.status_code == 422
    assert "已经在三年级2班" in answer.text


def test_a_pupil_leaves_and_comes_back(keeper: SchoolClient) -> None:
    place = f"/people/pupils/{pupil('孙小宝').id}"
    leaving = {"kind": "suspended", "last_day": "2026-11-10", "reason": "休养"}
    assert keeper.post_form(f"{place}/leave", leaving, page=place).status_code == 303
    assert "孙小宝" not in keeper.get(f"/people/classes/{class_id(2024, 2)}").text
    twice = keeper.post_form(f"{place}/leave", leaving, page=place)
    assert twice.status_code == 422
    assert keeper.post_form(f"{place}/move", {**MOVE, "class_id": class_id(2024, 2)}, page=place).status_code == 303
    assert stays("孙小宝") == [
        (2, date(2026, 11, 20), None, None),
        (2, date(2026, 9, 1), date(2026, 11, 10), MembershipEnd.SUSPENDED),
    ]


def test_only_who_keeps_lists_moves_pupils(app: Flask, client: SchoolClient) -> None:
    place = f"/people/pupils/{pupil('孙小宝').id}"
    before = stays("孙小宝")
    assert client.post(f"{place}/move", data=MOVE).status_code == 401
    for user in (homeroom_teacher(), office()):
        device = signed_in(app, user)
        assert "办理" not in device.get(place).text
        for act in ("move", "leave"):
            assert device.post_form(f"{place}/{act}", MOVE, page="/account").status_code == 403
    assert stays("孙小宝") == before


def test_who_is_not_there_cannot_be_moved(keeper: SchoolClient) -> None:
    answer = keeper.post_form("/people/pupils/999/move", {**MOVE, "class_id": class_id(2024, 2)}, page="/people/imports")
    assert answer.status_code == 404
    assert keeper.get("/people/pupils/999").status_code == 404


def test_a_list_is_taken_away_by_a_button_that_is_recorded(keeper: SchoolClient) -> None:
    here = f"/people/classes/{class_id(2024, 2)}"
    assert keeper.get(f"{here}/pupils.xlsx").status_code == 404
    answer = keeper.post_form(f"{here}/pupils.xlsx", page=here)
    assert last_act()[1] == "导出了三年级2班的学生名单（含监护人电话）"
    rows = read_sheet(keeper.get(answer.location).data, "a.xlsx").rows
    assert [row[4] for row in rows[1:]] == ["孙小宝", "阿依古丽·买买提", "乌云其木格"]
    assert rows[1][8] == "13900000001"
    answer = keeper.post_form("/people/pupils.csv", page="/people/classes")
    assert len(read_sheet(keeper.get(answer.location).data, "a.csv").rows) == len(PUPILS) + 1


def test_a_homeroom_teacher_takes_the_own_list_only(app: Flask) -> None:
    device = signed_in(app, homeroom_teacher())
    here = f"/people/classes/{class_id(2024, 2)}"
    assert device.post_form(f"{here}/pupils.csv", page=here).status_code == 303
    assert device.post_form(f"/people/classes/{class_id(2022, 1)}/pupils.csv", page=here).status_code == 404
    assert device.post_form("/people/pupils.csv", page=here).status_code == 403
    leader = signed_in(app, grade_leader())
    assert leader.post_form(f"{here}/pupils.csv", page="/account").status_code == 404


def test_a_teacher_gives_a_class_up(keeper: SchoolClient) -> None:
    found = teacher("T02")
    place = f"/people/teachers/{found.id}"
    assignment = db.session.query(TeachingAssignment).filter_by(teacher_id=found.id, class_id=class_id(2024, 2)).one()
    url = f"{place}/assignments/{assignment.id}/end"
    refused = keeper.post_form(url, {"last_day": "2026-08-01", "reason": "调整"}, page=place)
    assert refused.status_code == 422
    assert 'value="调整"' in refused.text
    assert keeper.post_form(url, {"last_day": "2026-11-24", "reason": "调整"}, page=place).status_code == 303
    assert db.session.get(TeachingAssignment, assignment.id).ends_on == date(2026, 11, 24)  # type: ignore[union-attr]
    elsewhere = f"/people/teachers/{teacher('T01').id}/assignments/{assignment.id}/end"
    assert keeper.post_form(elsewhere, {"last_day": "2026-11-24", "reason": "x"}, page=place).status_code == 404


def test_a_teacher_leaves_and_comes_back(keeper: SchoolClient) -> None:
    found = teacher("T01")
    place = f"/people/teachers/{found.id}"
    assert keeper.post_form(f"{place}/leave", {"last_day": "2026-11-20", "reason": "调走"}, page=place).status_code == 303
    assert teacher("T01").left_on == date(2026, 11, 20)
    user = db.session.get(User, found.user_id)
    assert user is not None
    assert not user.is_active
    assert {grant.ends_on for grant in user.grants} <= {date(2026, 11, 20)}
    assert "已离校" in keeper.get("/people/teachers").text
    assert (
        keeper.post_form(f"{place}/leave", {"last_day": "2026-11-20", "reason": "调走"}, page="/people/imports").status_code
        == 422
    )
    assert keeper.post_form(f"{place}/come-back", {"reason": "返聘"}, page=place).status_code == 303
    assert (teacher("T01").left_on, db.session.get(User, found.user_id).is_active) == (None, True)  # type: ignore[union-attr]


def test_only_who_keeps_lists_ends_what_teachers_do(app: Flask, client: SchoolClient) -> None:
    place = f"/people/teachers/{teacher('T01').id}"
    assert client.get("/people/teachers").status_code == 302
    device = signed_in(app, office())
    assert device.get(place).status_code == 200
    for act in ("leave", "come-back"):
        assert client.post(f"{place}/{act}").status_code == 401
        assert device.post_form(f"{place}/{act}", {"reason": "x"}, page="/account").status_code == 403
    assert signed_in(app, guardian()).get("/people/teachers").status_code == 403


def test_an_empty_school_says_where_to_begin(app: Flask) -> None:
    for model in (TeachingAssignment,):
        db.session.query(model).delete()
    assert "没有任课" in signed_in(app, office()).get("/people/teachers").text
