"""What the office does with several triads: changing suggestions, confirming, adjusting, going on, renewing."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from school.db import db, transaction
from school.mentoring.enums import Outcome, Seat, TriadState
from school.mentoring.models import Triad, TriadMember
from school.mentoring.queries.triads import agreement_in_force
from school.mentoring.service import triads
from tests.accounts.cast import signed_in
from tests.mentoring.small_staff import AFTER_TERM, SmallStaff, decide_all, made, typed_proposal
from tests.support.client import SchoolClient

PROPOSAL = "/mentoring/proposal"


@pytest.fixture
def office(app: Flask, staff: SmallStaff) -> SchoolClient:
    """The office's desk."""
    return signed_in(app, staff.office)


def test_the_office_picks_other_people_and_confirms_at_once(staff: SmallStaff, office: SchoolClient) -> None:
    page = office.get(PROPOSAL).text
    assert "语文：老冯 → 中褚 → 新卫" in page
    assert "中周（T003，任教 8 年，研究型）" in page
    wanted = {Seat.CHIEF: "zhao", Seat.MIDDLE: "zhou", Seat.NOVICE: "zheng"}
    maths = _number_of(page, staff.teachers["zheng"].id)
    changes = {f"{seat.value}_{maths}": str(staff.teachers[key].id) for seat, key in wanted.items()}
    wrong = office.post_form(
        PROPOSAL, typed_proposal(page, take=[maths], **{**changes, f"middle_{maths}": changes[f"chief_{maths}"]})
    )
    assert (wrong.status_code, "三位不同的教师" in wrong.text, db.session.query(Triad).count()) == (422, True, 0)
    assert typed_proposal(wrong.text, take=[])[f"middle_{maths}"] == changes[f"chief_{maths}"]
    strange = office.post_form(PROPOSAL, typed_proposal(page, take=[maths], **{**changes, f"middle_{maths}": "99999"}))
    assert (strange.status_code, db.session.query(Triad).count()) == (422, 0)
    done = office.post_form(PROPOSAL, typed_proposal(page, take=[maths], **changes, confirms="1"), follow_redirects=True)
    assert "已确认 1 组，请各方签署责任书。" in done.text
    (triad,) = db.session.query(Triad)
    assert triad.state is TriadState.ACTIVE
    assert {one.seat: one.teacher_id for one in triad.members} == {seat: staff.teachers[key].id for seat, key in wanted.items()}
    assert triad.note == "教导处在结对建议上调整了人选。"
    assert "，已有师傅" in office.get(PROPOSAL).text


def _number_of(page: str, novice_id: int) -> int:
    """The number of the group that suggests a novice."""
    sent = typed_proposal(page, take=[])
    return next(
        int(name.removeprefix("novice_"))
        for name, value in sent.items()
        if name.startswith("novice_") and value == str(novice_id)
    )


def test_whose_years_are_unknown_is_named(staff: SmallStaff, office: SchoolClient) -> None:
    staff.teachers["wei"].teaching_since = None
    db.session.commit()
    page = office.get(PROPOSAL).text
    assert "没有登记任教年份" in page
    assert "新卫</a>" in page


def test_several_proposals_are_confirmed_from_the_list(staff: SmallStaff, office: SchoolClient) -> None:
    first, second = made(staff, is_active=False), made(staff, is_active=False, chief="zhao", middle="wu", novice="wang")
    none = office.post_form("/mentoring/confirm", {}, page="/mentoring")
    assert (none.status_code, "请先勾选" in none.text) == (422, True)
    staff.teachers["wang"].teaching_since = 2019
    db.session.commit()
    picks = {"pick": [str(first.id), str(second.id)]}
    refused = office.post_form("/mentoring/confirm", picks, page="/mentoring")
    assert (refused.status_code, "老赵 → 中吴 → 新王：新王任教已满" in refused.text) == (422, True)
    assert refused.text.count(" checked") == 2
    alone = office.post_form(f"/mentoring/triads/{second.id}/confirm", page=f"/mentoring/triads/{second.id}")
    assert (alone.status_code, "新王任教已满" in alone.text) == (422, True)
    assert {one.state for one in db.session.query(Triad)} == {TriadState.PROPOSED}
    done = office.post_form("/mentoring/confirm", {"pick": [str(first.id)]}, page="/mentoring", follow_redirects=True)
    assert "已确认 1 组" in done.text
    assert agreement_in_force(first.id) is not None


