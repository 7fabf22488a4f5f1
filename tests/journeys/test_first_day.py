"""The first day of a school: from an empty installation to the principal's Excel, in a real browser."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from school.accounts.commands import create_administrator
from tests.journeys.lists import CLASS, OTHER_CLASS, ROSTER, Family, assignments_file, family_of, teachers_file
from tests.journeys.walking import Hand, RealDay, activate, follow, real_day
from tests.support.browser import axe, fits
from tests.support.server import LiveServer

OpenPage = Callable[..., Page]
Codes = dict[str, tuple[str, str]]

OURS, THEIRS = "练习册第 32 页第 1 至 4 题", "口算训练第 12 页"


@pytest.mark.external
def test_from_an_empty_installation_to_the_principals_excel(live_server: LiveServer, open_page: OpenPage, tmp_path: Path) -> None:
    family, day = family_of(CLASS), real_day()
    admin = open_page(live_server, "desktop")
    _administrator_signs_in(live_server, admin)
    _enter_calendar(admin, day)
    _import_pupils(admin)
    _import_list(admin, "教师名单", teachers_file(tmp_path), "3")
    _import_list(admin, "任课安排", assignments_file(tmp_path), "6")  # four lessons, two homerooms
    staff = _printed_codes(admin, None)
    families = _printed_codes(admin, CLASS)
    _appoint_principal(admin)

    teacher = open_page(live_server, "phone")
    activate(teacher, *staff["斯琴高娃"])
    _file_homework(teacher)
    _file_elsewhere(teacher)

    homeroom = open_page(live_server, "phone")
    activate(homeroom, *staff["陈静"])
    public_url = _publish(homeroom)
    _read_and_print(open_page(live_server, "phone"), public_url, tmp_path)

    principal = open_page(live_server, "desktop")
    activate(principal, *staff["王建国"])
    _publish_other_class(principal)
    _read_report(principal, day)

    guardian = open_page(live_server, "phone")
    activate(guardian, *families[family.guardian])
    _read_own_child(guardian, family)


def _administrator_signs_in(server: LiveServer, page: Page) -> None:
    with server.app.app_context():
        login, code = create_administrator()
    activate(page, login, code)
    axe(page)


def _enter_calendar(page: Page, day: RealDay) -> None:
    follow(page, "校历")
    page.get_by_role("link", name="维护校历").click()
    axe(page)  # without a term or a day
    page.get_by_role("link", name="录入学期").click()
    page.get_by_label("学年", exact=True).select_option(str(day.start_year))
    page.get_by_label("第一天").fill(day.starts_on.isoformat())
    page.get_by_label("最后一天").fill(day.ends_on.isoformat())
    page.get_by_role("button", name="录入").click()
    expect(page.get_by_text("已录入", exact=False).first).to_be_visible()
    if day.needs_makeup:
        page.get_by_role("link", name="录入一天").click()
        page.get_by_label("日期", exact=True).fill(day.day.isoformat())
        page.get_by_label("这一天是").select_option(label="调休补班")
        page.get_by_label("名称").fill("补课日")
        page.get_by_label("上星期几的课").select_option(label="周三")
        page.get_by_role("button", name="录入").click()
        expect(page.get_by_text("已录入校历。")).to_be_visible()


def _import_pupils(page: Page) -> None:
    _upload(page, "学生名单", ROSTER)
    expect(_counted(page, "新增")).to_have_text("720")
    expect(_counted(page, "新建班级")).to_contain_text("24 个")
    page.get_by_text("已丢弃", exact=False).first.click()
    for title in ("身份证件号", "民族", "健康状况", "现住址"):
        expect(page.get_by_text(title, exact=False).locator("visible=true").first).to_be_visible()
    axe(page)
    fits(page)
    _apply(page, "学生名单")
    expect(_counted(page, "新增")).to_have_text("720")
    axe(page)


def _import_list(page: Page, kind: str, path: Path, added: str) -> None:
    _upload(page, kind, path)
    expect(_counted(page, "新增")).to_have_text(added)
    _apply(page, kind)


def _counted(page: Page, term: str) -> Locator:
    return page.locator(f"xpath=//dt[.='{term}']/following-sibling::dd[1]")


def _upload(page: Page, kind: str, path: Path) -> None:
    follow(page, "导入名单")
    page.get_by_label("名单种类").select_option(label=kind)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("还没有导入任何内容")).to_be_visible()


def _apply(page: Page, kind: str) -> None:
    page.get_by_role("button", name="确认导入").click()
    # A long list goes on aside; its page refreshes itself.
    expect(page.get_by_role("heading", name=f"{kind}已导入")).to_be_visible(timeout=60_000)


def _printed_codes(page: Page, class_name: str | None) -> Codes:
    """Give out the codes of a class's guardians (or of the teachers) and read them off the printed sheet, by name."""
    follow(page, "账号与职务")
    page.get_by_role("link", name="打印登录码").click()
    page.get_by_role("link", name=class_name or "教师登录码", exact=True).click()
    page.get_by_role("button", name="生成登录码").click()
    page.get_by_role("button", name="打印登录单").click()
    slips = page.locator("article.slip")
    expect(slips.first).to_be_visible()
    axe(page)
    fits(page)
    page.emulate_media(media="print")
    expect(slips.first.get_by_role("img")).to_be_visible()
    expect(page.get_by_role("navigation", name="主导航")).to_be_hidden()
    page.emulate_media(media="screen")
    return dict(_slip(slips.nth(n)) for n in range(slips.count()))


