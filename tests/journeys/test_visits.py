"""A home visit in a real browser: planned and written down by the homeroom teacher on a phone, opened by the office at a desk."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from school.db import db
from school.parentschool.models import HomeVisit, PlannedVisit, VisitLook
from tests.accounts.cast import PASSWORD
from tests.journeys.crawl import look
from tests.journeys.families_school import CHILDREN, HOMEROOM, MORAL, arrange
from tests.journeys.test_triad import go, prints_on_one_sheet
from tests.journeys.walking import Hand, follow, sign_in
from tests.support.server import LiveServer

OpenPage = Callable[..., Page]
CHILD = CHILDREN[0]
AT_HOME = "自己整理书包，九点半睡觉"
OPEN = "查看记录（会留下查看痕迹）"


def test_a_home_visit_from_the_plan_to_the_follow_up(live_server: LiveServer, open_page: OpenPage) -> None:
    arrange(live_server)
    teacher, office = open_page(live_server, "phone"), open_page(live_server, "desktop")
    sign_in(teacher, HOMEROOM, PASSWORD)
    sign_in(office, MORAL, PASSWORD)

    _plan(teacher)
    _write_down(teacher)
    _open(office)
    _add_a_follow_up(office)
    _print(office)
    _finish(teacher)
    with live_server.app.app_context():
        visit = db.session.query(HomeVisit).one()
        assert (visit.at_home, visit.follow_ups[0].result) == (AT_HOME, "家长满意")
        assert db.session.query(PlannedVisit).filter_by(held_as_id=visit.id).one().state.value == "held"
        assert [one.user.display_name for one in db.session.query(VisitLook).order_by(VisitLook.id)] == ["韩主任", "乌云老师"]


def _plan(page: Page) -> None:
    follow(page, "家访")
    look(page)
    go(page.get_by_role("link", name="三年级1班"))
    look(page)
    page.get_by_label("学生", exact=True).select_option(label="还没家访的")
    go(page.get_by_role("button", name="查看"))
    go(page.get_by_role("link", name="勾选全部还没排计划的"))
    assert page.get_by_role("checkbox", checked=True).count() == len(CHILDREN)
    page.get_by_label("计划日期").fill(page.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})"))
    go(page.get_by_role("button", name="排进计划"))
    expect(page.get_by_text(f"已为 {len(CHILDREN)} 名学生排好家访计划。")).to_be_visible()
    look(page)


def _write_down(page: Page) -> None:
    """A record without the follow-up is fifteen interactions or fewer: what one writes at a bus stop."""
    hand = Hand(page)
    go(page.get_by_role("link", name=re.compile(f"登记家访.*{CHILD}")))
    look(page)
    hand.begin()
    hand.tap(page.get_by_text("上门", exact=True))
    page.get_by_label("开始时间").fill("00:00")
    hand.fields.append("开始时间")
    hand.type("用时（分钟）", "30")
    expect(page.get_by_label("乌云老师")).to_be_checked()
    hand.type("见到了谁", "母亲和孩子")
    hand.type("家访目的", "了解居家学习习惯")
    hand.type("在家情况", f"{AT_HOME}，住5号楼")
    go(page.get_by_role("button", name="保存"))
    expect(page.get_by_text("像住址").first).to_be_visible()
    look(page)
    hand.type("在家情况", AT_HOME)
    hand.tap(page.get_by_role("button", name="保存"))
    expect(page.get_by_text(f"已登记{CHILD}的家访。")).to_be_visible()
    assert hand.interactions <= 15
    assert AT_HOME not in page.content()


def _open(page: Page) -> None:
    follow(page, "家访")
    look(page)
    go(page.get_by_role("link", name="三年级1班"))
    go(page.locator("tr").filter(has_text=CHILD).get_by_role("link", name="上门"))
    look(page)
    assert AT_HOME not in page.content()
    go(page.get_by_role("button", name=OPEN))
    expect(page.get_by_text(AT_HOME)).to_be_visible()
    expect(page.get_by_text("韩主任").last).to_be_visible()
    look(page)


def _add_a_follow_up(page: Page) -> None:
    go(page.get_by_role("link", name="加一项跟进"))
    look(page)
    page.get_by_label("要跟进什么").fill("两周后回访")
    page.get_by_label("负责人").select_option(label="乌云老师")
    go(page.get_by_role("button", name="保存"))
    expect(page.get_by_text("已安排跟进。")).to_be_visible()
    look(page)
    go(page.get_by_role("link", name=re.compile("调整.*两周后回访")))
    look(page)
    page.go_back()


def _print(page: Page) -> None:
    go(page.get_by_role("link", name="打印", exact=True))
    look(page)
    prints_on_one_sheet(page)


def _finish(page: Page) -> None:
    """The owner looks first, and then says what came of it."""
    follow(page, "家访")
    expect(page.get_by_text("我要跟进的")).to_be_visible()
    assert "两周后回访" not in page.content()
    go(page.get_by_role("link", name=CHILD))
    go(page.get_by_role("button", name=OPEN))
    go(page.get_by_role("link", name=re.compile("完成.*两周后回访")))
    look(page)
    page.get_by_label("结果").fill("家长满意")
    go(page.get_by_role("button", name="完成"))
    expect(page.get_by_text("已完成这项跟进。")).to_be_visible()
    look(page)
    go(page.get_by_role("link", name="修改", exact=True))
    look(page)
