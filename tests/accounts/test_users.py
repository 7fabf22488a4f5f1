"""The administrator's pages: finding accounts, giving and ending roles, closing accounts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from school.accounts.models import User
from school.accounts.queries import find_user
from school.accounts.service import grant_role
from school.audit.queries import AuditFilter, count_entries, entries_of
from school.clock import today
from school.db import db
from school.people.models import SchoolClass, Subject
from school.permissions import PERMISSIONS, Permission, Role
from tests.accounts.cast import administrator, guardian, office, principal, signed_in, somebody, teacher
from tests.support.client import SchoolClient

POSTS = ("roles", "code", "sign-out-everywhere", "close", "reopen")


def appoint(client: SchoolClient, user: User, **values: object) -> tuple[int, str]:
    """Press 任命 on somebody's page; answers the status and the page."""
    page = f"/accounts/users/{user.id}"
    typed = {"role": "teaching_office", "starts_on": today().isoformat(), "class_id": "", **values}
    answer = client.post_form(f"{page}/roles", typed, page=page)
    return answer.status_code, answer.text


def roles_of(user: User) -> set[Role]:
    """What somebody is today, read anew."""
    db.session.expire_all()
    return {grant.role for grant in find_user(user.id).grants if grant.is_current(today())}


def sentences_of(user: User) -> list[str]:
    return [entry.sentence for entry in entries_of("user", user.id)]


def test_the_list_finds_by_name_login_role_and_state(app: Flask) -> None:
    client = signed_in(app, administrator())
    teacher(), guardian(), somebody("新来的", "13800000077", Role.GUARDIAN, is_activated=False)

    def names(query: str) -> list[str]:
        page = client.get(f"/accounts/users{query}").text
        return [name for name in ("周管理", "陈老师", "孙家长", "新来的") if f">{name}</a></th>" in page]

    assert names("") == ["周管理", "陈老师", "孙家长", "新来的"]
    assert names("?words=陈") == ["陈老师"]
    assert names("?words=13800000077") == ["新来的"]
    assert names("?words=%25") == []
    assert names("?role=guardian") == ["孙家长", "新来的"]
    assert names("?role=guardian&state=new") == ["新来的"]
    assert names("?state=activated") == ["周管理", "陈老师", "孙家长"]
    assert names("?state=nonsense&role=nonsense&page=99") == ["周管理", "陈老师", "孙家长", "新来的"]


def test_a_role_is_given_with_its_scope_and_recorded(app: Flask) -> None:
    admin, user = administrator(), teacher()
    school_class = SchoolClass(entry_year=2024, number=2)
    db.session.add(school_class)
    db.session.commit()
    client = signed_in(app, admin)
    status, _page = appoint(client, user, role="homeroom_teacher", class_id=str(school_class.id), starts_on="2026-09-01")
    assert status == 303
    [grant] = [grant for grant in find_user(user.id).grants if grant.role is Role.HOMEROOM_TEACHER]
    assert (grant.class_id, grant.starts_on, grant.ends_on) == (school_class.id, date(2026, 9, 1), None)
    assert sentences_of(user) == ["任命陈老师（13800000001）为班主任（三年级2班），2026-09-01起"]


def test_a_scope_the_role_does_not_have_is_left_out(app: Flask) -> None:
    admin, user = administrator(), teacher()
    db.session.add(Subject(code="math", name="数学"))
    db.session.commit()
    assert appoint(signed_in(app, admin), user, subject_id="1")[0] == 303
    assert [grant.subject_id for grant in find_user(user.id).grants] == [None, None]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"role": "homeroom_teacher"}, "任命班主任要选班级"),
        ({"role": "grade_leader"}, "任命年级组长要选年级"),
        ({"role": "prep_leader"}, "任命备课组长要选学科"),
        ({"role": "subject_teacher"}, "已经担任这一职务"),
        ({"starts_on": "2026-09-01", "ends_on": "2026-08-31"}, "结束日期不能早于开始日期"),
        ({"starts_on": "昨天"}, "不是有效的日期值"),
        ({"role": "guardian"}, "不是有效的选择"),
        ({"role": "emperor"}, "不是有效的选择"),
        ({"class_id": "999999", "role": "homeroom_teacher"}, "不是有效的选择"),
    ],
)
def test_a_refused_appointment_writes_nothing_and_keeps_what_was_typed(app: Flask, values: dict[str, str], sentence: str) -> None:
    admin, user = administrator(), teacher()
    client = signed_in(app, admin)
    before = count_entries(AuditFilter())
    status, page = appoint(client, user, **{"ends_on": "2027-01-31", **values})
    assert status == 422
    assert sentence in page
    assert roles_of(user) == {Role.SUBJECT_TEACHER}
    assert count_entries(AuditFilter()) == before
    assert f'value="{values.get("ends_on", "2027-01-31")}"' in page


