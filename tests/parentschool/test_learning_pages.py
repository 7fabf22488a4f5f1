"""The learning record on a guardian's phone, the certificate on paper, the office's list."""

from datetime import timedelta

import pytest

from school.db import db, transaction
from school.parentschool.models import ParentCertificate, SessionDate
from school.parentschool.service import presence
from school.people.models import Guardian
from school.preferences.service import change
from tests.homework.small_school import TESTER
from tests.parentschool.attendance import ENDS, Device, Freeze, come
from tests.parentschool.small_families import FRIDAY_EVENING, SATURDAY_MORNING, Families, build_date, build_session
from tests.support.html import parse


@pytest.fixture
def attended(families: Families, freeze: Freeze) -> None:
    """Friday's session is settled with two families, another on Saturday has the first family and is not; two are wanted."""
    with transaction():
        change({"parent_certificate_sessions": 2}, actor=TESTER)
    session = build_session(families.session.school_year_id, "亲子阅读")
    date = build_date(session, SATURDAY_MORNING, None)
    date.ends_at = SATURDAY_MORNING + timedelta(minutes=60)
    db.session.commit()
    freeze(FRIDAY_EVENING)
    come(families, 1, 2)
    freeze(SATURDAY_MORNING)
    come(families, 1, at=date)
    freeze(SATURDAY_MORNING + timedelta(hours=2))
    with transaction():
        presence.close(families.friday.id, actor=TESTER)


def settle_saturday(families: Families) -> None:
    """The office closes Saturday's session."""
    (date_id,) = (one.id for one in db.session.query(SessionDate) if one.session_id != families.session.id)
    with transaction():
        presence.close(date_id, actor=TESTER)


def test_a_record_tells_what_counts_and_how_far_the_certificate_is(families: Families, attended: None, as_user: Device) -> None:
    page = as_user(families.families[0].user).get("/families/learning").text
    assert "每学年参加满 2 次家长学校" in page
    assert "已确认 <strong>1</strong> 次，<strong>1.5 小时</strong>" in page
    assert "再参加 1 次可以领证书" in page
    assert "待学校确认" in page
    rows = ["".join(one.itertext()).strip() for one in parse(page).all("th") if one.get("scope") == "row"]
    assert rows == ["亲子阅读", "怎样陪孩子写作业"], "the newest first"
    assert "领证书</button>" not in page
    empty = as_user(families.families[4].user).get("/families/learning").text
    assert "还没有学习记录" in empty


def test_a_certificate_is_fetched_printed_and_listed(families: Families, attended: None, as_user: Device) -> None:
    settle_saturday(families)
    mother = as_user(families.families[0].user)
    done = mother.post_form("/families/certificates", page="/families/learning")
    issued = db.session.query(ParentCertificate).one()
    url = f"/parent-school/certificates/{issued.id}"
    assert (done.status_code, done.headers["Location"]) == (303, url)
    sheet = mother.get(url).text
    for text in (
        "JZ-2026-0001",
        "家长1",
        "2026–2027 学年",
        "<strong>2</strong> 次",
        "<strong>2.5 小时</strong>",
        "2026年11月28日",
    ):
        assert text in sheet, text
    assert f'href="{url}"' in mother.get("/families/learning").text
    listed = as_user(families.school.office).get("/parent-school/certificates").text
    assert "JZ-2026-0001" in listed
    assert "家长1" in listed
    assert "家长2" not in listed
    assert as_user(families.school.office).get(url).status_code == 200


def test_a_certificate_too_early_twice_or_of_somebody_else_is_refused(
    families: Families, attended: None, as_user: Device
) -> None:
    mother, second = as_user(families.families[0].user), as_user(families.families[1].user)
    year = families.session.school_year_id

    def fetch(client: object, guardian: Guardian, school_year: object = year) -> tuple[int, str]:
        fields = {"guardian_id": str(guardian.id), "school_year_id": str(school_year)}
        answer = client.post_form("/families/certificates", fields, page="/account")  # type: ignore[attr-defined]
        return answer.status_code, answer.text

    assert fetch(mother, families.families[0].mother)[0] == 422
    assert "再参加 1 次就可以领证书" in fetch(mother, families.families[0].mother)[1]
    settle_saturday(families)
    assert "没有这个学年的学习记录" in fetch(second, families.families[0].mother)[1]
    assert "没有这个学年的学习记录" in fetch(mother, families.families[0].mother, 987654321)[1]
    assert "没有这个学年的学习记录" in fetch(mother, families.families[0].mother, "x")[1]
    assert db.session.query(ParentCertificate).count() == 0
    assert fetch(mother, families.families[0].mother)[0] == 303
    assert "已经领过" in fetch(mother, families.families[0].mother)[1]


def test_a_certificate_is_its_guardians_and_the_offices(families: Families, attended: None, as_user: Device) -> None:
    settle_saturday(families)
    mother = as_user(families.families[0].user)
    mother.post_form("/families/certificates", page="/families/learning")
    url = f"/parent-school/certificates/{db.session.query(ParentCertificate).one().id}"
    assert as_user(families.families[1].user).get(url).status_code == 404
    assert as_user(families.father_user).get(url).status_code == 404
    assert mother.get("/parent-school/certificates/987654321").status_code == 404
    school = families.school
    expected = {"office": 200, "principal": 403, "liu": 403, "zhao": 403}
    assert {name: as_user(getattr(school, name)).get(url).status_code for name in expected} == expected
    assert {name: as_user(getattr(school, name)).get("/parent-school/certificates").status_code for name in expected} == expected
    assert mother.get("/parent-school/certificates").status_code == 403
    assert as_user(school.liu).get("/families/learning").status_code == 403
    assert as_user(school.office).get("/parent-school/certificates?year=1999").status_code == 404


def test_two_guardians_of_one_account_have_a_record_each(
    families: Families, attended: None, as_user: Device, freeze: Freeze
) -> None:
    families.father.user_id = families.families[0].user.id
    db.session.commit()
    freeze(ENDS)
    page = as_user(families.families[0].user).get("/families/learning").text
    headings = ["".join(one.itertext()).strip() for one in parse(page).all("h2")]
    assert "家长1，2026–2027 学年" in headings
