"""Every page of the demo school that a person reaches by links, looked at on a phone and at a desk, and what pages weigh."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from school.demo.accounts import DEMO_PASSWORD, DEMO_ROLES
from tests.journeys.crawl import Crawl, Scales, look
from tests.journeys.walking import follow, sign_in
from tests.support.browser import Size, fits, picture
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
        page.goto("/")
        shown = {crawl.endpoint(urlsplit(link.get_attribute("href") or "").path) for link in page.locator(".site-nav a").all()}
        assert len(shown) >= 3
        assert shown <= reached, "an entry of this person's navigation was not walked"


PLANTED = {
    "button-name": "document.querySelector('main').append(document.createElement('button'))",
    "color-contrast": "document.querySelector('h1').style.color = '#ddd'",
    "px wide": "document.querySelector('h1').style.width = '3000px'",
    "too small": "document.querySelector('main .button').style.cssText = 'min-height: 30px; padding: 0'",
    "h1": "document.querySelector('h1').outerHTML += '<h1>又一个</h1>'",
}


def test_planted_faults_are_found(demo_server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(demo_server, "phone")
    for complaint, plant in PLANTED.items():
        page.goto("/")
        page.evaluate(plant)
        with pytest.raises(AssertionError, match=complaint):
            look(page)


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
    button = _filing_button(page)
    form = scales.weigh(lambda: _follow_quietly(button))
    print(f"sign-in: {first} bytes first; form: {form} bytes after")
    assert first <= FIRST_VISIT
    assert form <= NEXT_VISIT


def _follow_quietly(link: Locator) -> None:
    link.click()
    link.page.wait_for_load_state("networkidle")


def _filing_button(page: Page) -> Locator:
    """The way from a teacher's day to the form for 三年级2班."""
    follow(page, "我的作业")
    card = page.locator("section.card").filter(has=page.get_by_role("heading", name="三年级2班"))
    button = card.get_by_role("link", name="布置")
    if not button.count():
        pytest.skip("in the holidays nobody files homework")
    return button


def test_pictures_for_the_readme(demo_server: LiveServer, open_page: OpenPage) -> None:
    """Pictures of this very product when SCREENSHOTS names a folder; in any case these pages show what they promise."""
    phone = open_page(demo_server, "phone")
    phone.goto("/public/homework?class=三年级4班")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("三年级4班")
    picture(phone, "public-log-phone")
    book = open_page(demo_server, "desktop")
    book.goto("/public/homework/book?class=三年级4班")
    look(book)
    book.emulate_media(media="print")
    book.set_viewport_size({"width": 1047, "height": 720})  # A4, lying, within its margins
    fits(book)
    expect(book.get_by_role("navigation", name="主导航")).to_be_hidden()
    picture(book, "book-print")

    homeroom = open_page(demo_server, "desktop")
    sign_in(homeroom, "homeroom", DEMO_PASSWORD)
    follow(homeroom, "班级统筹")
    look(homeroom)
    picture(homeroom, "board-desktop")

    principal = open_page(demo_server, "desktop")
    sign_in(principal, "principal", DEMO_PASSWORD)
    follow(principal, "合规报表")
    expect(principal.get_by_role("heading", name="作业合规报表")).to_be_visible()
    picture(principal, "report-desktop")

    teacher = open_page(demo_server, "phone")
    sign_in(teacher, "teacher", DEMO_PASSWORD)
    _filing_button(teacher).click()
    teacher.get_by_label("内容", exact=True).fill("练习册第 32 页第 1 至 4 题")
    teacher.get_by_label("预计用时（分钟）", exact=True).fill("20")
    expect(teacher.locator("[data-total-text]")).to_be_visible()
    picture(teacher, "file-item-phone")
