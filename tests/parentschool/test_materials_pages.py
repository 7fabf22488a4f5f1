"""Files of a session: what is kept, who gets them, and that nothing hostile is ever shown as a page of ours."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask

from school.accounts.models import User
from school.audit.models import AuditEntry
from school.db import db, transaction
from school.filetypes import FileType
from school.parentschool.models import ParentSession, SessionMaterial
from school.parentschool.service import sessions
from tests.parentschool.office_school import OfficeSchool
from tests.support.client import SchoolClient
from tests.test_filetypes import KNOWN, NONE, archive

Device = Callable[[User], SchoolClient]
PDF = b"%PDF-1.7\n<script>alert(1)</script>"


def send(device: SchoolClient, session: ParentSession, *files: tuple[bytes, str]) -> int:
    """Choose these files on the session's page; the answer's status."""
    address = f"/parent-school/sessions/{session.id}"
    chosen = [(BytesIO(content), name) for content, name in files]
    return device.post_form(
        f"{address}/materials", {"files": chosen} if chosen else {}, page=address, content_type="multipart/form-data"
    ).status_code


def kept() -> list[SessionMaterial]:
    """What is kept, in order."""
    db.session.rollback()
    return db.session.query(SessionMaterial).order_by(SessionMaterial.id).all()


@pytest.fixture
def desk(office: OfficeSchool, as_user: Device) -> SchoolClient:
    """李主任's device."""
    return as_user(office.school.office)


