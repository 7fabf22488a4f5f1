"""The small school, a mail server and a platform of robots that the application knows, and people with addresses."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask

from tests.homework.small_school import AFTERNOON, SmallSchool, build
from tests.outbox.acts import add_address, tell
from tests.support.receivers import MailServer, Platform, mail_server, platform


@pytest.fixture
def school(app: Flask, freeze: Callable[[datetime], None]) -> SmallSchool:
    """The small school, on Wednesday at 15:00."""
    freeze(AFTERNOON)
    return build()


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server the application sends by."""
    with mail_server() as box:
        for key, value in mail_settings(box).items():
            monkeypatch.setitem(app.config, key, value)
        yield box


@pytest.fixture
def robots(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform whose robots the application may use."""
    monkeypatch.setitem(app.config, "ROBOT_HOSTS", "127.0.0.1")
    with platform() as box:
        yield box


@pytest.fixture
def waiting(school: SmallSchool, mailbox: MailServer) -> MailServer:
    """A letter to 孙家长 waits."""
    add_address(school.sun)
    tell(school.sun)
    return mailbox


def mail_settings(box: MailServer) -> dict[str, object]:
    """The settings that make the application send by this server."""
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": box.port,
        "SMTP_TLS": "none",
        "MAIL_FROM": "tongzhi@school.example",
        "PUBLIC_URL": "https://school.example",
    }
