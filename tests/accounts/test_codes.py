"""One-time codes: redeemed once, for sixty days, by whoever holds the slip; never stored."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import text

from school.accounts.codes import code_of
from school.accounts.models import User
from school.accounts.passwords import is_code, one_time_code
from school.accounts.queries import find_user_by_login
from school.accounts.service import SignInRefused, activate, issue_code
from school.audit.queries import entries_of
from school.audit.service import COMMAND_LINE
from school.clock import ZONE
from school.db import db
from school.permissions import Role
from tests.accounts.cast import PASSWORD, administrator, guardian, signed_in, somebody, teacher
from tests.support.client import SchoolClient

MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=ZONE)
WORDS = {"new_password": PASSWORD, "new_password_again": PASSWORD}


def newcomer() -> tuple[User, str]:
    """孙家长 with a slip in the hand."""
    user = somebody("孙家长", "13900000001", Role.GUARDIAN, is_activated=False)
    code = issue_code(user, actor=COMMAND_LINE)
    db.session.commit()
    return user, code


def test_a_code_opens_the_account_and_sets_the_password(client: SchoolClient) -> None:
    user, code = newcomer()
    answer = client.post_form("/activate", {"login": user.login, "code": code, **WORDS})
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/account").status_code == 200
    assert client.application.test_client().post_form("/sign-in", {"login": user.login, "password": PASSWORD}).location == "/"


def test_the_link_of_the_qr_code_fills_in_name_and_code(client: SchoolClient) -> None:
    user, code = newcomer()
    page = client.get(f"/activate?login={user.login}&code={code}").text
    assert f'value="{user.login}"' in page
    assert f'value="{code}"' in page


def test_a_code_may_be_typed_carelessly() -> None:
    assert is_code(" abcd efgh ", "ABCD-EFGH")
    assert is_code("01ab-cdef", "OIAB-CDEF")
    assert not is_code("ABCD-EFGI", "ABCD-EFGH")


def test_a_code_is_good_for_one_time(client: SchoolClient) -> None:
    user, code = newcomer()
    client.post_form("/activate", {"login": user.login, "code": code, **WORDS})
    again = client.application.test_client().post_form("/activate", {"login": user.login, "code": code, **WORDS})
    assert again.status_code == 422
    assert "已经用过、过期" in again.text


def test_a_new_code_voids_the_old_one(client: SchoolClient) -> None:
    user, old = newcomer()
    new = issue_code(user, actor=COMMAND_LINE)
    assert client.post_form("/activate", {"login": user.login, "code": old, **WORDS}).status_code == 422
    assert client.post_form("/activate", {"login": user.login, "code": new, **WORDS}).status_code == 303


@pytest.mark.parametrize(("days", "status"), [(59, 303), (60, 422)])
def test_a_code_ends_after_sixty_days(client: SchoolClient, freeze: Callable[[datetime], None], days: int, status: int) -> None:
    freeze(MORNING)
    user, code = newcomer()
    freeze(MORNING + timedelta(days=days))
    assert client.post_form("/activate", {"login": user.login, "code": code, **WORDS}).status_code == status


def test_a_weak_password_keeps_name_and_code_and_the_code_stays_good(client: SchoolClient) -> None:
    user, code = newcomer()
    weak = {"new_password": "88888888", "new_password_again": "88888888"}
    answer = client.post_form("/activate", {"login": user.login, "code": code, **weak})
    assert answer.status_code == 422
    assert f'value="{code}"' in answer.text
    assert client.post_form("/activate", {"login": user.login, "code": code, **WORDS}).status_code == 303


def test_redeeming_ends_older_sessions(app: Flask, client: SchoolClient) -> None:
    user = guardian()
    phone = signed_in(app, user)
    code = issue_code(user, actor=COMMAND_LINE)
    client.post_form("/activate", {"login": user.login, "code": code, **WORDS})
    assert phone.get("/account").status_code == 302


def test_a_closed_account_cannot_be_activated(client: SchoolClient) -> None:
    user, code = newcomer()
    user.is_active = False
    assert client.post_form("/activate", {"login": user.login, "code": code, **WORDS}).status_code == 422


def test_no_code_is_in_the_database(app: Flask) -> None:
    user, code = newcomer()
    row = db.session.execute(text("SELECT * FROM users WHERE id = :id"), {"id": user.id}).one()
    sentences = " ".join(entry.sentence for entry in entries_of("user", user.id))
    assert code not in f"{row} {sentences}"
    assert code == code_of(user)
    assert code != one_time_code("another secret", user.id, user.code_serial)


@pytest.mark.race
def test_of_two_who_redeem_at_once_one_succeeds(app: Flask) -> None:
    user, code = newcomer()
    login, user_id = user.login, user.id
    db.session.commit()
    barrier, outcomes = Barrier(2), []

    def redeem(password: str) -> None:
        with app.test_request_context():
            barrier.wait()
            try:
                activate(login, code, password, address="10.0.0.1")
                outcomes.append("done")
            except SignInRefused:
                outcomes.append("refused")

    threads = [Thread(target=redeem, args=(f"{word} plain words",)) for word in ("three", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert [entry.action for entry in entries_of("user", user_id)].count("account.activate") == 1


def test_the_administrator_issues_a_code_and_sees_its_slip_once(app: Flask) -> None:
    user = teacher()
    client = signed_in(app, administrator())
    answer = client.post_form(f"/accounts/users/{user.id}/code", page=f"/accounts/users/{user.id}")
    assert (answer.status_code, answer.location) == (303, f"/accounts/users/{user.id}/code")
    slip = client.get(answer.location).text
    assert code_of(find_user_by_login(user.login)) in slip
    assert "data:image/svg+xml" in slip
    assert "给陈老师（13800000001）发了新的一次性登录码" in [e.sentence for e in entries_of("user", user.id)]


def test_a_slip_does_not_open_without_the_button(app: Flask) -> None:
    user, _code = newcomer()
    client = signed_in(app, administrator())
    assert client.get(f"/accounts/users/{user.id}/code").status_code == 404


def test_a_slip_closes_after_a_quarter_of_an_hour(app: Flask, freeze: Callable[[datetime], None]) -> None:
    freeze(MORNING)
    user = teacher()
    client = signed_in(app, administrator())
    slip = client.post_form(f"/accounts/users/{user.id}/code", page=f"/accounts/users/{user.id}").location
    freeze(MORNING + timedelta(minutes=14))
    assert client.get(slip).status_code == 200
    freeze(MORNING + timedelta(minutes=16))
    assert client.get(slip).status_code == 404
