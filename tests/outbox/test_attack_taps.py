"""Taps at the same moment: one row of a person's address, five codes a day, one robot of a name, and nobody sees an error."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from flask import Flask

from school.audit.service import Actor
from school.clock import frozen, now
from school.db import db, transaction
from school.errors import Refused
from school.outbox.enums import RobotKind
from school.outbox.models import EmailAddress, OutboxMessage, Robot
from school.outbox.service import addresses, office
from school.outbox.service.office import RobotValues
from tests.homework.small_school import SmallSchool
from tests.support.receivers import MailServer

URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"


def at_once(app: Flask, acts: Sequence[Callable[[], object]]) -> list[Exception]:
    """Each act in a thread of its own at the same moment; what went wrong in them."""
    barrier, failures, moment = Barrier(len(acts)), [], now()
    db.session.commit()

    def run(act: Callable[[], object]) -> None:
        with app.app_context(), frozen(moment):
            barrier.wait()
            try:
                with transaction():
                    act()
            except Exception as error:  # the test judges them all
                failures.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    return failures


def test_the_first_address_tapped_eight_times_is_one_row_and_five_codes(
    app: Flask, school: SmallSchool, mailbox: MailServer
) -> None:
    user = school.sun
    actor, user_id = Actor(user.id, user.display_name), user.id
    taps = [lambda n=number: addresses.enter_address(user_id, f"sun{n}@qq.com", actor=actor) for number in range(8)]
    failures = at_once(app, taps)
    assert all(isinstance(one, Refused) and "一天最多发 5 次" in one.message for one in failures), failures
    assert len(failures) == 3
    assert db.session.query(EmailAddress).count() == 1
    assert db.session.query(OutboxMessage).count() == 5


def test_a_robot_added_four_times_at_once_is_one(app: Flask, school: SmallSchool) -> None:
    actor = Actor(school.sun.id, "教导处")
    values = RobotValues("三年级1班家长群", RobotKind.WECOM, URL, entry_year=2024)
    failures = at_once(app, [lambda: office.add_robot(values, actor=actor) for _tap in range(4)])
    assert all(isinstance(one, Refused) and "同名" in one.message for one in failures), failures
    assert (len(failures), db.session.query(Robot).count()) == (3, 1)
