"""Two apply one import at the same moment: exactly one does it."""

from collections.abc import Callable
from threading import Barrier, Thread
from unittest.mock import patch

import pytest
from flask import Flask

from school.audit.service import COMMAND_LINE
from school.db import db, transaction
from school.errors import Refused
from school.people.enums import ImportKind
from school.people.models import ClassMembership, Pupil
from school.people.queries.imports import find_import
from school.people.service.importing import imports as service
from school.people.service.importing.bulk import nothing
from school.people.service.importing.reading import read_roster
from tests.people.cast import HEADER, PUPILS, as_file, import_pupils

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("today_is")]


def kept_import(rows: list[list[str]] = PUPILS) -> int:
    roster = read_roster(as_file(HEADER, rows), "a.csv", ImportKind.PUPILS)
    with transaction():
        return service.keep(roster, ImportKind.PUPILS, "a.csv", actor=COMMAND_LINE).id


def at_once(app: Flask, act: Callable[[], None], people: int) -> list[str]:
    """Let so many do `act` at the same moment; what each met: "" or a sentence."""
    barrier, outcomes = Barrier(people), []

    def one() -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    act()
                outcomes.append("")
            except Refused as refused:
                outcomes.append(refused.message)

    threads = [Thread(target=one) for _person in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_exactly_one_of_four_applies(app: Flask) -> None:
    import_id = kept_import()
    outcomes = at_once(app, lambda: service.apply(import_id, skip_wrong=False, actor=COMMAND_LINE) and None, 4)
    assert outcomes == ["", *["这份名单已经导入过了，没有再导入一次。"] * 3]
    assert (db.session.query(Pupil).count(), db.session.query(ClassMembership).count()) == (5, 5)


def test_two_different_lists_of_the_same_pupils_make_no_pupil_twice(app: Flask) -> None:
    ids = [kept_import(), kept_import()]
    outcomes = at_once(app, lambda: service.apply(ids.pop(), skip_wrong=False, actor=COMMAND_LINE) and None, 2)
    assert outcomes == ["", ""]
    assert db.session.query(Pupil).count() == 5


def test_without_the_lock_the_same_pupils_come_twice(app: Flask) -> None:
    """The control: two who both compared before either wrote make every pupil twice."""
    import_pupils([["三年级", "2班", "01", "先来的", "男", "", "", ""]])
    rows = [["三年级", "2班", str(n), f"新生{n}", "男", "", "", ""] for n in (2, 3)]
    import_id = kept_import(rows)
    barrier = Barrier(2)

    def compare_then_write() -> None:
        with app.app_context():
            prepared = service._prepare(find_import(import_id))
            barrier.wait()
            with transaction():
                prepared.write(nothing)

    threads = [Thread(target=compare_then_write) for _person in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session.query(Pupil).count() == 1 + 2 * 2


def test_the_lock_is_what_refuses(app: Flask) -> None:
    """Breaking the look under the lock lets one list be applied twice."""
    import_id = kept_import()
    with transaction():
        service.apply(import_id, skip_wrong=False, actor=COMMAND_LINE)
    with pytest.raises(Refused, match="已经导入过"), transaction():
        service.apply(import_id, skip_wrong=False, actor=COMMAND_LINE)
    with patch.object(service, "_lock_waiting", find_import), transaction():
        service.apply(import_id, skip_wrong=False, actor=COMMAND_LINE)
