"""Every page of the demo school that a person reaches by links, looked at on a phone and at a desk, and what pages weigh."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from school.demo.accounts import DEMO_PASSWORD, DEMO_ROLES
from school.home.navigation import ENTRIES
from tests.journeys.crawl import Crawl, Scales, look
from tests.journeys.walking import follow, sign_in
from tests.support.browser import Size, picture
from tests.support.server import LiveServer

OpenPage = Callable[..., Page]

ANONYMOUS = "anonymous"
VISITORS = (*DEMO_ROLES, ANONYMOUS)
FIRST_VISIT, NEXT_VISIT = 100 * 1024, 20 * 1024  # bytes


@pytest.fixture(scope="session")
def crawl(demo_server: LiveServer) -> Crawl:
    """What was looked at so far."""
    return Crawl(demo_server.app)


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_in_reach_is_in_order(crawl: Crawl, demo_server: LiveServer, open_page: OpenPage, visitor: str) -> None:
    phone, desktop = open_page(demo_server, "phone"), open_page(demo_server, "desktop")
    if visitor != ANONYMOUS:
        sign_in(phone, visitor, DEMO_PASSWORD)
        desktop.context.add_cookies(phone.context.cookies())
    sizes: tuple[tuple[Page, Size], ...] = ((phone, "phone"), (desktop, "desktop"))
    for page, size in sizes:
        reached = set(crawl.walk(page, size))
        shown = {entry.endpoint for entry in ENTRIES if not entry.permissions}
        assert shown <= reached


def test_the_navigation_was_walked_in_full(crawl: Crawl) -> None:
    """Runs after the walks above and says which entry of the navigation nobody reached."""
    if not crawl.seen:
        pytest.skip("no walk went before")
    print("looked at:", *sorted({endpoint for endpoint, _size in crawl.seen}))
    walked = {endpoint for endpoint, _size in crawl.seen}
    assert {entry.endpoint for entry in ENTRIES} - walked - {"homework.boards"} == set()


def test_the_public_log_is_light(demo_server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(demo_server, "phone")
    scales = Scales(page)
    first = scales.weigh(lambda: page.goto("/public/homework", wait_until="networkidle"))
    one_class = scales.weigh(lambda: page.goto("/public/homework?class=三年级2班", wait_until="networkidle"))
    print(f"public log: {first} bytes first, {one_class} bytes for a class after")
    assert 5_000 < first <= FIRST_VISIT
    assert 1_000 < one_class <= NEXT_VISIT
    again = scales.weigh(lambda: page.goto("/public/homework?class=三年级2班", wait_until="networkidle"))
    assert again <= one_class


def test_the_teachers_form_is_light(demo_server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(demo_server, "phone")
    scales = Scales(page)
    first = scales.weigh(lambda: page.goto("/sign-in", wait_until="networkidle"))
    sign_in(page, "teacher", DEMO_PASSWORD)
    follow(page, "我的作业")
    form = scales.weigh(lambda: _open_form(page))
    print(f"sign-in: {first} bytes first; form: {form} bytes after")
    assert first <= FIRST_VISIT
    assert form <= NEXT_VISIT


def _open_form(page: Page) -> None:
    page.get_by_role("link", name="布置").first.click()
    page.wait_for_load_state("networkidle")


def test_pictures_for_the_readme(demo_server: LiveServer, open_page: OpenPage) -> None:
    """Pictures of this very product when SCREENSHOTS names a folder; in any case these pages show what they promise."""
    phone = open_page(demo_server, "phone")
    phone.goto("/public/homework?class=三年级4班")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("三年级4班")
    picture(phone, "public-log-phone")
    phone.get_by_role("link", name="打印公示本").click()
    phone.emulate_media(media="print")
    phone.set_viewport_size({"width": 1123, "height": 794})  # A4, lying
    expect(phone.get_by_role("table")).to_be_visible()
    picture(phone, "book-print")

    teacher = open_page(demo_server, "phone")
    sign_in(teacher, "teacher", DEMO_PASSWORD)
    follow(teacher, "我的作业")
    teacher.get_by_role("link", name="布置").first.click()
    teacher.get_by_label("内容", exact=True).fill("练习册第 32 页第 1 至 4 题")
    teacher.get_by_label("预计用时（分钟）", exact=True).fill("20")
    expect(teacher.locator("[data-total-text]")).to_be_visible()
    picture(teacher, "file-item-phone")

    homeroom = open_page(demo_server, "desktop")
    sign_in(homeroom, "homeroom", DEMO_PASSWORD)
    follow(homeroom, "班级统筹")
    look(homeroom)
    picture(homeroom, "board-desktop")

    principal = open_page(demo_server, "desktop")
    sign_in(principal, "principal", DEMO_PASSWORD)
    follow(principal, "合规报表")
    expect(principal.locator("table.heat")).to_be_visible()
    picture(principal, "report-desktop")
