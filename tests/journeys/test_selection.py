"""A whole selection in a real browser: the office at a desk, two siblings' guardian on a phone, from the setup to the slip."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from school.clock import now
from school.courses.enums import Phase
from school.courses.queries.check import snapshots
from school.courses.rules.checking import findings_of
from tests.accounts.cast import PASSWORD
from tests.journeys.selection_school import HOMEROOM, LI, OFFICE, SUN, TEACHER, SelectionSchool, arrange
from tests.journeys.walking import Hand, follow, sign_in
from tests.support.browser import axe, fits, picture
from tests.support.server import LiveServer

OpenPage = Callable[..., Page]


def test_a_selection_for_two_siblings_on_a_phone(live_server: LiveServer, open_page: OpenPage) -> None:
    school = arrange(live_server)
    office, sun, li = open_page(live_server, "desktop"), open_page(live_server, "phone"), open_page(live_server, "phone")
    sign_in(office, OFFICE, PASSWORD)
    sign_in(sun, SUN, PASSWORD)
    sign_in(li, LI, PASSWORD)

    _set_up_and_announce(office)
    school.move(Phase.WISH, opens_in=-1, closes_in=60)
    _agree_and_wish(sun)
    _other_family_wishes(li)

    school.move(Phase.WISH, opens_in=-60, closes_in=-1)
    _draw(office)
    _read_the_result(sun)

    school.move(Phase.OPEN, opens_in=-1, closes_in=60)
    _take_and_wait_with_a_swap(sun)
    _leave_both(li)
    _see_the_swap(sun)
    _hand_out_slips(open_page(live_server, "phone"), school)
    _read_own_course(open_page(live_server, "phone"))
    with live_server.app.app_context():
        assert [finding for one in snapshots() for finding in findings_of(one)] == []


def _set_up_and_announce(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    follow(page, "组织选课")
    look(page)
    moments = {"填志愿开始": 1, "填志愿截止": 2, "补选开始": 4, "补选结束": 6}
    for label, days in moments.items():
        page.get_by_label(label, exact=True).first.fill(f"{now() + timedelta(days=days):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="建立本学期的选课").click()
    expect(page.get_by_text("选课设置已保存")).to_be_visible()
    look(page)
    page.get_by_role("button", name="公布选课安排").click()
    expect(page.get_by_text("已公布。家长现在就能看到课程、时间和规则。")).to_be_visible()
    look(page)


def _agree_and_wish(page: Page) -> None:
    follow(page, "为孩子选课")
    look(page, "selection-children")
    for child in ("小红", "小明"):
        page.get_by_role("link", name=f"给{child}选课").click()
        look(page)
        page.get_by_label("我是孩子的监护人，已经阅读并同意。").check()
        page.get_by_role("button", name="同意，开始选课").click()
        expect(page.get_by_text(f"已记录您对{child}选课的同意")).to_be_visible()
        page.get_by_role("link", name="所有孩子").click()
    page.get_by_role("link", name="给小明选课").click()
    hand = Hand(page)
    hand.begin()
    hand.tap(button(page, "加入志愿", "足球"))
    expect(page.get_by_text("“足球”已填为小明的第 1 志愿：周三 16:00—17:30，活动室C02，王老师。")).to_be_visible()
    assert hand.taps == 1
    hand.tap(button(page, "加入志愿", "剪纸"))
    hand.tap(button(page, "上移", "剪纸"))
    expect(page.get_by_text("“剪纸”现在是小明的第 1 志愿")).to_be_visible()
    hand.tap(button(page, "和小红都上或都不上", "剪纸"))
    expect(page.get_by_text("小明和小红要么都上，要么都不上")).to_be_visible()
    assert hand.taps == 4  # two courses in their order, one of them with a sibling: two taps a course
    look(page, "selection-wishes")
    page.get_by_role("link", name="去给小红选课").click()
    expect(page.get_by_text("和小明都上，或都不上")).to_be_visible()
    look(page)


def _other_family_wishes(page: Page) -> None:
    follow(page, "为孩子选课")
    page.get_by_role("link", name="给小刚选课").click()
    page.get_by_label("我是孩子的监护人，已经阅读并同意。").check()
    page.get_by_role("button", name="同意，开始选课").click()
    for course in ("足球", "国际象棋"):
        button(page, "加入志愿", course).click()
        expect(page.get_by_text(f"“{course}”已填为小刚的")).to_be_visible()


def _draw(page: Page) -> None:
    follow(page, "组织选课")
    page.get_by_role("button", name="冻结志愿名单").click()
    expect(page.get_by_text("志愿名单已冻结，校验值已公开。")).to_be_visible()
    look(page)
    page.get_by_role("link", name="预演并公布摇号结果").click()
    page.get_by_role("button", name="开始预演").click()
    _wait_for(page, page.get_by_role("link", name="用逐轮摇号公布"))
    look(page)
    page.get_by_role("link", name="用逐轮摇号公布").click()
    look(page)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="用真种子摇号并公布").click()
    _wait_for(page, page.get_by_text("已公布").first)
    page.get_by_role("link", name="摇号公示页").click()
    expect(page.get_by_text("已重新计算：一致。")).to_be_visible()
    look(page)


def _read_the_result(page: Page) -> None:
    follow(page, "为孩子选课")
    look(page)
    page.get_by_role("link", name="看小明的课程").click()
    expect(page.get_by_role("heading", name=re.compile("剪纸.*录取"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("足球.*候补第 1 位"))).to_be_visible()
    look(page, "selection-result")
    number = re.search(r"报名编号 (\d{8})", page.locator("main").inner_text())
    assert number is not None
    page.get_by_role("link", name="在公开的摇号页面按编号核对").click()
    assert number[1] in page.locator("main").inner_text()
    assert "小明" not in page.locator("main").inner_text()
    look(page)


def _take_and_wait_with_a_swap(page: Page) -> None:
    follow(page, "为孩子选课")
    page.get_by_role("link", name="给小红选课").click()
    hand = Hand(page)
    hand.begin()
    hand.tap(button(page, "报名", "合唱"))
    expect(page.get_by_text("小红选上了“合唱”：周四 16:00—17:30，活动室C03，王老师。还剩 0 个名额。")).to_be_visible()
    assert hand.taps == 1
    look(page, "selection-open")
    hand.begin()
    page.get_by_role("link", name=named("候补转课…", "国际象棋")).click()
    look(page)
    hand.tap(page.get_by_role("button", name="候补“国际象棋”"))
    expect(page.get_by_text("小红在“国际象棋”（周四 16:00—17:30）的候补名单上排第 1 位")).to_be_visible()
    expect(page.get_by_text("轮到时转出“合唱”。")).to_be_visible()
    assert hand.taps + 1 <= 3
    look(page, "selection-waiting")


def _leave_both(page: Page) -> None:
    for course in ("国际象棋", "足球"):
        follow(page, "为孩子选课")
        page.get_by_role("link", name="给小刚选课").click()
        page.get_by_role("link", name=named("退课…", course)).click()
        expect(page.get_by_text("名额马上让给候补的孩子（现有 1 人候补）")).to_be_visible()
        look(page)
        page.get_by_role("button", name="确认退课").click()
        expect(page.get_by_text(f"小刚已经退出“{course}”")).to_be_visible()


def _see_the_swap(page: Page) -> None:
    follow(page, "为孩子选课")
    expect(page.get_by_text(re.compile("已选上：剪纸（周二 16:00—17:30）、国际象棋（周四 16:00—17:30）"))).to_be_visible()
    expect(page.get_by_text(re.compile("已选上：剪纸（周二 16:00—17:30）、足球（周三 16:00—17:30）"))).to_be_visible()
    page.get_by_role("link", name="给小红选课").click()
    page.get_by_role("link", name="办理经过").click()
    expect(page.get_by_text("候补递补成功“国际象棋”。")).to_be_visible()
    expect(page.get_by_text("选上别的课程，同时退出了“合唱”。")).to_be_visible()
    look(page)


def _hand_out_slips(page: Page, school: SelectionSchool) -> None:
    sign_in(page, HOMEROOM, PASSWORD)
    follow(page, "选课结果")
    look(page)
    page.get_by_role("link", name="一年级1班").click()
    look(page)
    page.get_by_role("link", name="每人一张小条").click()
    slip = page.locator("article").filter(has_text="小红")
    for words in ("剪纸", "周二 16:00—17:30", "国际象棋", "周四 16:00—17:30", "活动室C04，王老师"):
        expect(slip).to_contain_text(words)
    look(page, "selection-slips")
    assert page.url.endswith(f"/courses/results/{school.first_class_id}/slips")


def _read_own_course(page: Page) -> None:
    sign_in(page, TEACHER, PASSWORD)
    follow(page, "我的课程")
    look(page)
    page.get_by_role("link", name=named("学生名单", "", "：剪纸")).click()
    for name in ("小明", "小红"):
        expect(page.get_by_role("rowheader", name=name)).to_be_visible()
    look(page)


def look(page: Page, name: str = "") -> None:
    """A stop of the walk: nothing that axe complains of, nothing wider than the screen; with a name, a picture."""
    axe(page)
    fits(page)
    if name:
        picture(page, name)


def named(label: str, course: str, ending: str = "") -> re.Pattern[str]:
    """The name of a link or button about a course, as it is read to those who do not see the card."""
    return re.compile(rf"^{label}\s*{ending or f'“{course}”'}$")


def button(page: Page, label: str, course: str) -> Locator:
    """The button of a course."""
    return page.get_by_role("button", name=named(label, course))


def _wait_for(page: Page, sign: Locator) -> None:
    """Reload a page that computes until it shows what it found."""
    for _ in range(60):
        if sign.is_visible():
            return
        time.sleep(0.5)
        page.reload()
    raise AssertionError(f"{page.url} never showed it:\n{page.locator('main').inner_text()}")
