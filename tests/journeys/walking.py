"""What every walk needs: a hand that counts, signing in, the calendar around the real day."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from school.calendar.rules import school_year_start
from school.clock import today
from school.home.navigation import SECTIONS

PASSWORD = "三个平常的词 sunshine"


@dataclass
class Hand:
    """A person's hand on a page: taps and fields touched, and pages seen, since `begin`."""

    page: Page
    taps: int = 0
    fields: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Count from here; the page in front of the person is the first."""
        self.taps, self.fields, self.pages = 0, [], [self.page.url]

    @property
    def interactions(self) -> int:
        """Taps and fields together."""
        return self.taps + len(self.fields)

    def tap(self, target: Locator) -> None:
        """Tap something that may lead to another page."""
        before = self.page.url
        target.click()
        self.page.wait_for_load_state()
        self.taps += 1
        if self.page.url != before:
            self.pages.append(self.page.url)

    def type(self, label: str, text: str) -> None:
        """Type into a field, key by key."""
        box = self.page.get_by_label(label, exact=True).locator("visible=true").first
        box.fill("")
        box.press_sequentially(text)
        self.fields.append(label)


def activate(page: Page, login: str, code: str) -> None:
    """First sign-in with the code of a printed slip."""
    page.goto("/activate")
    page.get_by_label("登录名（手机号或工号）").fill(login)
    page.get_by_label("一次性登录码").fill(code)
    page.get_by_label("设置密码（至少 8 位）").fill(PASSWORD)
    page.get_by_label("再输一遍密码").fill(PASSWORD)
    page.get_by_role("button", name="设置密码并登录").click()
    expect(page.get_by_text("密码已设好")).to_be_visible()


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Sign in on the sign-in page that is open, or open it."""
    if "登录" not in page.title():
        page.goto("/sign-in")
    page.get_by_label("登录名（手机号或工号）").fill(login)
    page.get_by_label("密码", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="登录", exact=True).click()
    page.wait_for_load_state()


def follow(page: Page, name: str) -> None:
    """Follow a link of the navigation, through its section where the page is in another."""
    links = page.get_by_role("navigation", name="主导航").get_by_role("link", name=name, exact=True)
    if not links.count():
        section = next(label for label, entries in SECTIONS if name in {entry.label for entry in entries})
        follow(page, section)
    links.last.click()
    page.wait_for_load_state()


@dataclass(frozen=True)
class RealDay:
    """The day on which the tests run: the server's clock is the real one, so the calendar is made to fit."""

    day: date

    @property
    def start_year(self) -> int:
        """The school year the day lies in."""
        return school_year_start(self.day)

    @property
    def starts_on(self) -> date:
        """First day of the term: a month ago, but within the school year."""
        return max(self.day - timedelta(days=30), date(self.start_year, 8, 1))

    @property
    def ends_on(self) -> date:
        """Last day of the term."""
        return min(self.day + timedelta(days=60), date(self.start_year + 1, 8, 31))

    @property
    def needs_makeup(self) -> bool:
        """Whether pupils would stay at home unless the school says otherwise."""
        return self.day.isoweekday() > 5 or (self.day.month, self.day.day) == (6, 1)


def real_day() -> RealDay:
    """Today."""
    return RealDay(today())
