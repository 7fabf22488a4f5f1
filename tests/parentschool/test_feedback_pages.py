"""Feedback as families give it and as the school gets it: nothing below five, and nothing that ties a text to one."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from flask import Flask

from school.db import db
from school.parentschool.enums import RequestState, SessionState
from school.parentschool.models import MentorRequest, SessionFeedback
from school.parentschool.service import feedback
from school.permissions import Role
from tests.accounts.cast import signed_in, somebody
from tests.parentschool.attendance import ENDS, Device, Freeze, answer, answers, come, speaker
from tests.parentschool.small_families import FRIDAY_EVENING, Families, build_date, build_session
from tests.support.client import SchoolClient
from tests.support.html import parse

STAR_WORDS = ("5 星 非常满意", "1 星 不满意")


@pytest.fixture
def present(families: Families, freeze: Freeze) -> list[int]:
    """Six families were there; the session is over."""
    freeze(FRIDAY_EVENING)
    ids = come(families, 1, 2, 3, 4, 5, 6)
    freeze(ENDS)
    return ids


def form_url(families: Families) -> str:
    """Where families answer about Friday."""
    return f"/families/dates/{families.friday.id}/feedback"


def summary_url(families: Families) -> str:
    """Where the school reads about the session."""
    return f"/parent-school/sessions/{families.session.id}/feedback"


def words(page: str) -> list[str]:
    """What a page shows, in order."""
    return [text.strip() for text in parse(page).root.itertext() if text.strip()]


def test_a_family_answers_on_its_phone_once(families: Families, present: list[int], as_user: Device) -> None:
    mentor = speaker(families.session, "周医生")
    mother, url = as_user(families.families[0].user), form_url(families)
    assert url in mother.get("/families/learning").text
    page = mother.get(url).text
    assert all(text in page for text in (*STAR_WORDS, "主讲人 周医生", "每满 5 份才一起显示"))
    done = mother.post_form(url, {"stars": "4", f"speaker_{mentor}": "5", "text": "声音小了一点"})
    assert (done.status_code, done.headers["Location"]) == (303, "/families/learning")
    shown = mother.get("/families/learning").text
    assert "谢谢您的反馈" in shown
    assert url not in shown
    assert "每家一份" in mother.get(url).text
    (kept,) = answers(families.session)
    assert (kept.stars, kept.speaker_stars, kept.text) == (4, {str(mentor): 5}, "声音小了一点")


def test_the_other_guardian_of_the_family_who_was_writing_too_is_refused_and_keeps_the_text(
    families: Families, present: list[int], as_user: Device
) -> None:
    mother, father, url = as_user(families.families[0].user), as_user(families.father_user), form_url(families)
    page = father.get(url).text
    token = next(one.get("value") for one in parse(page).all("input") if one.get("name") == "csrf_token")
    assert mother.post_form(url, {"stars": "5"}).status_code == 303
    typed = {"stars": "1", "text": "父亲另有看法", "csrf_token": token}
    late = father.post(url, data=typed, headers={"Origin": "http://localhost"})
    assert late.status_code == 422
    assert "每家一份" in late.text
    assert "父亲另有看法" in late.text
    assert len(answers(families.session)) == 1


def test_a_refused_answer_keeps_stars_and_text(families: Families, present: list[int], as_user: Device) -> None:
    mentor = speaker(families.session, "周医生")
    mother, url = as_user(families.families[0].user), form_url(families)
    for typed, said in (
        ({"stars": "4", "text": "讲得清楚"}, "请为每位主讲人选"),
        ({f"speaker_{mentor}": "4", "text": "讲得清楚"}, "请选 1 到 5 颗星"),
        ({"stars": "4", f"speaker_{mentor}": "4", "text": "讲得清楚" + "长" * 500}, "最多 500 个字"),
        ({"stars": "6", f"speaker_{mentor}": "4", "text": "讲得清楚"}, "选择"),
    ):
        refused = mother.post_form(url, typed)
        assert refused.status_code == 422, typed
        assert "讲得清楚" in refused.text
        assert said in refused.text
    assert answers(families.session) == []


def test_who_was_not_there_cannot_answer(families: Families, as_user: Device, freeze: Freeze, client: SchoolClient) -> None:
    freeze(FRIDAY_EVENING)
    come(families, 1)
    freeze(ENDS)
    for user in (families.families[1].user, families.school.outsider):
        device = as_user(user)
        assert device.get(form_url(families)).status_code == 404
        sent = device.post_form(form_url(families), {"stars": "1"}, page="/account")
        assert sent.status_code == 404
    for name in ("office", "principal", "liu"):
        assert as_user(getattr(families.school, name)).get(form_url(families)).status_code == 403
    assert client.get(form_url(families)).status_code == 302
    assert answers(families.session) == []


def test_before_the_end_and_after_thirty_days_there_is_no_form(
    families: Families, present: list[int], as_user: Device, freeze: Freeze
) -> None:
    mother, url = as_user(families.families[0].user), form_url(families)
    freeze(FRIDAY_EVENING)
    assert "活动结束后再填反馈" in mother.get(url).text
    early = mother.post_form(url, {"stars": "1", "text": "还没有结束"}, page="/account")
    assert (early.status_code, "还没有结束" in early.text) == (422, True)
    assert answers(families.session) == []


def test_four_answers_look_like_none_on_every_page_and_five_are_shown(
    app: Flask, families: Families, present: list[int], as_user: Device
) -> None:
    mentor = speaker(families.session, "周医生")
    office = as_user(families.school.office)
    urls = ("/parent-school/feedback", summary_url(families), "/audit")
    before = [words(office.get(url).text) for url in urls]
    assert "满 5 份后显示" in "".join(before[0] + before[1])
    for number, one in enumerate(present[:4]):
        answer(one, 2, f"秘密的话{number}", **{f"s{mentor}": 1})
    assert [words(office.get(url).text) for url in urls] == before, "not even how many there are"
    answer(present[4], 5, "秘密的话4", **{f"s{mentor}": 5})
    overview, whole = office.get(urls[0]).text, office.get(urls[1]).text
    assert "<strong>2.6</strong> 星（5 份）" in overview
    assert "<strong>1.8</strong> 星（5 份）" in overview, "the speaker"
    texts = [one for one in words(whole) if one.startswith("秘密的话")]
    assert sorted(texts) == [f"秘密的话{number}" for number in range(5)]
    assert words(office.get("/audit").text) == before[2]
    shown = words(whole)
    answer(present[5], 5, "秘密的话5", **{f"s{mentor}": 5})
    assert words(office.get(urls[1]).text) == shown, "the sixth waits"


def test_no_page_file_or_log_of_anybody_holds_what_four_families_said(
    app: Flask, families: Families, present: list[int], as_user: Device
) -> None:
    for number, one in enumerate(present[:4]):
        answer(one, 1, f"谁也看不到的话{number}")
    moral = somebody("韩主任", "han", Role.MORAL_OFFICE)
    administrator = somebody("周管理", "zhou", Role.ADMINISTRATOR)
    school, seen = families.school, 0
    for user in (school.office, moral, school.principal, administrator, school.liu, families.families[0].user):
        for url, body in every_answer(app, signed_in(app, user), families):
            assert "谁也看不到的话" not in body, url
            seen += 1
    assert seen > 100


def every_answer(app: Flask, client: SchoolClient, families: Families) -> Iterator[tuple[str, str]]:
    """Whatever this person can read of addresses without rows, and of those of the session, its dates and families."""
    known = {
        "session_id": families.session.id,
        "date_id": families.friday.id,
        "class_id": families.school.third_2.id,
        "pupil_id": families.families[0].child.id,
        "year": 2026,
        "presence_id": 1,
    }
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= known.keys() and "static" not in rule.endpoint:
            with app.test_request_context():
                url = app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})
            answer = client.get(url)
            if answer.status_code == 200:
                yield url, _text(answer.data)


def _text(body: bytes) -> str:
    """A page as text, and a workbook as all its parts."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def test_words_stand_in_the_order_of_random_ids(
    families: Families, present: list[int], as_user: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["d" * 32, "b" * 32, "e" * 32, "a" * 32, "c" * 32])
    monkeypatch.setattr(feedback, "token_hex", lambda _bytes: next(drawn))
    for number, one in enumerate(present[:5]):
        answer(one, text=f"话{number}")
    page = as_user(families.school.office).get(summary_url(families)).text
    assert [one for one in words(page) if one.startswith("话")] == ["话3", "话1", "话4", "话0", "话2"]
    ids = {one.id for one in db.session.query(SessionFeedback)}
    assert not any(one in page for one in ids)


