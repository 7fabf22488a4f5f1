"""Pages of tiers, requirements, plans, research and teams as each of the people gets them, on both databases."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from school.accounts.service import grant_role
from school.db import db, transaction
from school.mentoring.enums import Presence, ProjectStage, TeamKind, Tier
from school.mentoring.models import (
    Attendance,
    Project,
    Requirement,
    RequirementDone,
    ResearchActivity,
    TeacherProfile,
    TeamAppraisal,
    TierChange,
    YearPlan,
)
from school.mentoring.queries.teams import teams_of, weights_of
from school.mentoring.service import growth
from school.permissions import Role
from tests.accounts.cast import signed_in, somebody
from tests.mentoring.small_staff import TESTER, SmallStaff
from tests.support.client import SchoolClient

Device = Callable[[str], SchoolClient]
YEAR = 2026


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


def test_nobody_outside_reads_about_the_staff(staff: SmallStaff, device: Device) -> None:
    chen = staff.teachers["chen"].id
    for page in ("staff", f"staff/{chen}", "requirements", "plans", "teams"):
        assert device("zheng").get(f"/growth/{page}").status_code == 403, page
        assert device("guardian").get(f"/growth/{page}").status_code == 403, page
        assert device("office").get(f"/growth/{page}").status_code == 200, page
        assert device("principal").get(f"/growth/{page}").status_code == 200, page
    for page in ("/growth", "/growth/plan", "/mentoring/mine"):
        assert device("guardian").get(page).status_code == 403
    assert "不在教师名单里" in device("leader").get("/growth").text  # who is no teacher has no plan
    assert "您还没有参加三人行" in device("leader").get("/mentoring/mine").text
    assert device("leader").get("/growth/plan").status_code == 404
    for page in (f"staff/{chen}/profile", f"staff/{chen}/tier", "requirements/new"):
        assert {device(who).get(f"/growth/{page}").status_code for who in ("zheng", "principal", "leader")} == {403}, page
    assert device("guardian").get("/research").status_code == 403
    assert device("office").get("/growth/staff/999").status_code == 404
    assert device("office").get("/growth/plans/999").status_code == 404


def test_tiers_are_narrowed_entered_and_decided_with_a_reason(staff: SmallStaff, device: Device) -> None:
    office, chu = device("office"), staff.teachers["chu"]
    page = office.get("/growth/staff?tier=guidance&subject=数学").text
    assert "老陈" in page
    assert "中周" not in page
    assert "没有符合条件的教师" in office.get("/growth/staff?subject=美术").text

    url = f"/growth/staff/{chu.id}/profile"
    typed = {"title": "senior", "age_group": "from_46", "teaching_since": "1949"}
    wrong = office.post_form(url, typed)
    assert (wrong.status_code, 'value="1949"' in wrong.text, "1950 到 2026" in wrong.text) == (422, True, True)
    assert office.post_form(url, {**typed, "teaching_since": "2001"}).status_code == 303
    assert db.session.get(TeacherProfile, chu.id).revision == 2
    stale = office.post_form(url, {**typed, "teaching_since": "2002", "revision": "1"})
    assert (stale.status_code, "别人已经改过" in stale.text) == (422, True)
    assert "指导型" in office.get(f"/growth/staff/{chu.id}").text

    tier = f"/growth/staff/{chu.id}/tier"
    assert office.post_form(tier, {"tier": "research", "starts_on": "2026-11-25", "reason": ""}).status_code == 422
    assert db.session.query(TierChange).count() == 0
    assert office.post_form(tier, {"tier": "research", "starts_on": "2026-11-25", "reason": "主持县级课题"}).status_code == 303
    assert db.session.query(TierChange).one().tier is Tier.RESEARCH
    own = device("chu").get("/growth").text
    assert "由学校认定：主持县级课题" in own
    back = office.post_form(tier, {"tier": "", "starts_on": "2026-11-25", "reason": "课题结题"}, follow_redirects=True)
    assert "恢复按规则分层" in back.text


def test_a_requirement_is_set_met_and_confirmed_by_another(staff: SmallStaff, device: Device) -> None:
    office, novice = device("office"), device("zheng")
    assert "还没有统一要求" in office.get("/growth/requirements").text
    copied = office.post_form("/growth/requirements/copy", page="/growth/requirements", follow_redirects=True)
    assert "上学年没有可以沿用的要求。" in copied.text
    assert office.post_form("/growth/requirements/new", {"title": "", "detail": "每周一页"}).status_code == 422
    for _time in range(2):
        answer = office.post_form("/growth/requirements/new", {"title": "三笔字", "detail": "每周一页"})
    assert (answer.status_code, "本学年已有“三笔字”" in answer.text, "每周一页" in answer.text) == (422, True, True)
    found = db.session.query(Requirement).one()

    meet = f"/growth/requirements/{found.id}/meet"
    ahead = novice.post_form(meet, {"done_on": "2026-11-26", "evidence": "粉笔字 12 幅"})
    assert (ahead.status_code, "不能晚于今天" in ahead.text, "粉笔字 12 幅" in ahead.text) == (422, True, True)
    assert db.session.query(RequirementDone).count() == 0
    assert novice.post_form(meet, {"done_on": "2026-11-24", "evidence": "粉笔字 12 幅"}).status_code == 303
    done = db.session.query(RequirementDone).one()
    confirm = f"/growth/requirements/done/{done.id}/confirm"
    assert _tap(novice, confirm, "/growth").status_code == 403
    leader = device("leader")
    assert "粉笔字 12 幅" in leader.get("/growth/requirements").text
    assert _tap(leader, "/growth/requirements/done/999/confirm", "/growth/requirements").status_code == 404
    for _time in range(2):
        assert _tap(leader, confirm, "/growth/requirements").status_code == 303
    again = novice.post_form(meet, {"done_on": "2026-11-24", "evidence": "又 12 幅"})
    assert (again.status_code, "已经确认" in again.text) == (422, True)
    assert office.post_form(f"/growth/requirements/{found.id}", {"title": "三笔字过关"}).status_code == 303
    retired = office.post_form(f"/growth/requirements/{found.id}/retire", page="/growth/requirements", follow_redirects=True)
    assert "已停用" in retired.text
    assert "三笔字过关" not in novice.get("/growth").text
    assert novice.post_form(meet, {"done_on": "2026-11-24", "evidence": "再 12 幅"}, page="/growth/plan").status_code == 422


def _tap(client: SchoolClient, url: str, page: str) -> TestResponse:
    """A tap on a button that may no longer be there."""
    token = client.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(url, data={"csrf_token": token}, headers={"Origin": "http://localhost"})


def test_what_one_says_of_oneself_another_confirms(staff: SmallStaff, device: Device) -> None:
    with transaction():
        found = growth.add_requirement(YEAR, "三笔字", "", actor=TESTER)
        growth.meet(found, staff.teachers["chen"], date(2026, 11, 20), "12 幅", actor=TESTER)
    grant_role(staff.users["chen"], Role.PREP_LEADER, starts_on=date(2026, 9, 1), subject_id=staff.maths.id)
    done = db.session.query(RequirementDone).one()
    own = _tap(device("chen"), f"/growth/requirements/done/{done.id}/confirm", "/growth/requirements")
    assert (own.status_code, "请别人确认" in own.text) == (422, True)
    assert db.session.query(RequirementDone).one().confirmed_at is None


def test_a_plan_starts_from_the_tier_and_another_looks_at_it(staff: SmallStaff, device: Device) -> None:
    novice = device("zheng")
    shown = novice.get("/growth/plan").text
    assert "您现在是学习型" in shown
    assert 'value="练好三笔字"' in shown
    assert novice.get("/growth/plan/evidence").status_code == 404  # no plan yet
    goals = {f"{name}_{number}": "" for name in ("goal", "measure") for number in range(1, 7)}
    half = novice.post_form("/growth/plan", {**goals, "goal_1": "上好汇报课"})
    assert (half.status_code, "第1个目标要同时写明" in half.text, "上好汇报课" in half.text) == (422, True, True)
    assert db.session.query(YearPlan).count() == 0
    whole = {**goals, "goal_1": "上好汇报课", "measure_1": "两节", "goal_2": "练字", "measure_2": "每周一页"}
    assert novice.post_form("/growth/plan", whole).status_code == 303
    stale = novice.post_form("/growth/plan", {**whole, "revision": "0"})
    assert (stale.status_code, "计划在别处改过" in stale.text) == (422, True)
    ahead = novice.post_form("/growth/plan/evidence", {"goal": "1", "on_day": "2026-12-01", "text": "写满一本"})
    assert (ahead.status_code, "写满一本" in ahead.text) == (422, True)
    assert novice.post_form("/growth/plan/evidence", {"goal": "1", "on_day": "2026-11-20", "text": "写满一本"}).status_code == 303
    shorter = novice.post_form("/growth/plan", {**goals, "goal_1": "上好汇报课", "measure_1": "两节"})
    assert (shorter.status_code, "不能删除" in shorter.text) == (422, True)

    url = f"/growth/plans/{staff.teachers['zheng'].id}"
    assert novice.get(url).status_code == 403
    leader = device("leader")
    assert "写满一本" in leader.get(url).text
    assert leader.post_form(url, {"look": ""}).status_code == 422
    assert leader.post_form(url, {"look": "字有进步，下半年多听课。"}).status_code == 303
    assert "字有进步，下半年多听课。" in novice.get("/growth").text
    assert "已写" in device("principal").get("/growth/plans").text


def test_an_activity_is_recorded_changed_and_the_roll_called(staff: SmallStaff, device: Device) -> None:
    leader, ids = device("leader"), {key: str(one.id) for key, one in staff.teachers.items()}
    typed = {"kind": "workshop", "stage": "", "theme": "大单元备课", "on_day": "2026-11-18", "host_id": ids["chen"]}
    typed |= {"subject_id": str(staff.maths.id), "entry_year": "2024", "product_link": "ftp://x", "place": "录播室"}
    refused = leader.post_form("/research/new", {**typed, "invited": [ids["zhou"], ids["wu"]]})
    assert (refused.status_code, "主题研修要选环节" in refused.text, "录播室" in refused.text) == (422, True, True)
    nobody = leader.post_form("/research/new", {**typed, "stage": "prepare", "product_link": ""})
    assert (nobody.status_code, "请选择参加的教师" in nobody.text) == (422, True)
    assert db.session.query(ResearchActivity).count() == 0
    good = {**typed, "stage": "prepare", "product_link": "https://example.org/a", "invited": [ids["zhou"], ids["wu"]]}
    assert leader.post_form("/research/new", good).status_code == 303
    found = db.session.query(ResearchActivity).one()
    url = f"/research/{found.id}"
    for page in (url, "/research"):
        assert "大单元备课" in device("zheng").get(page).text
    assert "保存出席" not in device("zheng").get(url).text
    assert device("zheng").get(f"{url}/change").status_code == 403
    assert _tap(device("zheng"), f"{url}/roll", "/research").status_code == 403
    assert leader.post_form(f"{url}/roll", {f"presence-{ids['wu']}": "absent"}, page=url).status_code == 303
    rows = {str(one.teacher_id): one.presence for one in db.session.query(Attendance)}
    assert rows == {ids["chen"]: Presence.PRESENT, ids["zhou"]: Presence.PRESENT, ids["wu"]: Presence.ABSENT}
    assert "2 / 3" in leader.get("/research").text
    stale = leader.post_form(f"{url}/change", {**good, "theme": "改题", "revision": "1"})
    assert (stale.status_code, "别人已经改过这次活动" in stale.text) == (422, True)
    assert leader.post_form(f"{url}/change", {**good, "theme": "改题"}).status_code == 303
    later = leader.post_form(f"{url}/change", {**good, "on_day": "2026-12-09"})
    assert later.status_code == 303
    assert "保存出席" not in leader.get(url).text
    early = _tap(leader, f"{url}/roll", url)
    assert (early.status_code, "活动当天或之后" in early.text) == (422, True)
    assert leader.get("/research/999").status_code == 404


def test_a_project_goes_from_stage_to_stage(staff: SmallStaff, device: Device) -> None:
    leader, ids = device("leader"), {key: str(one.id) for key, one in staff.teachers.items()}
    typed = {"title": "分层作业设计研究", "level": "县级", "opened_on": "2026-12-01", "leader_id": ids["zhou"]}
    typed |= {"members": [ids["wu"]]}
    ahead = leader.post_form("/research/projects/new", typed)
    assert (ahead.status_code, "分层作业设计研究" in ahead.text) == (422, True)
    assert leader.post_form("/research/projects/new", {**typed, "opened_on": "2026-10-08"}).status_code == 303
    twice = leader.post_form("/research/projects/new", {**typed, "opened_on": "2026-10-08"})
    assert (twice.status_code, "已有课题" in twice.text) == (422, True)
    found = db.session.query(Project).one()
    url = f"/research/projects/{found.id}"
    assert "中周（主持）" in device("zheng").get(url).text
    assert "进入下一环节" not in device("zheng").get(url).text
    assert _tap(device("zheng"), url, "/research").status_code == 403
    back = leader.post_form(url, {"stage": "opened", "on_day": "2026-10-01", "outcome": "开题报告"})
    assert (back.status_code, "日期早于上一个环节" in back.text, "开题报告" in back.text) == (422, True, True)
    assert leader.post_form(url, {"stage": "concluded", "on_day": "2026-11-01"}).status_code == 422
    assert leader.post_form(url, {"stage": "opened", "on_day": "2026-10-20", "outcome": "开题报告"}).status_code == 303
    assert leader.post_form(url, {"stage": "stopped", "on_day": "2026-11-20", "outcome": "人员调动"}).status_code == 303
    assert db.session.get(Project, found.id).stage is ProjectStage.STOPPED
    assert "进入下一环节" not in leader.get(url).text


def test_a_team_has_one_score_and_no_rank(staff: SmallStaff, device: Device) -> None:
    office = device("office")
    group = next(one for one in teams_of(staff.term, 6) if one.name == "三年级数学备课组")
    assert group.name in office.get("/growth/teams").text
    assert office.get("/growth/teams?kind=nothing").status_code == 404
    assert office.get("/growth/teams/prep_group/team?key=999-999").status_code == 404
    for kind in TeamKind:
        assert office.get(f"/growth/teams?kind={kind.value}").status_code == 200
        assert device("principal").get(f"/growth/teams/{kind.value}/weights").status_code == 403
    weights, _revision = weights_of(staff.term.id, TeamKind.PREP_GROUP)
    typed = {indicator.value: str(weight) for indicator, weight in weights.items()}
    over = office.post_form("/growth/teams/prep_group/weights", {**typed, "judged": "21"})
    assert (over.status_code, "合计 101，应为 100" in over.text, 'value="21"' in over.text) == (422, True, True)
    assert office.post_form("/growth/teams/prep_group/weights", {**typed, "judged": "25", "research": "15"}).status_code == 303
    stale = office.post_form("/growth/teams/prep_group/weights", {**typed, "revision": "0"})
    assert (stale.status_code, "别人已经改过权重" in stale.text) == (422, True)

    url = f"/growth/teams/prep_group/team?key={group.key}"
    assert "重新评定" not in office.get(url).text
    wrong = office.post_form(url, {"judged_points": "101", "comment": "协作好"})
    assert (wrong.status_code, "协作好" in wrong.text) == (422, True)
    assert db.session.query(TeamAppraisal).count() == 0
    assert office.post_form(url, {"judged_points": "90", "comment": "协作好"}).status_code == 303
    assert office.post_form(url, {"judged_points": "88", "comment": "协作好"}).status_code == 303
    (row,) = db.session.query(TeamAppraisal)
    assert (row.total, len(row.member_ids)) == (88.0, len(group.member_ids))
    assert "88</strong> 分（" in device("zhou").get("/growth").text
    assert "重新评定" not in device("principal").get(url).text
    assert _tap(device("principal"), url, "/growth/teams").status_code == 403


def test_before_the_first_term_a_page_says_so(app: Flask) -> None:
    office, leader = somebody("李主任", "office", Role.TEACHING_OFFICE), somebody("马组长", "ma", Role.PREP_LEADER)
    for page in ("/mentoring", "/mentoring/acceptances", "/research", "/growth/teams"):
        assert "录入学期" in signed_in(app, office).get(page).text
    answer = signed_in(app, leader).get("/research")
    assert (answer.status_code, "还没有学期" in answer.text, "录入学期</a>" in answer.text) == (200, True, False)
