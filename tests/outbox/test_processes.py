"""Workers as processes of their own: two at once send each letter once; killed at any moment, none is lost and none doubled."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from school.accounts.service import create_user
from school.clock import now
from school.db import db, transaction
from school.outbox import service
from school.outbox.enums import MessageState, NoticeKind
from school.outbox.models import EmailAddress
from school.outbox.service import office
from tests.accounts.cast import office as office_user
from tests.accounts.cast import signed_in
from tests.outbox.acts import BY, expected_id, messages
from tests.outbox.conftest import mail_settings
from tests.support.databases import Database
from tests.support.postgres import ROOT
from tests.support.receivers import MailServer

pytestmark = [pytest.mark.race, pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL here")]

WORKER = ("flask", "--app", "app", "school", "send-notices", "--stale-seconds", "0")
FOLLOWING = ("flask", "--app", "app", "school", "send-notices", "--follow", "--stale-seconds", "0")
PATIENT = ("flask", "--app", "app", "school", "send-notices")
NAIVE = ("tests.outbox.naive_hand",)
LETTERS, KILLS = 200, 8
PAUSE = 0.02  # seconds at most from the end of a letter to its receipt


@pytest.fixture
def start(database: Database, mailbox: MailServer, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`start(*module_and_arguments)`: a process with the settings of this test; what still runs at the end is killed."""
    settings = {key: str(value) for key, value in mail_settings(mailbox).items()}
    settings |= {"DATABASE_URL": database.url, "SECRET_KEY": "x" * 40, "INSTANCE_PATH": str(tmp_path), "DEMO": "no"}
    settings |= {"SQLITE_SYNCHRONOUS": "NORMAL"}
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def queue_letters(count: int) -> None:
    """Queue a letter to each of so many people."""
    users = [create_user(f"137{n:08}", f"家长{n}") for n in range(count)]
    db.session.flush()
    db.session.add_all(EmailAddress(user_id=one.id, address=f"{one.login}@qq.com", confirmed_at=now()) for one in users)
    db.session.flush()
    ids = [one.id for one in users]
    with transaction():
        assert service.notify(ids, kind=NoticeKind.REMINDER, key="t:1", text="明天 18:30 家教沙龙。") == count


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


@contextmanager
def dawdling(box: MailServer, seconds: float) -> Iterator[None]:
    """The server takes a while, differently each time, to say that it took a letter."""
    dice = random.Random(1)
    box.pause = lambda: dice.random() * seconds
    yield
    box.pause = lambda: 0.0


def kill_again_and_again(start: Callable[..., subprocess.Popen[str]], box: MailServer, words: tuple[str, ...]) -> int:
    """Start a worker, let it send some letters, kill it in the middle; answers how often. Then let one finish."""
    dice = random.Random(2)
    for kills in range(KILLS):
        process, before = start(*words), len(box.letters)
        until(lambda at=before, worker=process: len(box.letters) > at or worker.poll() is not None)
        time.sleep(dice.random() * 0.25)
        if process.poll() is not None:
            return kills
        process.kill()
        process.wait()
    return KILLS


def finish(start: Callable[..., subprocess.Popen[str]], words: tuple[str, ...]) -> None:
    """Let a worker finish what is left."""
    process = start(*words)
    process.communicate(timeout=120)
    assert process.returncode == 0


def faults(box: MailServer) -> list[str]:
    """Every message that arrived twice, or whose state does not say what happened to it."""
    came, found = Counter(box.ids()), []
    for one in messages():
        times = came[expected_id(one)]
        if times > 1:
            found.append(f"{one.key} came {times} times")
        if one.state not in (MessageState.SENT, MessageState.UNSURE):
            found.append(f"{one.key} is {one.state}")
        if one.state is MessageState.SENT and times == 0:
            found.append(f"{one.key} is lost")
    return found


def test_two_workers_send_each_letter_once(app: Flask, mailbox: MailServer, start: Callable[..., subprocess.Popen[str]]) -> None:
    queue_letters(LETTERS)
    with dawdling(mailbox, PAUSE):
        workers = [start(*PATIENT, "--json") for _ in range(2)]
        told = [worker.communicate(timeout=120)[0] for worker in workers]
    assert faults(mailbox) == []
    assert {one.state for one in messages()} == {MessageState.SENT}
    shares = Counter(one.claimed_by for one in messages())
    assert len(shares) == 2, f"both were to have a share: {told}"
    assert min(shares.values()) > LETTERS // 20


def test_control_two_naive_senders_send_letters_twice(
    app: Flask, mailbox: MailServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    queue_letters(LETTERS)
    with dawdling(mailbox, PAUSE):
        for worker in [start(*NAIVE) for _ in range(2)]:
            worker.communicate(timeout=120)
    assert len(faults(mailbox)) > 5


def test_killed_again_and_again_nothing_is_lost_or_doubled(
    app: Flask, mailbox: MailServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    queue_letters(LETTERS)
    with dawdling(mailbox, PAUSE):
        kills = kill_again_and_again(start, mailbox, FOLLOWING)
        finish(start, WORKER)
    assert kills >= 3, "the worker was to be killed in the middle"
    assert faults(mailbox) == []
    unsure = [one for one in messages() if one.state is MessageState.UNSURE]
    assert len(unsure) <= kills
    page = signed_in(app, office_user()).get("/notices/outbox?state=unsure").text
    assert page.count("再发一次") == len(unsure)
    came = set(mailbox.ids())
    with transaction():
        for one in unsure:
            (office.leave_it if expected_id(one) in came else office.send_again)(one, actor=BY)
    finish(start, WORKER)
    assert sorted(mailbox.ids()) == sorted(expected_id(one) for one in messages())
    assert {one.state for one in messages()} == {MessageState.SENT}


def test_control_a_naive_sender_that_is_killed_doubles(
    app: Flask, mailbox: MailServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    queue_letters(LETTERS)
    with dawdling(mailbox, PAUSE):
        kills = kill_again_and_again(start, mailbox, NAIVE)
        finish(start, NAIVE)
    assert kills >= 3
    assert any("came 2 times" in fault for fault in faults(mailbox))


def test_a_following_worker_ends_when_asked(app: Flask, mailbox: MailServer, start: Callable[..., subprocess.Popen[str]]) -> None:
    queue_letters(20)
    worker = start(*FOLLOWING, "--json")
    until(lambda: len(mailbox.letters) == 20)
    with transaction():
        service.notify([messages()[0].address.user_id], kind=NoticeKind.RESULT, key="t:2", text="录取了。")
    until(lambda: len(mailbox.letters) == 21)
    worker.terminate()
    said, _ = worker.communicate(timeout=20)
    assert worker.returncode == 0
    assert '"sent": 2' in said
    assert faults(mailbox) == []