def test_files_are_kept_given_out_and_deleted(app: Flask, office: OfficeSchool, desk: SchoolClient) -> None:
    session = office.draft()
    assert send(desk, session, (PDF, "讲义.pdf"), (KNOWN[FileType.PPTX], "课件.pptx")) == 303
    assert [(one.name, one.media_type, one.size) for one in kept()] == [
        ("讲义.pdf", FileType.PDF.value, len(PDF)),
        ("课件.pptx", FileType.PPTX.value, len(KNOWN[FileType.PPTX])),
    ]
    page = desk.get(f"/parent-school/sessions/{session.id}").text
    assert "已上传。" in page
    assert "讲义.pdf" in page
    first, _second = kept()
    answer = desk.get(f"/parent-school/materials/{first.id}")
    assert answer.data == PDF
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert unquote(answer.headers["Content-Disposition"]).endswith("讲义.pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    gone = f"/parent-school/materials/{first.id}"
    address = f"{gone}/delete"
    assert "讲义.pdf" in desk.get(address).text
    assert desk.post_form(address).status_code == 303
    assert [one.name for one in kept()] == ["课件.pptx"]
    assert desk.get(gone).status_code == 404
    acts = [one.action for one in db.session.query(AuditEntry).filter(AuditEntry.action.like("parentschool.material%"))]
    assert sorted(acts) == ["parentschool.material_add", "parentschool.material_drop"]


def test_nothing_is_kept_where_a_web_server_could_give_it_out(app: Flask, office: OfficeSchool, desk: SchoolClient) -> None:
    session = office.announced()
    send(desk, session, (PDF, "讲义.pdf"))
    roots = [Path(app.root_path).parent / "static", Path(str(app.static_folder)), Path(app.instance_path)]
    found = [
        path for root in roots if root.is_dir() for path in root.rglob("*") if path.is_file() and PDF in path.read_bytes()[:100]
    ]
    assert found == []


@pytest.mark.parametrize("what", [*NONE, "svg", "web page named as PDF", "too large"])
def test_hostile_files_are_refused_whole(
    office: OfficeSchool, desk: SchoolClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("school.parentschool.rules.materials.MOST_BYTES", 2000)  # the number itself: test_materials_rules
    special = {
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "web page named as PDF": b"<!doctype html><script>alert(1)</script>",
        "too large": PDF + b" " * (2001 - len(PDF)),
    }
    content = special[what] if what in special else NONE[what]
    session = office.draft()
    address = f"/parent-school/sessions/{session.id}"
    files = [(BytesIO(PDF), "好的.pdf"), (BytesIO(content), "坏的.pdf")]
    answer = desk.post_form(f"{address}/materials", {"files": files}, page=address, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert any(words in answer.text for words in ("只收 PDF", "不能超过 10 MB", "这个文件是空的"))
    assert kept() == []


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("讲义.html", "讲义.html.pdf"),
        ("讲\u202efdp.exe", "讲 fdp.exe.pdf"),
        ("<script>alert(1).pdf", "<script>alert(1).pdf"),
        ("'><b>讲义.pdf", "'><b>讲义.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
        ("讲义\u0001.pdf", "讲义 .pdf"),
    ],
)
def test_a_hostile_name_is_tamed(office: OfficeSchool, desk: SchoolClient, name: str, stored: str) -> None:
    session = office.draft()
    assert send(desk, session, (PDF, name)) == 303
    (one,) = kept()
    assert one.name == stored
    answer = desk.get(f"/parent-school/materials/{one.id}")
    assert answer.status_code == 200
    header = answer.headers["Content-Disposition"]
    assert "\n" not in header
    assert header.isascii()
    assert "<script>" not in desk.get(f"/parent-school/sessions/{session.id}").text


def test_the_same_bytes_are_kept_once_and_ten_files_are_enough(office: OfficeSchool, desk: SchoolClient) -> None:
    session = office.draft()
    assert send(desk, session) == 422
    assert send(desk, session, (PDF, "一.pdf"), (PDF, "二.pdf")) == 303
    assert send(desk, session, (PDF, "三.pdf")) == 303
    assert [one.name for one in kept()] == ["二.pdf"]
    more = [(PDF + str(number).encode(), f"{number}.pdf") for number in range(10)]
    assert send(desk, session, *more) == 422
    assert send(desk, session, *more[:9]) == 303
    assert send(desk, session, more[9]) == 422
    assert len(kept()) == 10


def test_a_session_that_was_called_off_takes_no_files(office: OfficeSchool, desk: SchoolClient) -> None:
    session = office.draft()
    page = f"/parent-school/sessions/{session.id}"
    token_page = desk.get(page)
    assert token_page.status_code == 200
    with transaction():
        sessions.cancel_session(session.id, reason="重复", actor=office.actor)
    answer = desk.post_form(
        f"{page}/materials", {"files": [(BytesIO(PDF), "讲义.pdf")]}, page="/account", content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "已经取消，不能再加资料" in answer.text
    assert kept() == []


def test_a_file_is_for_the_invited_and_the_staff(office: OfficeSchool, desk: SchoolClient, as_user: Device) -> None:
    school = office.school
    draft = office.draft(grades=frozenset({1}), guest="王医生")
    send(desk, draft, (PDF, "讲义.pdf"))
    (one,) = kept()
    address = f"/parent-school/materials/{one.id}"

    def statuses() -> dict[str, int]:
        users = {"office": school.office, "chen": school.chen, "principal": school.principal, "sun": school.sun}
        return {name: as_user(user).get(address).status_code for name, user in (users | {"outsider": school.outsider}).items()}

    assert statuses() == {"office": 200, "chen": 404, "principal": 404, "sun": 404, "outsider": 404}
    with transaction():
        sessions.announce_session(draft.id, actor=office.actor)
    assert statuses() == {"office": 200, "chen": 200, "principal": 200, "sun": 404, "outsider": 404}, "only grade 1 is invited"
    values = sessions.session_values(draft)
    wider = replace(values, class_ids=frozenset({school.third_2.id}))
    with transaction():
        sessions.change_session(draft.id, wider, revision=draft.revision, actor=office.actor)
    assert statuses() == {"office": 200, "chen": 200, "principal": 200, "sun": 200, "outsider": 404}
    with transaction():
        sessions.cancel_session(draft.id, reason="停电", actor=office.actor)
    assert statuses() == {"office": 200, "chen": 404, "principal": 404, "sun": 404, "outsider": 404}
    assert as_user(school.office).get("/parent-school/materials/999").status_code == 404


def test_only_the_offices_add_and_delete(office: OfficeSchool, desk: SchoolClient, as_user: Device) -> None:
    session = office.announced()
    send(desk, session, (PDF, "讲义.pdf"))
    (one,) = kept()
    for user in (office.school.chen, office.school.principal, office.school.sun):
        device = as_user(user)
        assert device.get(f"/parent-school/materials/{one.id}/delete").status_code == 403
        for path in (f"/parent-school/materials/{one.id}/delete", f"/parent-school/sessions/{session.id}/materials"):
            assert device.post_form(path, page="/account").status_code == 403
    assert len(kept()) == 1


def test_without_signing_in_there_is_no_file(app: Flask, office: OfficeSchool, desk: SchoolClient) -> None:
    session = office.announced()
    send(desk, session, (archive("[Content_Types].xml", "word/document.xml"), "讲义.docx"))
    (one,) = kept()
    answer = app.test_client().get(f"/parent-school/materials/{one.id}")
    assert answer.status_code in (302, 303)
    assert b"PK" not in answer.data
