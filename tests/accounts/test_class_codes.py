"""The sheets of one-time codes: for a class's guardians and for the teachers."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from school.accounts.codes import code_of
from school.accounts.models import User
from school.accounts.service import issue_code
from school.audit.queries import AuditFilter, count_entries, entries
from school.audit.service import COMMAND_LINE
from school.clock import today
from school.db import db
from school.people.enums import Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass, Teacher
from school.permissions import Role
from tests.accounts.cast import administrator, guardian, principal, signed_in, somebody, teacher
from tests.support.client import SchoolClient


def class_of(entry_year: int, number: int) -> SchoolClass:
    found = SchoolClass(entry_year=entry_year, number=number)
    db.session.add(found)
    db.session.flush()
    return found


def child(name: str, school_class: SchoolClass, *guardians: Guardian, ends_on: object = None) -> Pupil:
    """A child in a class, with these guardians, since a month ago."""
    pupil = Pupil(name=name)
    db.session.add(pupil)
    db.session.flush()
    starts_on = today() - timedelta(days=30)
    db.session.add(ClassMembership(pupil=pupil, school_class=school_class, starts_on=starts_on, ends_on=ends_on))
    for position, who in enumerate(guardians, start=1):
        db.session.add(Guardianship(pupil=pupil, guardian=who, relation=Relation.MOTHER, position=position))
    db.session.flush()
    return pupil


def parent(name: str, phone: str, **options: bool) -> Guardian:
    found = Guardian(name=name, phone=phone, user_id=somebody(name, phone, Role.GUARDIAN, **options).id)
    db.session.add(found)
    db.session.flush()
    return found


@pytest.fixture
def grade3(app: Flask) -> dict[str, SchoolClass]:
    """Two classes: 三年级1班 with five guardians in five states, 三年级2班 with one."""
    one, two = class_of(2024, 1), class_of(2024, 2)
    new, active = parent("钱女士", "13900000002", is_activated=False), parent("孙女士", "13900000003")
    closed = parent("李女士", "13900000004", is_activated=False)
    db.session.get(User, closed.user_id).is_active = False
    without = Guardian(name="周奶奶", phone=None)
    elsewhere = parent("吴女士", "13900000006", is_activated=False)
    child("钱小一", one, new)
    child("钱小二", one, new)
    child("乌云其木格", one, active)
    child("李小一", one, closed, without)
    child("转走了", one, parent("郑女士", "13900000007", is_activated=False), ends_on=today() - timedelta(days=1))
    child("吴小一", two, elsewhere)
    db.session.commit()
    return {"one": one, "two": two}


def press(client: SchoolClient, path: str, page: str) -> str:
    answer = client.post_form(path, page=page)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_classes_with_their_guardians(app: Flask, grade3: dict[str, SchoolClass]) -> None:
    page = signed_in(app, administrator()).get("/accounts/codes").text
    for text in ("三年级1班", "三年级2班", "<td>4</td>", "<td>1</td>"):
        assert text in page


def test_codes_are_given_to_those_who_need_one_and_printed(app: Flask, grade3: dict[str, SchoolClass]) -> None:
    client, page = signed_in(app, administrator()), f"/accounts/codes/{grade3['one'].id}"
    assert "1 人还没有可用的登录码" in client.get(page).text
    press(client, f"{page}/issue", page)
    sheet = client.get(press(client, f"{page}/print", page)).text
    assert sheet.count('class="slip"') == 1
    new = db.session.query(User).filter_by(login="13900000002").one()
    for text in ("三年级1班", "钱小一（母亲）、钱小二", "钱女士", "13900000002", code_of(new), "data:image/svg+xml"):
        assert text in sheet
    for text in ("孙女士", "吴女士", "李女士", "郑女士", "周奶奶"):
        assert text not in sheet
    sentences = [entry.sentence for entry in entries(AuditFilter(), offset=0, limit=2)]
    assert sentences == ["打印了三年级1班的家长的 1 个一次性登录码", "给三年级1班的家长生成了 1 个一次性登录码"]


def without_tokens(page: str) -> str:
    """A page without its form tokens, which are new each second."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def test_printing_again_shows_the_same_code_until_it_is_used(app: Flask, grade3: dict[str, SchoolClass]) -> None:
    client, page = signed_in(app, administrator()), f"/accounts/codes/{grade3['one'].id}"
    press(client, f"{page}/issue", page)
    first = without_tokens(client.get(press(client, f"{page}/print", page)).text)
    press(client, f"{page}/print", page)
    assert without_tokens(client.get(f"{page}/print").text) == first
    new = db.session.query(User).filter_by(login="13900000002").one()
    words = {"login": new.login, "code": code_of(new), "new_password": "three plain words"}
    answer = app.test_client().post_form("/activate", {**words, "new_password_again": "three plain words"})
    assert answer.status_code == 303
    assert 'class="slip"' not in client.get(f"{page}/print").text
    assert client.post_form(f"{page}/print", page="/account").status_code == 404