def test_a_proposal_is_adjusted_in_place(staff: SmallStaff, office: SchoolClient) -> None:
    triad = made(staff, is_active=False)
    url = f"/mentoring/triads/{triad.id}/change"
    assert "调整人选" in office.get(url).text
    typed = {"seat": "middle", "teacher_id": str(staff.teachers["wu"].id), "reason": "中周另有安排"}
    nobody = office.post_form(url, {**typed, "teacher_id": ""})
    assert (nobody.status_code, "请填写这一项" in nobody.text, "中周另有安排" in nobody.text) == (422, True, True)
    assert office.post_form(url, typed).status_code == 303
    assert db.session.query(TriadMember).count() == 3
    gone = office.post_form(f"/mentoring/triads/{triad.id}/discard", page=f"/mentoring/triads/{triad.id}")
    assert gone.status_code == 303
    active = made(staff)
    token = office.get("/mentoring/new").text.split('name="csrf_token" value="')[1].split('"')[0]
    late = office.post(
        f"/mentoring/triads/{active.id}/discard", data={"csrf_token": token}, headers={"Origin": "http://localhost"}
    )
    assert (late.status_code, "不能放弃" in late.text) == (422, True)


def test_an_extended_apprentice_goes_on_from_the_page_of_the_triad(
    app: Flask, staff: SmallStaff, freeze: Callable[[datetime], None]
) -> None:
    triad = made(staff)
    url = f"/mentoring/triads/{triad.id}"
    freeze(AFTER_TERM)
    office = signed_in(app, staff.office)
    assert "延期续办" not in office.get(url).text
    decide_all(staff, triad, novice=Outcome.EXTENDED)
    assert "延期续办" in office.get(url).text
    page = office.get(f"{url}/extend").text
    assert 'value="2027-03-01"' in page
    seats = {seat.value: str(one) for seat, one in staff.seats(middle="wu").items()}
    typed = {**seats, "starts_on": "2027-03-01", "ends_on": "2027-07-10", "note": ""}
    early = office.post_form(f"{url}/extend", {**typed, "starts_on": "2027-01-22"})
    assert (early.status_code, "起止日期应在学期之内" in early.text) == (422, True)
    assert office.post_form(f"{url}/extend", typed).status_code == 303
    again = office.post_form(f"{url}/extend", typed)
    assert (again.status_code, "已经续办过了" in again.text) == (422, True)
    assert "延期续办" not in office.get(url).text
    (later,) = db.session.query(Triad).filter(Triad.previous_id.is_not(None))
    assert (later.previous_id, later.note, later.term_id) == (triad.id, "上学期验收延期，继续指导。", staff.spring.id)
    assert f'href="{url}"' in office.get(f"/mentoring/triads/{later.id}").text
    db.session.delete(later)
    db.session.delete(staff.spring)
    db.session.commit()
    assert "请先在校历里登记学期" in office.get(f"{url}/extend", follow_redirects=True).text


def test_changed_counts_are_taken_into_all_agreements(staff: SmallStaff, office: SchoolClient) -> None:
    triad = made(staff)
    counts = office.get("/mentoring/duties").text
    assert "更新本学期全部责任书" in counts
    renew = "/mentoring/duties/renew"
    assert "都已经是现在的次数" in office.post_form(renew, page="/mentoring/duties", follow_redirects=True).text
    fields = {one: "2" for one in _counts(counts)}
    assert office.post_form("/mentoring/duties", fields).status_code == 303
    assert agreement_in_force(triad.id).version == 1
    assert "有 1 份责任书内容变了" in office.post_form(renew, page="/mentoring/duties", follow_redirects=True).text
    assert agreement_in_force(triad.id).version == 2
    with transaction():
        triads.dissolve(triad.id, reason="调动", actor=staff.actor("chen"))
    url = f"/mentoring/triads/{triad.id}/agreement"
    token = counts.split('name="csrf_token" value="')[1].split('"')[0]
    late = office.post(f"{url}/renew", data={"csrf_token": token}, headers={"Origin": "http://localhost"})
    assert (late.status_code, "只有进行中的三人行可以更新责任书" in late.text) == (422, True)


def _counts(page: str) -> list[str]:
    return [name for name in (part.split('"')[0] for part in page.split('name="')[1:]) if "_" in name and name != "csrf_token"]
