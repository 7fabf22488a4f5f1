"""A real browser: which one, its two sizes, what counts as a fault of a page, accessibility, pictures."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

Size = Literal["phone", "desktop"]

SIZES: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
PLACES = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
        r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
        r"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe",
    ),
}
ARGUMENTS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# axe's own rules, and WCAG 2.2's size of targets, which axe leaves off unless asked.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def find_browser() -> str | None:
    """Path of an installed Chromium, Chrome or Edge; CHROMIUM in the environment goes first."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in NAMES)
    places = (os.path.expandvars(place) for place in PLACES.get(sys.platform, ()))
    return named or next((path for path in (*found, *places) if path and Path(path).exists()), None)


@contextmanager
def launched(executable: str) -> Iterator[Browser]:
    """The browser, without a window."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = [*ARGUMENTS, "--no-sandbox"] if is_root else ARGUMENTS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


class Faults:
    """What went wrong in pages: errors in the console (the policy's among them), missing files, foreign addresses."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def watch(self, page: Page, base_url: str) -> None:
        """Listen to a page of the server at `base_url`."""
        home = urlsplit(base_url).netloc

        def on_request(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != home:
                self.found.append(f"{page.url} fetches from outside: {request.url}")

        def on_response(response: Response) -> None:
            # A page may be refused (404, 422); a file or script call it needs may not, and nothing may crash.
            is_page = response.request.resource_type == "document"
            if response.status >= 500 or (response.status >= 400 and not is_page):
                self.found.append(f"{response.request.method} {response.url} answered {response.status} (on {page.url})")

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error" and not message.text.startswith("Failed to load resource"):
                self.found.append(f"console on {page.url}: {message.text}")

        page.on("request", on_request)
        page.on("response", on_response)
        page.on("console", on_console)
        page.on("pageerror", lambda error: self.found.append(f"script error on {page.url}: {error}"))


def open_context_page(browser: Browser, size: Size, base_url: str, faults: Faults, *, has_scripts: bool = True) -> Page:
    """A page of somebody's own: cookies are shared with no other; the context's popups are watched too."""
    context = browser.new_context(
        **SIZES[size], base_url=base_url, locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=has_scripts
    )
    context.set_default_timeout(15_000)
    context.on("page", lambda page: faults.watch(page, base_url))
    return context.new_page()


def axe(page: Page) -> None:
    """Fail when axe finds a single violation on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    lines = []
    for violation in violations:
        lines.append(f"  {violation['id']} ({violation['impact']}): {violation['help']}")
        lines += [f"    {' '.join(map(str, node['target']))}: {node['html'][:160]}" for node in violation["nodes"][:5]]
    assert not violations, f"axe on {page.url} at {page.viewport_size}:\n" + "\n".join(lines)


def fits(page: Page) -> None:
    """Fail when the page scrolls sideways."""
    wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room, f"{page.url} is {wide} px wide where there are {room}"


def picture(page: Page, name: str, *, is_whole: bool = False) -> None:
    """Save a picture of the page as `name`.png in the folder SCREENSHOTS names; without it do nothing."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=is_whole, animations="disabled")
