"""A session of parent school in a real browser, from the plan to the certificate: a full house, a waiting family, walk-ins.

Two chairs and six families on phones: 小安 and 小白 have the chairs, 小陈 and 小丁 wait. 小白 leaves, so 小陈 moves up. At the
door 小安, 小陈 and 小冯 scan; 小冯 had not signed up and has to sign in first. 小额 scans a code of an hour ago and is noted
at the desk; 小丁 waits still and comes all the same.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from school.clock import today
from school.db import db
from school.parentschool.enums import SignUpState
from school.parentschool.models import FamilyPresence, ParentCertificate, SessionFeedback, SignUp
from tests.accounts.cast import PASSWORD
from tests.journeys.families_school import CHILDREN, FAMILIES, HOMEROOM, MORAL, FamiliesSchool, arrange
from tests.journeys.test_triad import go, look, prints_on_one_sheet
from tests.journeys.walking import Hand, follow, sign_in
from tests.support.server import LiveServer

OpenPage = Callable[..., Page]
TOPIC = "怎样陪孩子写作业"
AN, BAI, CHEN, DING, E, FENG = CHILDREN


def test_a_session_from_the_plan_to_the_certificate(live_server: LiveServer, open_page: OpenPage) -> None:
    school = arrange(live_server)
    office, teacher = open_page(live_server, "desktop"), open_page(live_server, "phone")
    phones = {child: open_page(live_server, "phone") for child in CHILDREN}
    logins = dict(zip(CHILDREN, FAMILIES, strict=True))
    sign_in(office, MORAL, PASSWORD)
    sign_in(teacher, HOMEROOM, PASSWORD)
    for child in (AN, BAI, CHEN, DING, E):
        sign_in(phones[child], logins[child], PASSWORD)

    _plan(office)
    _announce(office)
    _sign_up(phones[AN], f"报名成功：“{TOPIC}”")
    _sign_up(phones[BAI], f"报名成功：“{TOPIC}”")
    _wait(phones[CHEN], 1)
    _wait(phones[DING], 2)
    _leave(phones[BAI])
    _read_of_the_chair(phones[CHEN])
    assert _states(live_server) == {AN: "seated", BAI: "withdrawn", CHEN: "seated", DING: "waiting"}

    school.let_the_evening_come()
    _open_the_door(office)
    _arrive(phones[AN], school)
    _arrive(phones[CHEN], school)
    _sign_in_at_the_door(phones[FENG], logins[FENG], school)
    _come_with_an_old_code(phones[E], school)
    _note_at_the_desk(teacher)
    with live_server.app.app_context():
        came = {one.pupil.name: one.sign_up_id is not None for one in db.session.query(FamilyPresence)}
        assert came == {AN: True, CHEN: True, DING: True, E: False, FENG: False}

    school.let_the_evening_end()
    _settle(office)
    for number, child in enumerate((AN, CHEN, DING, E), start=2):
        _answer(phones[child], stars=number)
    _read_answers(office, is_shown=False)
    _answer(phones[FENG], stars=5, text="例子就是我家的事。")
    _read_answers(office, is_shown=True)
    _see_that_one_must_have_come(phones[BAI])
    _take_the_certificate(phones[AN])
    _read_the_report(office)
    with live_server.app.app_context():
        assert db.session.query(ParentCertificate).one().guardian.name == f"{AN}妈妈"
        assert db.session.query(SessionFeedback).count() == 5


def _states(server: LiveServer) -> dict[str, str]:
    with server.app.app_context():
        found = {one.pupil.name: SignUpState(one.state).value for one in db.session.query(SignUp).order_by(SignUp.id)}
        db.session.remove()
    return found


def _plan(page: Page) -> None:
    look(page)
    follow(page, "家长学校计划")
    expect(page.get_by_text("规定每学期至少 2 次（PE-01）").first).to_be_visible()
    look(page)
    go(page.get_by_role("link", name="添加活动"))
    look(page)
    page.get_by_label("主题").fill(TOPIC)
    page.get_by_label("类型").select_option(label="家庭教育培训")
    go(page.get_by_role("button", name="保存"))
    expect(page.get_by_role("link", name=TOPIC, exact=True)).to_be_visible()
    look(page, "parent-school-plan")


def _announce(page: Page) -> None:
    go(page.get_by_role("link", name=re.compile("^建场次")))
    look(page)
    page.get_by_label("内容介绍").fill("三个在家就能用的办法。")
    page.get_by_label("嘉宾").fill("王医生")
    tomorrow = today() + timedelta(days=1)
    page.get_by_label("日期").fill(tomorrow.isoformat())
    page.get_by_label("开始", exact=True).fill("19:00")
    page.get_by_label("结束", exact=True).fill("20:30")
    page.get_by_label("地点").fill("多功能厅")
    page.get_by_label(re.compile("^座位")).fill("2")
    page.get_by_label("报名开始").fill(f"{today().isoformat()}T00:00")
    page.get_by_label("报名截止").fill(f"{tomorrow.isoformat()}T12:00")
    go(page.get_by_role("button", name="保存"))
    look(page)
    page.once("dialog", lambda dialog: dialog.accept())
    go(page.get_by_role("button", name="发布"))
    expect(page.get_by_text("已发布").first).to_be_visible()
    look(page, "parent-school-session")


def _sign_up(page: Page, answer: str) -> None:
    hand = Hand(page)
    page.goto("/")
    hand.begin()
    hand.tap(page.get_by_role("link", name="看活动"))
    look(page)
    hand.tap(page.get_by_role("button", name="报名", exact=True))
    expect(page.get_by_text(answer)).to_be_visible()
    assert hand.interactions == 2
    look(page, "parent-school-signed-up")
    expect(page.get_by_role("link", name="加入手机日历")).to_be_visible()


def _wait(page: Page, position: int) -> None:
    follow(page, "家长学校")
    look(page)
    go(page.get_by_role("link", name=re.compile(f"{TOPIC}|排候补")).first)
    go(page.get_by_role("button", name="排候补"))
    expect(page.get_by_text(f"已排上候补第 {position} 位")).to_be_visible()
    look(page, "parent-school-waiting")


def _leave(page: Page) -> None:
    follow(page, "家长学校")
    go(page.get_by_role("link", name=re.compile(TOPIC)).first)
    go(page.get_by_role("link", name=re.compile("^退出报名")))
    look(page)
    go(page.locator("main").get_by_role("button", name="退出报名"))
    expect(page.get_by_text("已退出：")).to_be_visible()
    look(page)


def _read_of_the_chair(page: Page) -> None:
    page.goto("/")
    follow(page, "通知")
    expect(page.get_by_text(TOPIC).first).to_be_visible()
    look(page)
    follow(page, "家长学校")
    expect(page.get_by_text("已报名").first).to_be_visible()
    look(page)


def _open_the_door(page: Page) -> None:
    follow(page, "签到")
    look(page)
    go(page.get_by_role("link", name=re.compile("^门口的签到码")))
    expect(page.get_by_role("img", name="签到二维码，每分钟更换")).to_be_visible()
    look(page, "parent-school-door")


def _arrive(page: Page, school: FamiliesSchool) -> None:
    page.goto(school.scanned())
    look(page)
    go(page.get_by_role("button", name="我到了"))
    expect(page.get_by_text("您家已签到")).to_be_visible()
    look(page)


def _sign_in_at_the_door(page: Page, login: str, school: FamiliesSchool) -> None:
    page.goto(school.scanned())
    expect(page).to_have_title(re.compile("登录"))
    sign_in(page, login, PASSWORD)
    look(page, "parent-school-arrive")
    go(page.get_by_role("button", name="我到了"))
    expect(page.get_by_text("您家已签到")).to_be_visible()


def _come_with_an_old_code(page: Page, school: FamiliesSchool) -> None:
    page.goto(school.scanned(ago=timedelta(hours=1)))
    expect(page.get_by_role("heading", name="还没有签到")).to_be_visible()
    expect(page.get_by_role("button", name="我到了")).to_have_count(0)
    look(page)


def _note_at_the_desk(page: Page) -> None:
    """The homeroom teacher notes 小额, who had not signed up, and ticks 小丁, who still waits."""
    page.goto("/")
    look(page)
    go(page.get_by_role("link", name="打开名单"))
    look(page, "parent-school-list")
    go(page.get_by_role("link", name="补登未报名的家庭"))
    look(page)
    comers = page.get_by_label("孩子和家长")
    comers.select_option(comers.locator("option", has_text=E).get_attribute("value"))
    go(page.get_by_role("button", name="登记到场"))
    expect(page.get_by_text("未报名到场").first).to_be_visible()
    page.get_by_label(re.compile(f"{DING}家，")).check()
    go(page.get_by_role("button", name="登记勾选的家庭"))
    expect(page.get_by_text("候补到场")).to_be_visible()
    expect(page.get_by_text("已到（5 家）")).to_be_visible()
    look(page)


def _settle(page: Page) -> None:
    page.goto("/")
    follow(page, "签到")
    go(page.get_by_role("link", name=re.compile("^签到名单")))
    page.once("dialog", lambda dialog: dialog.accept())
    go(page.get_by_role("button", name="结束签到登记"))
    expect(page.get_by_text("签到登记已结束，可以看")).to_be_visible()
    look(page)


def _answer(page: Page, stars: int, text: str = "") -> None:
    page.goto("/")
    follow(page, "家长学校")
    go(page.get_by_role("link", name=re.compile("^填写反馈")))
    page.get_by_role("radio", name=re.compile(f"{stars} 星")).check()
    page.get_by_label("想说的话（选填）").fill(text)
    look(page, "parent-school-feedback" if text else "")
    go(page.get_by_role("button", name="提交反馈"))
    expect(page.get_by_text("谢谢您的反馈。学校看不到是谁写的。")).to_be_visible()


def _read_answers(page: Page, *, is_shown: bool) -> None:
    follow(page, "家长反馈")
    go(page.get_by_role("link", name=TOPIC))
    expect(page.get_by_text("3.8")).to_have_count(1 if is_shown else 0)
    expect(page.get_by_text("例子就是我家的事。")).to_have_count(1 if is_shown else 0)
    look(page, "parent-school-answers" if is_shown else "")


def _see_that_one_must_have_come(page: Page) -> None:
    page.goto("/")
    follow(page, "家长学校")
    expect(page.get_by_role("link", name=re.compile("填写反馈"))).to_have_count(0)
    look(page)


def _take_the_certificate(page: Page) -> None:
    page.goto("/families/learning")
    look(page)
    go(page.get_by_role("button", name="领证书"))
    certificate = page.get_by_role("article")
    for words in (f"{AN}妈妈", "1 次", "1.5 小时", "JZ-"):
        expect(certificate).to_contain_text(words)
    look(page, "parent-school-certificate")
    prints_on_one_sheet(page)


def _read_the_report(page: Page) -> None:
    follow(page, "家校共育报表")
    expect(page.get_by_text("1 次")).to_be_visible()
    expect(page.get_by_role("cell", name="100%").first).to_be_visible()
    look(page, "families-report")