def test_a_sheet_does_not_open_without_the_button_of_this_very_class(app: Flask, grade3: dict[str, SchoolClass]) -> None:
    client = signed_in(app, administrator())
    one, two = (f"/accounts/codes/{grade3[name].id}" for name in ("one", "two"))
    press(client, f"{one}/issue", one)
    assert client.get(f"{one}/print").status_code == 404
    press(client, f"{one}/print", one)
    assert client.get(f"{two}/print").status_code == 404
    assert client.get(f"{one}/print").status_code == 200


def test_teachers_get_theirs(app: Flask) -> None:
    client = signed_in(app, administrator())
    for name, code, left_on in (("陈老师", "T001", None), ("离职老师", "T002", today())):
        user = somebody(name, code, Role.SUBJECT_TEACHER, is_activated=False)
        db.session.add(Teacher(staff_code=code, name=name, public_name=name, user_id=user.id, left_on=left_on))
    db.session.commit()
    page = "/accounts/codes/teachers"
    press(client, f"{page}/issue", page)
    sheet = client.get(press(client, f"{page}/print", page)).text
    assert "工号 T001" in sheet
    assert "离职老师" not in sheet


def test_the_qr_code_leads_to_the_public_address(
    app: Flask, grade3: dict[str, SchoolClass], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://school.example/")
    client, page = signed_in(app, administrator()), f"/accounts/codes/{grade3['one'].id}"
    press(client, f"{page}/issue", page)
    assert "https://school.example/activate" in client.get(press(client, f"{page}/print", page)).text


def test_the_list_asks_the_database_as_often_for_one_as_for_four(app: Flask, grade3: dict[str, SchoolClass]) -> None:
    client = signed_in(app, administrator())
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    counts = []
    for name in ("one", "two"):
        seen.clear()
        client.get(f"/accounts/codes/{grade3[name].id}")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_codes_are_the_administrators_alone(app: Flask, client: SchoolClient, grade3: dict[str, SchoolClass]) -> None:
    before = count_entries(AuditFilter())
    pages = ["/accounts/codes", "/accounts/codes/teachers", f"/accounts/codes/{grade3['one'].id}"]
    acts = [f"{page}/{act}" for page in pages[1:] for act in ("issue", "print")]
    assert all(client.get(page).status_code == 302 for page in pages)
    assert all(client.post(act, data={"a": "b"}).status_code == 401 for act in acts)
    for user in (principal(), teacher(), guardian()):
        their = signed_in(app, user)
        assert {their.get(page).status_code for page in pages} == {403}
        assert {their.post_form(act, page="/account").status_code for act in acts} == {403}
    assert count_entries(AuditFilter()) == before


def test_a_class_that_is_not_there_is_not_found(app: Flask) -> None:
    client = signed_in(app, administrator())
    assert client.get("/accounts/codes/999").status_code == 404
    assert client.post_form("/accounts/codes/999/issue", page="/account").status_code == 404


def test_no_new_code_while_one_waits(app: Flask, grade3: dict[str, SchoolClass]) -> None:
    new = db.session.query(User).filter_by(login="13900000002").one()
    code = issue_code(new, actor=COMMAND_LINE)
    db.session.commit()
    client, page = signed_in(app, administrator()), f"/accounts/codes/{grade3['one'].id}"
    client.post_form(f"{page}/issue", page=page)
    db.session.expire_all()
    assert code_of(db.session.query(User).filter_by(login="13900000002").one()) == code