def test_a_speaker_is_summed_up_over_sessions_of_which_each_has_five(
    families: Families, present: list[int], as_user: Device, freeze: Freeze
) -> None:
    mentor = speaker(families.session, "周医生")
    for one in present[:5]:
        answer(one, 5, **{f"s{mentor}": 5})
    other = build_session(families.session.school_year_id, "亲子阅读")
    date = build_date(other, FRIDAY_EVENING, None)
    db.session.commit()
    freeze(FRIDAY_EVENING)
    ids = come(families, 1, 2, 3, 4, 5, at=date)
    freeze(ENDS)
    for one in ids[:3]:
        answer(one, 1)
    speaker_id = speaker_again(other.id, mentor)
    for one in ids[3:]:
        answer(one, 1, **{f"s{speaker_id}": 1})
    page = as_user(families.school.office).get("/parent-school/feedback").text
    assert "<strong>1.0</strong> 星（5 份）" in page, "the other session is shown"
    assert page.count("<strong>5.0</strong> 星（5 份）") == 2, "two answers alone add nothing to the speaker"


def speaker_again(session_id: int, mentor_id: int) -> int:
    """The same mentor confirms for another session, after some have answered."""
    times = {"asked_at": FRIDAY_EVENING, "answered_at": FRIDAY_EVENING}
    db.session.add(MentorRequest(session_id=session_id, mentor_id=mentor_id, state=RequestState.CONFIRMED, **times))
    db.session.commit()
    return mentor_id


def test_feedback_is_for_the_offices_and_the_principal(families: Families, present: list[int], as_user: Device) -> None:
    expected = {"office": 200, "principal": 200, "liu": 403, "zhao": 403, "chen": 403, "sun": 403}
    for url in ("/parent-school/feedback", summary_url(families)):
        assert {name: as_user(getattr(families.school, name)).get(url).status_code for name in expected} == expected
    office = as_user(families.school.office)
    assert office.get("/parent-school/feedback?year=1999").status_code == 404
    families.session.state = SessionState.DRAFT
    assert office.get(summary_url(families)).status_code == 404
    assert office.get("/parent-school/sessions/987654321/feedback").status_code == 404


def test_before_the_first_session_there_is_a_sentence(families: Families, as_user: Device) -> None:
    assert "还没有结束的活动" in as_user(families.school.office).get("/parent-school/feedback").text
