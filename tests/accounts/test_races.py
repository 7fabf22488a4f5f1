"""Two administrators who remove each other at the same moment: one of them stays."""

from threading import Barrier, Thread

import pytest
from flask import Flask

from school.accounts import service
from school.accounts.models import RoleGrant
from school.accounts.queries import find_grant, lock_user
from school.accounts.rules import LastAdministrator
from school.audit.service import Actor
from school.clock import today
from school.db import db, transaction
from school.permissions import Role
from tests.accounts.cast import administrator, somebody
from tests.support.databases import Database

pytestmark = pytest.mark.race


def remove_each_other(app: Flask) -> list[str]:
    """周管理 and the deputy press the button on each other's page; answers what became of it."""
    pair = [administrator(), somebody("副管理", "deputy", Role.ADMINISTRATOR)]
    acts = [(Actor(me.id, me.display_name), other.id, other.grants[0].id) for me, other in (pair, reversed(pair))]
    db.session.commit()
    barrier, outcomes = Barrier(2), []

    def remove(actor: Actor, user_id: int, grant_id: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    lock_user(user_id)
                    service.end_role(find_grant(user_id, grant_id), last_day=None, scope_label="", actor=actor)
                outcomes.append("done")
            except LastAdministrator:
                outcomes.append("refused")

    threads = [Thread(target=remove, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def administrators_left() -> int:
    grants = db.session.query(RoleGrant).filter_by(role=Role.ADMINISTRATOR)
    return sum(grant.is_current(today()) for grant in grants)


def test_one_administrator_remains(app: Flask) -> None:
    assert remove_each_other(app) == ["done", "refused"]
    assert administrators_left() == 1


def test_without_the_lock_nobody_might_remain(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: reading without a lock, with both past the reading before either writes."""
    if database.kind == "sqlite":
        pytest.skip("SQLite lets one writer in at a time, lock or not")
    met = Barrier(2)

    def read_together() -> list[RoleGrant]:
        grants = list(db.session.query(RoleGrant).filter_by(role=Role.ADMINISTRATOR))
        met.wait(timeout=10)
        return grants

    monkeypatch.setattr(service, "lock_administrators", read_together)
    assert remove_each_other(app) == ["done", "done"]
    assert administrators_left() == 0
