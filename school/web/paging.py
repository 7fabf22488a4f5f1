"""Long lists in pages."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request, url_for

SIZE = 50


@dataclass(frozen=True)
class Page:
    """One page of a long list: its number from 1, and how many entries there are in all."""

    number: int
    total: int
    size: int = SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """How many entries come before this page."""
        return (self.number - 1) * self.size

    @property
    def previous_url(self) -> str | None:
        """The page before, with the same filter."""
        return _url(self.number - 1) if self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        """The page after, with the same filter."""
        return _url(self.number + 1) if self.number < self.pages else None


def page_of(total: int) -> Page:
    """The page the request asks for, kept within the list."""
    wanted = request.args.get("page", 1, type=int)
    last = max(1, -(-total // SIZE))
    return Page(min(max(1, wanted), last), total)


def _url(number: int) -> str:
    """What a stranger writes into the query is carried as text: to `url_for` some names would mean something."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "page"]
    query = urlencode([*kept, ("page", number)])
    return f"{url_for(request.endpoint or '', **(request.view_args or {}))}?{query}"
