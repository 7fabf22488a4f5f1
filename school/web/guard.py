"""Every view says who may see it; a view that says nothing stops the application from starting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from school.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])

ASSETS = frozenset({"static", "bootstrap.static"})  # files, not views: no session, no database


@dataclass(frozen=True)
class Access:
    """Who may see a view: everybody, or whoever holds one of the permissions."""

    permissions: frozenset[Permission]
    is_public: bool = False

    def __str__(self) -> str:
        return "public" if self.is_public else " | ".join(sorted(self.permissions))


def public(view: View) -> View:
    """Anybody may see this view."""
    view.access = Access(frozenset(), is_public=True)  # type: ignore[attr-defined]
    return view


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Whoever holds one of the permissions may see this view; rows are the feature's `policy`."""
    if not permissions:
        raise ValueError("@requires needs at least one permission")

    def mark(view: View) -> View:
        view.access = Access(frozenset(permissions))  # type: ignore[attr-defined]
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> Access:
    """The mark of an endpoint's view."""
    return app.view_functions[endpoint].access  # type: ignore[attr-defined]


def check_every_view_is_marked(app: Flask) -> None:
    """Raise when a view has neither `@public` nor `@requires`."""
    bare = [e for e, view in app.view_functions.items() if e not in ASSETS and not hasattr(view, "access")]
    if bare:
        raise RuntimeError(f"views without @public or @requires: {', '.join(sorted(bare))}")
