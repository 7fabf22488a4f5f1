"""What a hostile upload brings besides its cells."""

import io

from flask import Flask

from school.db import db
from school.people.models import RosterImport
from tests.accounts.cast import administrator, signed_in


def test_a_nul_character_in_the_file_name_is_left_out(app: Flask) -> None:
    client = signed_in(app, administrator())
    body = "班级,姓名\n三(2)班,张三\n".encode()
    data = {"kind": "pupils", "file": (io.BytesIO(body), "名\0单.csv"), "school_year": "2026"}
    answer = client.post_form("/people/imports", data, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    assert db.session.query(RosterImport).one().filename == "名单.csv"
