"""The office's pages of a selection and the public page of its draw, as browsers without scripts use them."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep

import pytest
from flask import Flask

from school.accounts.models import User
from school.audit.models import AuditEntry
from school.courses import aside, drawing
from school.courses.enums import Phase, SelectionState
from school.courses.models import CourseConsent, Selection
from school.courses.service import drawing as acts
from school.courses.service import rounds
from school.db import db, transaction
from school.errors import Refused
from school.people.models import ClassMembership, Pupil
from tests.courses.acts import faults
from tests.courses.small_courses import (
    CLOSES,
    OPEN_ROUND_CLOSES,
    OPENS,
    SEPTEMBER,
    TESTER,
    SmallCourses,
    add_application,
    add_consent,
    build,
    fresh,
)
from tests.support.client import SchoolClient
from tests.support.html import parse

Freeze = Callable[[datetime], None]
AsUser = Callable[[User], SchoolClient]
BEFORE = OPENS - timedelta(hours=1)
TYPED = {
    "has_wishes": "1",
    "wish_opens_at": "2026-11-25T08:00",
    "wish_closes_at": "2026-11-27T20:00",
    "open_opens_at": "2026-12-01T08:00",
    "open_closes_at": "2026-12-03T20:00",
    "withdraw_until": "",
    "max_courses": "2",
    "max_per_day": "1",
    "max_wishes": "5",
    "buffer_minutes": "0",
    "promotion": "direct",
    "offer_hours": "24",
    "public_source": "",
    "note": "",
}


@pytest.fixture(autouse=True)
def no_figures(app: Flask) -> Iterator[None]:
    """Nothing computed by another test."""
    shutil.rmtree(Path(app.instance_path) / "draws", ignore_errors=True)
    yield
    shutil.rmtree(Path(app.instance_path) / "draws", ignore_errors=True)


@pytest.fixture
def draft(app: Flask, freeze: Freeze) -> SmallCourses:
    """An hour before the wish window opens, not announced."""
    freeze(BEFORE)
    return build(has_wishes=True, state=SelectionState.DRAFT, announced_at=None, seed_secret="", seed_commitment="")


@pytest.fixture
def wished(app: Flask, freeze: Freeze) -> SmallCourses:
    """Wishes are in and every window has closed."""
    freeze(CLOSES)
    cast = build(has_wishes=True)
    for child in cast.third[:5]:
        add_application(cast.selection, child, cast.paper, cast.chess)
    add_application(cast.selection, cast.third[5], cast.choir)
    db.session.commit()
    return cast


def page_of(cast: SmallCourses, rest: str = "") -> str:
    return f"/courses/selection/{cast.term.id}{rest}"


def freeze_list(cast: SmallCourses) -> None:
    with transaction():
        rounds.freeze(cast.selection.id, by=TESTER)
    fresh()


def draw_by_pages(client: SchoolClient, cast: SmallCourses, mechanism: str = "rounds", **more: str) -> None:
    preview = page_of(cast, "/preview")
    assert client.post_form(preview).status_code == 303
    assert "选定一种方式" in client.get(preview).text
    answer = client.post_form(page_of(cast, "/publish"), {"mechanism": mechanism, "confirms": "y", **more})
    assert answer.status_code == 303, answer.text
    assert answer.location == f"/courses/selection?term={cast.term.id}"


def test_the_office_sets_a_selection_up(app: Flask, freeze: Freeze, as_user: AsUser) -> None:
    freeze(BEFORE)
    cast = build()
    db.session.query(CourseConsent).delete()
    db.session.delete(cast.selection)
    db.session.commit()
    client, url = as_user(cast.office), f"/courses/selection?term={cast.term.id}"
    assert "建立本学期的选课" in client.get(url).text
    refused = client.post_form(url, TYPED | {"open_opens_at": "2026-11-27T20:00"})
    assert refused.status_code == 422
    assert "要在所有年级填完志愿" in refused.text
    assert 'value="2026-11-25T08:00"' in refused.text, "what was typed stays"
    assert db.session.query(Selection).count() == 0
    own = {"wish_opens_at_3": "2026-11-25T10:00", "wish_closes_at_3": "2026-11-27T20:00"}
    assert client.post_form(url, TYPED | own).status_code == 303
    selection = db.session.query(Selection).one()
    assert {(one.phase, one.grade) for one in selection.windows} == {(Phase.WISH, 0), (Phase.OPEN, 0), (Phase.WISH, 3)}
    page = client.get(url).text
    assert 'value="2026-11-25T10:00"' in page
    assert "公布选课安排" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"max_courses": "11"}, "请填 1 到 10 之间的整数。"),
        ({"max_courses": "两门"}, "请填整数。"),
        ({"wish_closes_at": ""}, "请同时填写“填志愿”的开始和结束时间。"),
        ({"wish_closes_at": "明天"}, "请按 2026-09-01 08:00 这样的格式填写日期和时间。"),
        ({"withdraw_until": "2026-12-03T19:59"}, "补选到的课也要能退"),
        ({"has_wishes": "1", "wish_opens_at": "", "wish_closes_at": ""}, "请填写“填志愿”的开始和结束时间。"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_setup_that_makes_no_sense_is_refused_on_its_page(
    draft: SmallCourses, as_user: AsUser, typed: dict[str, str], words: str
) -> None:
    client = as_user(draft.office)
    answer = client.post_form(f"/courses/selection?term={draft.term.id}", TYPED | {"note": "新的说明"} | typed)
    assert (answer.status_code, words in answer.text) == (422, True), answer.text
    fresh()
    assert draft.selection.note == ""


def test_two_who_change_the_setup_see_both_versions(draft: SmallCourses, as_user: AsUser) -> None:
    url = f"/courses/selection?term={draft.term.id}"
    client = as_user(draft.office)
    first = client.post_form(url, TYPED | {"max_courses": "3"})
    second = client.post_form(url, TYPED | {"max_courses": "4", "revision": "1"})
    assert (first.status_code, second.status_code) == (303, 422)
    fields = {field.get("name"): field.get("value") for field in parse(second.text).all("input")}
    assert (fields["max_courses"], fields["revision"]) == ("4", "2")
    assert "每周最多几门：3" in second.text
    fresh()
    assert draft.selection.max_courses == 3


def test_the_one_next_step_is_refused_in_words_and_then_taken(draft: SmallCourses, as_user: AsUser) -> None:
    draft.football.room = ""
    db.session.commit()
    client, url = as_user(draft.office), f"/courses/selection?term={draft.term.id}"
    page = client.get(url).text
    assert "课程“足球”缺少：" in page
    assert "公布选课安排</button>" not in page
    answer = client.post_form(page_of(draft, "/announce"), page=url)
    assert answer.status_code == 422
    assert "课程“足球”缺少：" in answer.text
    draft.football.room = "操场"
    db.session.commit()
    assert client.post_form(page_of(draft, "/announce"), page=url).status_code == 303
    fresh()
    assert draft.selection.state is SelectionState.ANNOUNCED
    assert draft.selection.seed_commitment in client.get(f"/courses/draw/{draft.term.id}").text


def test_what_families_cannot_read_any_more_is_told(draft: SmallCourses, as_user: AsUser) -> None:
    with transaction():
        rounds.announce(draft.selection.id, by=TESTER)
    client, url = as_user(draft.office), f"/courses/selection?term={draft.term.id}"
    assert "公布以后，有家长看不到的内容" not in client.get(url).text
    draft.football.safety_note = ""
    db.session.commit()
    assert "课程“足球”缺少：安全说明。" in client.get(url).text


def test_the_page_counts_and_names_what_nobody_wishes(wished: SmallCourses, as_user: AsUser) -> None:
    page = as_user(wished.office).get(f"/courses/selection?term={wished.term.id}").text
    assert "还没有人填的课程：足球、舞蹈、机器人、作业辅导。" in " ".join(page.split())
    assert "冻结志愿名单</button>" in page


def test_a_stale_list_is_frozen_again_before_the_draw(wished: SmallCourses, as_user: AsUser) -> None:
    client, url = as_user(wished.office), f"/courses/selection?term={wished.term.id}"
    assert client.post_form(page_of(wished, "/freeze"), page=url).status_code == 303
    assert "预演并公布摇号结果" in client.get(url).text
    wished.paper.capacity = 3
    db.session.commit()
    assert "重新冻结名单" in client.get(url).text
    assert client.get(page_of(wished, "/preview")).status_code == 303
    assert client.post_form(page_of(wished, "/freeze"), page=url).status_code == 303
    assert client.get(page_of(wished, "/preview")).status_code == 200


def test_the_office_previews_confirms_and_publishes(wished: SmallCourses, as_user: AsUser) -> None:
    freeze_list(wished)
    client = as_user(wished.office)
    assert client.get(page_of(wished, "/publish")).location == page_of(wished, "/preview"), "first the figures"
    draw_by_pages(client, wished)
    fresh()
    assert wished.selection.state is SelectionState.DRAWN
    assert faults() == []
    entries = db.session.query(AuditEntry).count()
    again = client.get(page_of(wished, "/publish"))
    assert again.location == f"/courses/selection?term={wished.term.id}"
    assert db.session.query(AuditEntry).count() == entries


def test_publishing_is_confirmed_and_says_the_announced_randomness(app: Flask, freeze: Freeze, as_user: AsUser) -> None:
    freeze(CLOSES)
    cast = build(has_wishes=True, public_source="2026年11月29日双色球")
    add_application(cast.selection, cast.third[0], cast.choir)
    db.session.commit()
    freeze_list(cast)
    client = as_user(cast.office)
    client.post_form(page_of(cast, "/preview"))
    url = page_of(cast, "/publish")
    page = client.get(f"{url}?mechanism=optimum").text
    assert "一门都没有" in page
    assert "2026年11月29日双色球" in page
    chosen = [
        field.get("value") for field in parse(page).all("input") if field.get("type") == "radio" and "checked" in field.attrib
    ]
    assert chosen == ["optimum"]
    assert client.post_form(url, {"mechanism": "optimum", "public_value": "1"}).status_code == 422
    refused = client.post_form(url, {"mechanism": "optimum", "confirms": "y"})
    assert refused.status_code == 422
    assert "请填写事先公布的公开随机数" in refused.text
    fresh()
    assert cast.selection.state is SelectionState.FROZEN
    draw_by_pages(client, cast, "optimum", public_value="03 08")
    fresh()
    assert (cast.selection.public_value, cast.selection.objective) == ("03 08", "nothing-first")


def test_a_long_draw_shows_that_it_is_working_and_why_it_was_refused(
    wished: SmallCourses, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze_list(wished)
    client, url = as_user(wished.office), page_of(wished, "/publish")
    client.post_form(page_of(wished, "/preview"))
    goes_on = threading.Event()

    def slow(*_asked: object) -> None:
        goes_on.wait(20)
        raise Refused("名单有变动。")

    monkeypatch.setattr(aside, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(acts, "compute", slow)
    for _press in range(2):
        assert (
            client.post_form(url, {"mechanism": "rounds", "confirms": "y"}, page=page_of(wished, "/preview")).status_code == 303
        )
    page = client.get(url).text
    assert "正在摇号并公布" in page
    assert 'http-equiv="refresh"' in page
    goes_on.set()
    deadline = monotonic() + 10
    while "正在摇号并公布" in (page := client.get(url).text) and monotonic() < deadline:
        sleep(0.02)
    assert "名单有变动。" in page
    assert "名单有变动。" not in client.get(url).text


def test_the_commitment_is_public_before_the_window_closes(draft: SmallCourses, freeze: Freeze, client: SchoolClient) -> None:
    url = f"/courses/draw/{draft.term.id}"
    assert client.get(url).status_code == 404
    assert "现在没有摇号" in client.get("/courses/draw").text
    with transaction():
        rounds.announce(draft.selection.id, by=TESTER)
    freeze(CLOSES - timedelta(minutes=1))
    fresh()
    assert client.get("/courses/draw").location == url
    page = client.get(url).text
    assert draft.selection.seed_commitment in page
    assert "志愿全部截止后公开" in page
    assert client.get(f"{url}/list.json").status_code == 404
    assert client.get(f"{url}.json").status_code == 404


def test_the_secret_is_nowhere_before_the_outcome(wished: SmallCourses, as_user: AsUser, client: SchoolClient) -> None:
    freeze_list(wished)
    secret, term = wished.selection.seed_secret, wished.term.id
    office = as_user(wished.office)
    office.post_form(page_of(wished, "/preview"))
    for person, addresses in {
        office: ("/courses/selection", page_of(wished, "/preview"), page_of(wished, "/publish"), page_of(wished, "/adjust")),
        as_user(wished.principal): ("/audit",),
        client: (f"/courses/draw/{term}", f"/courses/draw/{term}/list.json"),
    }.items():
        for address in addresses:
            answer = person.get(address)
            assert answer.status_code == 200, address
            assert secret not in answer.text, address
    kept = [path.read_text(encoding="utf-8") for path in (Path(office.application.instance_path) / "draws").glob("*")]
    assert kept
    assert not any(secret in text for text in kept)
    draw_by_pages(office, wished)
    assert secret in client.get(f"/courses/draw/{term}").text


def test_the_public_page_holds_the_draw_again(wished: SmallCourses, as_user: AsUser, client: SchoolClient) -> None:
    freeze_list(wished)
    url = f"/courses/draw/{wished.term.id}"
    assert wished.selection.list_sha256 in client.get(url).text
    assert sha256(client.get(f"{url}/list.json").data).hexdigest() == wished.selection.list_sha256
    draw_by_pages(as_user(wished.office), wished)
    page = client.get(url).text
    assert "已重新计算：一致。" in page
    answer = client.get(f"{url}.json")
    assert sha256(answer.data).hexdigest() == wished.selection.outcome_sha256
    assert "attachment" in answer.headers["Content-Disposition"]
    script = client.get("/courses/draw/verify-draw.py")
    assert script.data == Path(drawing.__file__).with_name("verify_draw.py").read_bytes()
    assert f"verify_draw.py draw-{wished.term.id}.json" in page


def test_a_published_outcome_that_was_tampered_with_is_shown(wished: SmallCourses, as_user: AsUser, client: SchoolClient) -> None:
    freeze_list(wished)
    draw_by_pages(as_user(wished.office), wished)
    document = json.loads(wished.selection.outcome)
    document["closed"] = ["C05"]
    wished.selection.outcome = json.dumps(document, ensure_ascii=False)
    wished.selection.outcome_sha256 = sha256(wished.selection.outcome.encode()).hexdigest()
    db.session.commit()
    page = client.get(f"/courses/draw/{wished.term.id}").text
    assert "重新计算：不一致。" in page
    assert "重新计算的未开班课程与公布的不同" in page


def test_one_s_own_number_is_found_and_nobody_s_name(wished: SmallCourses, as_user: AsUser, client: SchoolClient) -> None:
    freeze_list(wished)
    draw_by_pages(as_user(wished.office), wished)
    url = f"/courses/draw/{wished.term.id}"
    number = str(10_000_000 + wished.third[5].id)
    assert "合唱（第 1 志愿）" in client.get(f"{url}?number={number}").text
    assert "名单上没有这个报名编号" in client.get(f"{url}?number=12").text
    everything = "".join(client.get(one).text for one in (url, f"{url}?number={number}", f"{url}.json", f"{url}/list.json"))
    names = [child.name for child in wished.pupils] + [guardian.display_name for guardian in wished.guardians.values()]
    assert [name for name in names if name in everything] == []
    phones = [guardian.login for guardian in wished.guardians.values()]
    assert [phone for phone in phones if phone in everything] == []


def test_a_big_outcome_stays_light(wished: SmallCourses, as_user: AsUser, client: SchoolClient) -> None:
    for number in range(120):
        pupil = Pupil(name=f"阿{number}")
        db.session.add(pupil)
        db.session.flush()
        db.session.add(ClassMembership(pupil=pupil, class_id=wished.third_1.id, starts_on=SEPTEMBER))
        add_consent(wished.selection, pupil, wished.second)
        add_application(wished.selection, pupil, wished.paper, wished.chess, wished.dance, wished.choir, wished.tutoring)
    db.session.commit()
    freeze_list(wished)
    draw_by_pages(as_user(wished.office), wished)
    first = client.get(f"/courses/draw/{wished.term.id}")
    last = client.get(f"/courses/draw/{wished.term.id}?page=3")
    assert len(first.data) < 100_000
    assert "第 1 / 3 页，共 126 条" in first.text
    assert [len(list(parse(page.text).all("tr"))) - 1 for page in (first, last)] == [50, 26]


def test_the_selection_ends_by_its_page(wished: SmallCourses, freeze: Freeze, as_user: AsUser) -> None:
    freeze_list(wished)
    client, url = as_user(wished.office), f"/courses/selection?term={wished.term.id}"
    draw_by_pages(client, wished)
    assert "补选要到 12月3日 20:00 才全部结束" in client.get(url).text
    freeze(OPEN_ROUND_CLOSES)
    client = as_user(wished.office)
    assert client.post_form(page_of(wished, "/finish"), page=url).status_code == 303
    fresh()
    assert wished.selection.state is SelectionState.FINISHED
    assert "保存设置" not in client.get(url).text


def test_only_the_office_organises(wished: SmallCourses, as_user: AsUser, client: SchoolClient) -> None:
    addresses = ("/courses/selection", page_of(wished, "/preview"), page_of(wished, "/adjust"))
    for person in (wished.principal, wished.chen, wished.second):
        assert {as_user(person).get(address).status_code for address in addresses} == {403}
    assert {client.get(address).status_code for address in addresses} == {302}
    office = as_user(wished.office)
    strange = ("/courses/selection?term=999", "/courses/selection/999/preview", page_of(wished, "/adjust/999"))
    assert {office.get(address).status_code for address in strange} == {404}