def _slip(slip: Locator) -> tuple[str, tuple[str, str]]:
    login, code = slip.locator(".slip-value").all_inner_texts()
    return slip.get_by_text("收", exact=False).first.inner_text().removesuffix(" 收"), (login, code)


def _appoint_principal(page: Page) -> None:
    follow(page, "账号与职务")
    page.get_by_label("姓名或登录名").fill("T03")  # the register has nine guardians of his name
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="王建国").click()
    page.get_by_label("职务", exact=True).select_option(label="校长")
    page.get_by_role("button", name="任命").click()
    expect(page.get_by_text("已任命王建国为校长")).to_be_visible()


def _file_homework(page: Page) -> None:
    """A subject teacher files one item: ≤ 20 s, ≤ 4 fields (best peer: 7 interactions on 3 pages)."""
    hand, begin = Hand(page), time.monotonic()
    hand.begin()
    hand.tap(page.get_by_role("link", name="去填报"))
    hand.tap(_card(page, CLASS).get_by_role("link", name="布置"))
    total = page.locator("[data-total-text]")
    hand.type("内容", OURS)
    hand.type("预计用时（分钟）", "75")
    expect(total).to_contain_text("多 15 分钟")
    axe(page)
    page.get_by_label("预计用时（分钟）", exact=True).fill("20")
    expect(total).to_contain_text("共 20 分钟")
    hand.tap(page.get_by_role("button", name="提交"))
    seconds = time.monotonic() - begin
    expect(page.get_by_text(f"{CLASS}的作业已提交。")).to_be_visible()
    print(f"filing: {hand.interactions} interactions, {len(hand.fields)} fields, {len(hand.pages)} pages, {seconds:.1f} s")
    assert (hand.interactions, len(hand.fields)) <= (5, 2)
    assert len(hand.pages) <= 4  # first page, the day, the form, the day again
    assert seconds < 20


def _file_elsewhere(page: Page) -> None:
    _card(page, OTHER_CLASS).get_by_role("link", name="布置").click()
    page.get_by_label("内容", exact=True).fill(THEIRS)
    page.get_by_label("预计用时（分钟）", exact=True).fill("10")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text(f"{OTHER_CLASS}的作业已提交。")).to_be_visible()