def test_a_role_may_follow_on_itself(app: Flask) -> None:
    admin, user = administrator(), teacher()
    client = signed_in(app, admin)
    assert appoint(client, user, starts_on="2025-09-01", ends_on="2026-01-31")[0] == 303
    assert appoint(client, user, starts_on="2026-02-01", ends_on="2026-07-31")[0] == 303
    assert appoint(client, user, starts_on="2026-07-31")[0] == 422


def end(client: SchoolClient, user: User, role: Role, last_day: str = "") -> tuple[int, str]:
    [grant_id] = [grant.id for grant in find_user(user.id).grants if grant.role is role]
    page = f"/accounts/users/{user.id}"
    answer = client.post_form(f"{page}/roles/{grant_id}/end", {"last_day": last_day}, page=page)
    return answer.status_code, answer.text


def test_a_role_ends_at_once(app: Flask) -> None:
    admin, user = administrator(), office()
    user.grants[0].starts_on = today() - timedelta(days=30)
    client, theirs = signed_in(app, admin), signed_in(app, user)
    assert theirs.get("/calendar/edit").status_code == 200
    assert end(client, user, Role.TEACHING_OFFICE)[0] == 303
    assert theirs.get("/calendar/edit").status_code == 403
    yesterday = today() - timedelta(days=1)
    assert sentences_of(user) == [f"解除了李主任（li）的教导处职务，最后一天是{yesterday}"]


def test_a_role_given_today_by_mistake_is_withdrawn(app: Flask) -> None:
    admin, user = administrator(), office()
    assert end(signed_in(app, admin), user, Role.TEACHING_OFFICE)[0] == 303
    assert find_user(user.id).grants == []
    assert sentences_of(user) == ["撤销了李主任（li）的教导处职务"]


def test_a_role_ends_after_a_day(app: Flask) -> None:
    admin, user = administrator(), office()
    last_day = today() + timedelta(days=10)
    assert end(signed_in(app, admin), user, Role.TEACHING_OFFICE, last_day.isoformat())[0] == 303
    assert roles_of(user) == {Role.TEACHING_OFFICE}
    assert find_user(user.id).grants[0].ends_on == last_day


def test_a_role_cannot_end_before_it_began(app: Flask) -> None:
    admin, user = administrator(), office()
    typed = (today() - timedelta(days=3)).isoformat()
    status, page = end(signed_in(app, admin), user, Role.TEACHING_OFFICE, typed)
    assert status == 422
    assert "最后一天不能早于开始日期" in page
    assert f'value="{typed}"' in page
    assert roles_of(user) == {Role.TEACHING_OFFICE}


def test_nobody_ends_their_own_administration_or_closes_their_own_account(app: Flask) -> None:
    admin = administrator()
    somebody("副管理", "deputy", Role.ADMINISTRATOR)
    client = signed_in(app, admin)
    status, page = end(client, admin, Role.ADMINISTRATOR)
    assert (status, "不能解除自己的管理员职务" in page) == (422, True)
    answer = client.post_form(f"/accounts/users/{admin.id}/close", page=f"/accounts/users/{admin.id}")
    assert (answer.status_code, "不能停用自己的账号" in answer.text) == (422, True)
    assert roles_of(admin) == {Role.ADMINISTRATOR}


def test_the_last_administrator_who_can_sign_in_stays(app: Flask) -> None:
    """周管理 leaves at the end of the month, so the deputy is the one who remains."""
    admin = administrator()
    admin.grants[0].ends_on = today() + timedelta(days=5)
    deputy = somebody("副管理", "deputy", Role.ADMINISTRATOR)
    somebody("没激活", "never", Role.ADMINISTRATOR, is_activated=False)
    client = signed_in(app, admin)
    for status, page in (
        end(client, deputy, Role.ADMINISTRATOR),
        _close(client, deputy),
    ):
        assert status == 422
        assert "最后一位能登录的管理员" in page
    assert roles_of(deputy) == {Role.ADMINISTRATOR}
    third = somebody("第三位", "third", Role.ADMINISTRATOR)
    assert _close(client, deputy)[0] == 303
    assert third.is_active


