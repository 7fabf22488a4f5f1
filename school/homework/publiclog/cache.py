"""Pages for readers without a session, kept in the process until the log, a setting or the deadline changes, or 20 s."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from hashlib import blake2s

MOST_PAGES = 300
MOST_BYTES = 24 * 1024 * 1024
SECONDS = 20  # an edited calendar day or class is seen after this long; publications are part of the key


@dataclass(frozen=True)
class Page:
    """A page's bytes and what tells it from others."""

    body: bytes
    etag: str
    made_at: float


def page_of(body: bytes) -> Page:
    """A page made now."""
    return Page(body, blake2s(body, digest_size=12).hexdigest(), time.monotonic())


@dataclass
class PageCache:
    """The most recently read pages by key, bounded in number and bytes; safe for several threads."""

    most_pages: int = MOST_PAGES
    most_bytes: int = MOST_BYTES
    seconds: float = SECONDS
    _pages: OrderedDict[Hashable, Page] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, build: Callable[[], bytes]) -> Page:
        """The page kept under `key`, or the one that `build` makes now; what `build` raises is not kept."""
        with self._lock:
            page = self._pages.get(key)
            if page and time.monotonic() - page.made_at < self.seconds:
                self._pages.move_to_end(key)
                return page
        page = page_of(build())
        with self._lock:
            self._keep(key, page)
        return page

    @property
    def size(self) -> tuple[int, int]:
        """How many pages and bytes are kept."""
        return len(self._pages), self._bytes

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _keep(self, key: Hashable, page: Page) -> None:
        if len(page.body) > self.most_bytes // 4:
            return
        if before := self._pages.pop(key, None):
            self._bytes -= len(before.body)
        self._pages[key] = page
        self._bytes += len(page.body)
        while len(self._pages) > self.most_pages or self._bytes > self.most_bytes:
            _key, oldest = self._pages.popitem(last=False)
            self._bytes -= len(oldest.body)


public_pages = PageCache()