def _publish(page: Page) -> str:
    """The homeroom teacher says 「无」 for her own subject, looks at the board and publishes; answers the public address."""
    follow(page, "我的作业")
    _card(page, CLASS).get_by_role("button", name="今天无").click()
    follow(page, "首页")
    hand = Hand(page)
    hand.begin()
    hand.tap(page.get_by_role("link", name="打开统筹"))
    expect(page.get_by_text(OURS)).to_be_visible()
    expect(page.locator(".cap-meter").first).to_contain_text("20 / 60 分钟")
    axe(page)
    fits(page)
    _tap_publish(page, hand)
    assert hand.taps == 2  # open the board, publish
    axe(page)
    return page.get_by_role("link", name="查看公示页").get_attribute("href") or ""


def _tap_publish(page: Page, hand: Hand) -> None:
    if (reason := page.get_by_label("情况说明")).count():  # the tests run after the publishing time
        reason.fill("下午全校会议，放学后才统筹")
    hand.tap(page.get_by_role("button", name="公示 1 项"))
    expect(page.get_by_text("已公示，家长现在就能看到。")).to_be_visible()


def _publish_other_class(page: Page) -> None:
    """The principal is homeroom teacher too: a second class, which a family of the first must not see."""
    follow(page, "我的作业")
    _card(page, OTHER_CLASS).get_by_role("button", name="今天无").click()
    follow(page, "班级统筹")
    if not page.get_by_role("button", name="公示 1 项").count():
        page.locator("main").get_by_role("link", name=OTHER_CLASS).click()
    _tap_publish(page, Hand(page))


def _read_and_print(page: Page, public_url: str, folder: Path) -> None:
    page.goto(public_url)
    expect(page.get_by_role("link", name="登录", exact=True)).to_be_visible()
    expect(page.get_by_text(OURS)).to_be_visible()
    expect(page.get_by_text("斯琴高娃老师").or_(page.get_by_text("斯老师")).first).to_be_visible()
    expect(page.get_by_text(THEIRS)).to_have_count(0)
    axe(page)
    fits(page)
    page.get_by_role("link", name="打印公示本").click()
    axe(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("cell", name=OURS, exact=False).first).to_be_visible()
    for hidden in (page.get_by_role("navigation", name="主导航"), page.locator(".site-header"), page.locator(".site-footer")):
        expect(hidden).to_be_hidden()
    sheet = page.pdf(path=folder / "公示本.pdf")
    assert sheet.startswith(b"%PDF")
    assert len(sheet) > 5_000


def _read_report(page: Page, day: RealDay) -> None:
    follow(page, "合规报表")
    cell = page.locator("tr").filter(has=page.get_by_role("rowheader", name=CLASS, exact=True)).locator("a.heat-cell").last
    expect(cell).to_contain_text("20")
    axe(page)
    cell.click()
    row = page.locator("tr").filter(has_text=day.day.isoformat())
    expect(row).to_contain_text(CLASS)
    expect(row.get_by_role("cell", name="20", exact=True)).to_be_visible()
    page.get_by_role("link", name="看这一天的作业").click()
    expect(page.locator("tr").filter(has_text=day.day.isoformat())).to_contain_text("数学")
    axe(page)
    follow(page, "合规报表")
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载 Excel").click()
    assert saved.value.suggested_filename.endswith(".xlsx")
    sheet = load_workbook(io.BytesIO(Path(saved.value.path()).read_bytes()))["逐日明细"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == CLASS and str(row[1])[:10] == day.day.isoformat()]
    assert [row[4:6] for row in rows] == [(20, 60)]


def _read_own_child(page: Page, family: Family) -> None:
    follow(page, "孩子的作业")
    expect(page.get_by_role("heading", name=f"{family.child} · {CLASS}")).to_be_visible()
    expect(page.locator("main section.card")).to_have_count(1)
    expect(page.get_by_text(OURS, exact=False)).to_be_visible()
    expect(page.get_by_text(THEIRS, exact=False)).to_have_count(0)
    axe(page)
    fits(page)
    for path in ("/homework", "/reports/homework", "/people/classes"):
        assert page.goto(path).status == 403


def _card(page: Page, class_name: str) -> Locator:
    return page.locator("section.card").filter(has=page.get_by_role("heading", name=class_name, exact=False))
