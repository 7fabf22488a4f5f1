"""Pages of triads, agreements, entries and acceptances as each of the people gets them, on both databases."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from school.db import db, transaction
from school.mentoring.enums import EntryState, Outcome, Seat, Signer, TriadState
from school.mentoring.models import Acceptance, MentorDuty, MentorEntry, Signature, Triad, TriadMember
from school.mentoring.queries.acceptance import acceptances_of, rubric_of
from school.mentoring.queries.triads import agreement_in_force
from school.mentoring.rules.duties import DEFAULT_DUTIES
from school.mentoring.service import acceptance, triads
from school.permissions import Role
from tests.accounts.cast import signed_in, somebody
from tests.mentoring.small_staff import AFTER_TERM, LAST, NOON, SEPTEMBER, TESTER, SmallStaff, typed_proposal
from tests.support.client import SchoolClient

Device = Callable[[str], SchoolClient]
POINTS = {"observation": 18, "preparation": 14, "report_lesson": 22, "reflection": 9, "homework_design": 9, "pupils": 9}
FULL = {f"points_{key}": str(points) for key, points in {**POINTS, "master": 9}.items()}


@pytest.fixture
def device(app: Flask, staff: SmallStaff) -> Device:
    """The device of a teacher by key, or of `office`, `principal`, `leader`, `guardian`; signed in once."""
    known: dict[str, SchoolClient] = {}
    others = {"office": staff.office, "principal": staff.principal, "leader": staff.leader}

    def of(who: str) -> SchoolClient:
        if who not in known:
            user = somebody("孙家长", "13900000001", Role.GUARDIAN) if who == "guardian" else {**staff.users, **others}[who]
            known[who] = signed_in(app, user)
        return known[who]

    return of


@pytest.fixture
def triad(staff: SmallStaff) -> Triad:
    """老陈, 中周 and 新郑, confirmed."""
    return _made(staff)


def _made(staff: SmallStaff, *, is_active: bool = True, **seats: str) -> Triad:
    with transaction():
        found = triads.make_triad(staff.term, staff.maths, staff.seats(**seats), SEPTEMBER, LAST, actor=TESTER)
        if is_active:
            triads.confirm_triad(found.id, actor=TESTER)
    return found


def _observation(staff: SmallStaff, **changes: str) -> dict[str, str]:
    """What 新郑 types about a lesson of 中周."""
    typed = {
        "kind": "observation",
        "with_teacher": str(staff.teachers["zhou"].id),
        "on_day": "2026-11-20",
        "class_id": str(staff.third_1.id),
        "lesson": "第2节",
        "topic": "分数的意义",
        "minutes": "40",
        "notes": "环节紧凑，板书清楚。",
    }
    return {**typed, **changes}


def test_the_office_takes_a_suggestion_and_confirms_it(staff: SmallStaff, device: Device) -> None:
    office = device("office")
    assert "还没有三人行" in office.get("/mentoring").text
    page = office.get("/mentoring/proposal").text
    for words in ("数学：老陈 → 中吴 → 新郑", "新王", "中周", "同教数学", "拟定选中的组"):
        assert words in page
    taken = office.post_form("/mentoring/proposal", typed_proposal(page, take=[1]), follow_redirects=True)
    assert "已拟定 1 组，核对后确认。" in taken.text
    made = db.session.query(Triad).one()
    assert (made.state, made.starts_on) == (TriadState.PROPOSED, NOON.date())
    url = f"/mentoring/triads/{made.id}"
    for _time in range(2):
        assert _tap(office, f"{url}/confirm", url).status_code == 303
    assert "进行中" in office.get("/mentoring?state=active").text
    assert "没有这样的三人行" in office.get("/mentoring?state=dissolved").text
    nothing = office.post_form("/mentoring/proposal", typed_proposal(office.get("/mentoring/proposal").text, take=[]))
    assert (nothing.status_code, "请先勾选要拟定的组" in nothing.text) == (422, True)
    assert db.session.query(Triad).count() == 1


def _tap(client: SchoolClient, url: str, page: str) -> TestResponse:
    """A tap on a button that may no longer be there."""
    token = client.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(url, data={"csrf_token": token}, headers={"Origin": "http://localhost"})


def test_a_triad_by_hand_keeps_what_was_typed_until_it_fits(staff: SmallStaff, device: Device) -> None:
    office, seats = device("office"), staff.seats(novice="zhou")
    typed = {"subject_id": str(staff.maths.id), **{seat.value: str(one) for seat, one in seats.items()}}
    typed |= {"starts_on": "2026-09-01", "ends_on": "2027-01-22", "note": "同一年级，方便互听"}
    refused = office.post_form("/mentoring/new", typed)
    assert refused.status_code == 422
    assert "三位不同的教师" in refused.text
    assert "同一年级，方便互听" in refused.text
    assert f'<option selected value="{seats[Seat.MIDDLE]}">' in refused.text
    late = office.post_form("/mentoring/new", {**typed, "novice": str(staff.teachers["zheng"].id), "ends_on": "2027-02-22"})
    assert (late.status_code, "起止日期应在学期之内" in late.text) == (422, True)
    assert db.session.query(Triad).count() == 0
    fits = office.post_form("/mentoring/new", {**typed, "novice": str(staff.teachers["zheng"].id)}, follow_redirects=True)
    assert "已拟定，核对后确认。" in fits.text
    made = db.session.query(Triad).one()
    assert "同一年级，方便互听" in office.get(f"/mentoring/triads/{made.id}").text
    gone = office.post_form(f"/mentoring/triads/{made.id}/discard", page=f"/mentoring/triads/{made.id}", follow_redirects=True)
    assert "已放弃这份拟定。" in gone.text
    assert db.session.query(Triad).count() == 0


def test_only_those_of_the_triad_and_the_office_see_it(staff: SmallStaff, triad: Triad, device: Device) -> None:
    pages = [f"/mentoring/triads/{triad.id}", f"/mentoring/triads/{triad.id}/agreement"]
    for who in ("chen", "zhou", "zheng", "office", "principal"):
        assert [device(who).get(page).status_code for page in pages] == [200, 200], who
    for who, status in (("wang", 404), ("feng", 404), ("guardian", 403)):
        assert {device(who).get(page).status_code for page in pages} == {status}, who
        assert device(who).get(f"/mentoring/triads/{triad.id}/entries/new").status_code == status
    for who in ("chen", "wang", "guardian", "principal"):
        own = [f"triads/{triad.id}/{act}" for act in ("change", "dissolve", "extend")]
        for page in ("proposal", "new", "duties", "rubric", *own):
            assert device(who).get(f"/mentoring/{page}").status_code == 403, (who, page)
    assert device("chen").get("/mentoring").status_code == 403
    assert device("office").get("/mentoring/triads/999").status_code == 404
    assert device("office").get("/mentoring?term=999").status_code == 404
    assert "您还没有参加三人行" in device("wang").get("/mentoring/mine").text
    mine = device("zheng").get("/mentoring/mine").text
    assert "老陈 → 中周 → 新郑" in mine
    assert "登记活动" in mine


def test_all_four_sign_exactly_what_they_read(staff: SmallStaff, triad: Triad, device: Device) -> None:
    url = f"/mentoring/triads/{triad.id}/agreement"
    unread = device("zheng").post_form(url, {})
    assert (unread.status_code, db.session.query(Signature).count()) == (422, 0)
    for who in ("chen", "zhou", "zheng", "office"):
        answer = device(who).post_form(url, {"agrees": "y"}, follow_redirects=True)
        assert "已签署。" in answer.text
        assert "我已看完全文" not in answer.text
    assert {one.signer for one in db.session.query(Signature)} == set(Signer)
    page = device("zheng").get(url).text
    assert "未签" not in page
    assert agreement_in_force(triad.id).digest in page
    read_only = device("principal")
    assert "我已看完全文" not in read_only.get(url).text
    assert _tap(read_only, url, url).status_code == 403


def test_a_text_changed_meanwhile_is_read_again_before_it_is_signed(staff: SmallStaff, triad: Triad, device: Device) -> None:
    url, office = f"/mentoring/triads/{triad.id}/agreement", device("office")
    old = agreement_in_force(triad.id).digest
    duties = office.get("/mentoring/duties").text
    assert "国家没有规定次数" in duties
    assert _duties(office, novice_observation="61").status_code == 422
    assert db.session.query(MentorDuty).count() == 0
    assert _duties(office, novice_observation="18").status_code == 303
    unseen = _duties(office, novice_observation="19", seen="15 7 1")
    assert (unseen.status_code, "别人已经改过次数" in unseen.text, "现在是 18 次" in unseen.text) == (422, True, True)
    assert office.post_form(f"{url}/renew", page=url, follow_redirects=True).text.count("现在是第 2 版") == 1
    stale = device("zheng").post_form(url, {"agrees": "y", "digest": old})
    assert stale.status_code == 422
    assert "请重新看过再签" in stale.text
    assert "听课不少于 18 次" in stale.text
    assert db.session.query(Signature).count() == 0
    assert device("zheng").post_form(url, {"agrees": "y"}).status_code == 303
    assert "以前的版本（1）" in office.get(url).text


def _duties(client: SchoolClient, **changes: str) -> TestResponse:
    typed = {f"{seat.value}_{kind.value}": str(count) for seat, _field, kind, count in DEFAULT_DUTIES}
    return client.post_form("/mentoring/duties", {**typed, **changes})


def test_an_observation_with_a_file_is_entered_sent_back_and_confirmed(staff: SmallStaff, triad: Triad, device: Device) -> None:
    novice, middle, page = device("zheng"), device("zhou"), f"/mentoring/triads/{triad.id}/entries/new"
    shown = novice.get(f"{page}?kind=observation").text
    assert "中周（2号 中坚教师）" in shown
    assert "老陈（1号" not in shown  # the chief is no master of the novice
    empty = novice.post_form(page, _observation(staff, topic="", notes=""))
    assert (empty.status_code, "第2节" in empty.text) == (422, True)
    without_class = novice.post_form(page, _observation(staff, class_id=""))
    assert (without_class.status_code, "听课要选班级" in without_class.text) == (422, True)
    wrong = novice.post_form(page, {**_observation(staff), "files": (io.BytesIO(b"<html>"), "教案.pdf")})
    assert (wrong.status_code, "内容和扩展名不符" in wrong.text, "环节紧凑，板书清楚。" in wrong.text) == (422, True, True)
    assert db.session.query(MentorEntry).count() == 0
    kept = novice.post_form(page, {**_observation(staff, score_goal="18"), "files": (io.BytesIO(b"%PDF-1.7 x"), "教案.pdf")})
    assert kept.status_code == 303
    entry = db.session.query(MentorEntry).one()
    assert (entry.scores, entry.state, [one.name for one in entry.files]) == ({"goal": 18}, EntryState.ENTERED, ["教案.pdf"])

    url = f"/mentoring/entries/{entry.id}"
    for who in ("wang", "chen"):
        assert device(who).get(url).status_code == 404
        assert device(who).get(f"{url}/return").status_code == 404
    assert middle.get(url).status_code == 404  # they confirm it, they do not rewrite it
    assert "新郑登记，2026-11-20，第2节，40 分钟" in middle.get("/mentoring/waiting").text
    assert middle.post_form(f"{url}/return", {"reason": ""}).status_code == 422
    assert middle.post_form(f"{url}/return", {"reason": "写上班级情况"}).status_code == 303
    assert "退回原因：写上班级情况" in novice.get(url).text
    assert novice.post_form(url, _observation(staff, topic="分数的意义（二）")).status_code == 303
    assert middle.post_form(f"{url}/confirm", page="/mentoring/waiting", follow_redirects=True).text.count("已确认听课") == 1
    late = novice.post_form(url, _observation(staff))
    assert (late.status_code, "不能再修改" in late.text) == (422, True)
    assert db.session.query(MentorEntry).one().topic == "分数的意义（二）"

    for who, status in (("zheng", 200), ("chen", 200), ("office", 200), ("principal", 200), ("wang", 404), ("guardian", 403)):
        file = device(who).get(f"/mentoring/files/{entry.files[0].id}")
        assert file.status_code == status, who
        assert status != 200 or (file.data, "attachment" in file.headers["Content-Disposition"]) == (b"%PDF-1.7 x", True)


def test_who_entered_takes_back_and_the_confirmed_stays(staff: SmallStaff, triad: Triad, device: Device) -> None:
    novice, url = device("zheng"), f"/mentoring/triads/{triad.id}"
    for topic in ("一", "二"):
        novice.post_form(f"{url}/entries/new", _observation(staff, topic=topic))
    first, second = db.session.query(MentorEntry).order_by(MentorEntry.id).all()
    assert novice.post_form(f"/mentoring/entries/{first.id}/withdraw", page=url).status_code == 303
    assert device("zhou").post_form(f"/mentoring/entries/{second.id}/confirm", page="/mentoring/waiting").status_code == 303
    refused = _tap(novice, f"/mentoring/entries/{second.id}/withdraw", url)
    assert (refused.status_code, "不能再改为已撤回" in refused.text) == (422, True)
    own = _tap(novice, f"/mentoring/entries/{second.id}/confirm", url)
    assert (own.status_code, "要由对方确认" in own.text) == (422, True)
    assert [one.state for one in db.session.query(MentorEntry).order_by(MentorEntry.id)] == [
        EntryState.WITHDRAWN,
        EntryState.CONFIRMED,
    ]


def test_a_change_mid_term_is_told_to_the_second_editor(staff: SmallStaff, triad: Triad, device: Device) -> None:
    office, url = device("office"), f"/mentoring/triads/{triad.id}"
    typed = {"seat": "middle", "teacher_id": str(staff.teachers["wu"].id), "on_day": "2026-11-25", "reason": "中周支教"}
    assert office.post_form(f"{url}/change", {**typed, "reason": ""}).status_code == 422
    too_early = office.post_form(f"{url}/change", {**typed, "on_day": "2026-09-01"})
    assert (too_early.status_code, "中周支教" in too_early.text) == (422, True)
    assert db.session.query(TriadMember).count() == 3
    assert office.post_form(f"{url}/change", typed).status_code == 303
    stale = office.post_form(f"{url}/change", {**typed, "on_day": "2026-12-01", "revision": "2"})
    assert (stale.status_code, "别人已经改过" in stale.text) == (422, True)
    page = office.get(url).text
    assert "到 2026-11-24" in page
    assert "中周支教" in page
    assert device("zhou").get(url).status_code == 200  # who sat there reads on
    assert office.post_form(f"{url}/dissolve", {"reason": ""}).status_code == 422
    assert office.post_form(f"{url}/dissolve", {"reason": "教师调动"}).status_code == 303
    assert "已解除" in device("zheng").get(url).text
    assert device("zheng").post_form(f"{url}/entries/new", _observation(staff)).status_code == 422


def test_an_entry_of_a_partner_who_left_is_still_corrected(staff: SmallStaff, triad: Triad, device: Device) -> None:
    novice = device("zheng")
    novice.post_form(f"/mentoring/triads/{triad.id}/entries/new", _observation(staff))
    with transaction():
        wu = staff.teachers["wu"].id
        triads.change_member(triad.id, Seat.MIDDLE, wu, NOON.date(), reason="支教", revision=triad.revision, actor=TESTER)
    entry = db.session.query(MentorEntry).one()
    assert novice.post_form(f"/mentoring/entries/{entry.id}", _observation(staff, topic="改过")).status_code == 303
    assert db.session.query(MentorEntry).one().topic == "改过"


def test_from_opening_to_the_certificate(
    app: Flask, staff: SmallStaff, triad: Triad, device: Device, freeze: Callable[[datetime], None]
) -> None:
    url = f"/mentoring/triads/{triad.id}"
    assert "开始验收" not in device("office").get(url).text
    early = _tap(device("office"), f"{url}/acceptances", url)
    assert "之后才能验收" in device("office").get(early.location).text
    assert db.session.query(Acceptance).count() == 0
    freeze(AFTER_TERM)
    office, leader = (signed_in(app, user) for user in (staff.office, staff.leader))
    assert "已开始验收" in office.post_form(f"{url}/acceptances", page=url, follow_redirects=True).text
    middle, novice = acceptances_of(triad.id)
    page = f"/mentoring/acceptances/{novice.id}"
    too_much = leader.post_form(f"{page}/score", {**FULL, "points_observation": "21", "comment": "扎实"}, page=page)
    assert (too_much.status_code, "请填 0 到 20 之间的整数" in too_much.text, "扎实" in too_much.text) == (422, True, True)
    assert leader.post_form(f"{page}/score", {**FULL, "comment": "扎实"}, page=page).status_code == 303
    alone = office.post_form(f"{page}/decide", {"outcome": "passed", "comment": "同意出师"}, page=page)
    assert (alone.status_code, "至少要有 2 位评委打分" in alone.text) == (422, True)
    assert alone.text.count("同意出师") == 1  # in the decision, not in the office's own points beside it
    assert office.post_form(f"{page}/score", FULL, page=page).status_code == 303
    nameless = office.post_form(f"{page}/decide", {"outcome": "passed", "comment": ""}, page=page)
    assert (nameless.status_code, "请写验收意见" in nameless.text) == (422, True)
    assert office.get(f"{page}/certificate").status_code == 404
    assert office.post_form(f"{page}/decide", {"outcome": "passed", "comment": "同意出师"}, page=page).status_code == 303
    decided = db.session.get(Acceptance, novice.id)
    assert (decided.outcome, decided.points, decided.certificate_number) == (Outcome.PASSED, 90, "SRX-2026-1-001")
    own = signed_in(app, staff.users["zheng"])
    certificate = own.get(f"{page}/certificate").text
    for words in ("SRX-2026-1-001", "新郑老师", "师从老陈、中周老师", "准予出师"):
        assert words in certificate
    assert own.get(f"/mentoring/acceptances/{middle.id}").status_code == 404  # another's, undecided
    stranger = signed_in(app, staff.users["wang"])
    assert {stranger.get(one).status_code for one in (page, f"{page}/certificate")} == {404}
    assert "下结论" not in leader.get(page).text
    assert leader.get("/mentoring/acceptances").text.count("待验收") == 1
    other = f"/mentoring/acceptances/{middle.id}"
    assert office.post_form(f"{other}/score", FULL, page=other).status_code == 303
    assert "李主任" not in leader.get(other).text.split("<main")[1]  # nobody scores after reading the others
    assert leader.post_form(f"{other}/score", FULL, page=other).status_code == 303
    assert "李主任" in leader.get(other).text.split("<main")[1]


def test_the_rubric_adds_up_and_opened_acceptances_keep_theirs(
    app: Flask, staff: SmallStaff, triad: Triad, device: Device, freeze: Callable[[datetime], None]
) -> None:
    office = device("office")
    assert office.get("/mentoring/rubric").status_code == 200
    lines = {"label_1": "听课", "points_1": "60", "label_2": "汇报课", "points_2": "30"}
    empty = {f"{name}_{number}": "" for name in ("label", "points") for number in range(3, 11)}
    short = office.post_form("/mentoring/rubric", {**empty, **lines})
    assert (short.status_code, "合计 90，应为 100" in short.text) == (422, True)
    exam = office.post_form("/mentoring/rubric", {**empty, **lines, "label_2": "期末成绩", "points_2": "40"})
    assert (exam.status_code, "涉及考试成绩" in exam.text, "期末成绩" in exam.text) == (422, True, True)
    freeze(AFTER_TERM + timedelta(minutes=1))
    with transaction():
        acceptance.open_acceptances(triad.id, actor=TESTER)
    again = signed_in(app, staff.office)
    assert again.post_form("/mentoring/rubric", {**empty, **lines, "points_2": "40"}).status_code == 303
    assert [one.points for one in rubric_of(staff.term.id)[0]] == [60, 40]
    stale = again.post_form("/mentoring/rubric", {**empty, **lines, "points_2": "40", "revision": "0"})
    assert (stale.status_code, "别人已经改过评价表" in stale.text) == (422, True)
    assert len(acceptances_of(triad.id)[0].rubric) == 7