def _close(client: SchoolClient, user: User) -> tuple[int, str]:
    answer = client.post_form(f"/accounts/users/{user.id}/close", page=f"/accounts/users/{user.id}")
    return answer.status_code, answer.text


def test_an_account_is_closed_and_reopened(app: Flask) -> None:
    admin, user = administrator(), teacher()
    client, theirs = signed_in(app, admin), signed_in(app, user)
    assert _close(client, user)[0] == 303
    assert theirs.get("/account").status_code == 302
    answer = client.post_form(f"/accounts/users/{user.id}/reopen", page=f"/accounts/users/{user.id}")
    assert answer.status_code == 303
    assert signed_in(app, user).get("/account").status_code == 200
    assert sentences_of(user) == ["停用了陈老师（13800000001）的账号", "恢复了陈老师（13800000001）的账号"]


def test_somebody_else_is_signed_out_everywhere(app: Flask) -> None:
    admin, user = administrator(), teacher()
    client, theirs = signed_in(app, admin), signed_in(app, user)
    answer = client.post_form(f"/accounts/users/{user.id}/sign-out-everywhere", page=f"/accounts/users/{user.id}")
    assert answer.status_code == 303
    assert theirs.get("/account").status_code == 302
    assert sentences_of(user) == ["让陈老师的所有设备退出登录"]


def test_a_role_of_another_person_is_not_found(app: Flask) -> None:
    admin, one, other = administrator(), office(), teacher()
    client = signed_in(app, admin)
    grant_id = one.grants[0].id
    answer = client.post_form(f"/accounts/users/{other.id}/roles/{grant_id}/end", page=f"/accounts/users/{other.id}")
    assert answer.status_code == 404
    assert roles_of(one) == {Role.TEACHING_OFFICE}


def test_an_account_that_is_not_there_is_not_found(app: Flask) -> None:
    client = signed_in(app, administrator())
    assert client.get("/accounts/users/99999").status_code == 404
    for act in POSTS:
        typed = {"role": "principal", "starts_on": "2026-09-01"}
        answer = client.post_form(f"/accounts/users/99999/{act}", typed, page="/account")
        assert answer.status_code == 404, act


@pytest.mark.parametrize("act", POSTS)
def test_acting_on_an_account_needs_sign_in_and_the_administrator(app: Flask, client: SchoolClient, act: str) -> None:
    user, head = teacher(), principal()
    before = count_entries(AuditFilter())
    path = f"/accounts/users/{user.id}/{act}"
    assert client.post(path, data={}, headers={"Origin": "http://localhost"}).status_code == 401
    assert signed_in(app, head).post_form(path, page="/account").status_code == 403
    assert signed_in(app, user).post_form(path, page="/account").status_code == 403
    assert count_entries(AuditFilter()) == before


@pytest.mark.parametrize("act", ["code", "sign-out-everywhere", "close"])
def test_only_an_administrator_touches_a_principals_account(app: Flask, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """Should the table one day let the teaching office manage accounts, the principal's stays out of reach."""
    more = {Permission.MANAGE_ROLES, Permission.ISSUE_CODES}
    monkeypatch.setitem(PERMISSIONS, Role.TEACHING_OFFICE, PERMISSIONS[Role.TEACHING_OFFICE] | more)
    head, clerk, user = principal(), office(), teacher()
    client = signed_in(app, clerk)
    assert client.post_form(f"/accounts/users/{head.id}/{act}", page="/account").status_code == 403
    assert client.post_form(f"/accounts/users/{user.id}/{act}", page="/account").status_code == 303
    assert appoint(client, user, role="administrator")[0] == 422
    assert roles_of(user) == {Role.SUBJECT_TEACHER}


def _statements(act: Callable[[], object]) -> int:
    """How many statements reach the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_list_asks_the_database_as_often_for_three_as_for_one(app: Flask) -> None:
    client = signed_in(app, administrator())
    one = _statements(lambda: client.get("/accounts/users"))
    for number in range(3):
        grant_role(somebody(f"老师{number}", f"t{number}", Role.SUBJECT_TEACHER), Role.TEACHING_OFFICE, starts_on=today())
    assert _statements(lambda: client.get("/accounts/users")) == one


def test_the_permission_table_shows_what_the_guard_uses(app: Flask) -> None:
    page = signed_in(app, administrator()).get("/accounts/permissions").text
    assert page.count("<td>可以</td>") == sum(len(held) for held in PERMISSIONS.values())
