"""The open round at its worst: 2,000 signed-in guardians, 27 courses, 64 requests at a time, against a bare guarded insert."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import Engine, create_engine, text

from bench._bare_enrol import app as bare_app
from bench.support import School, result, school_on, served, served_bare
from school.courses.queries.check import snapshots
from school.courses.rules.checking import findings_of
from tests.support.choosing_school import Household, SignedIn, build, sign_in_all
from tests.support.rush import Rush, Script, post, rush

CHILDREN, COURSES, SEATS, AT_ONCE, ROUNDS = 2_000, 27, 80, 64, 3
Acknowledged = list[tuple[int, int]]


@dataclass(frozen=True)
class Measured:
    """One rush: its times, how many places came of it, sold beyond the seats, and not the same in answers and database."""

    rush: Rush
    places: int
    oversold: int
    lost: int

    @property
    def per_second(self) -> float:
        """Acknowledged places a second."""
        return self.places / self.rush.seconds


def run() -> Iterable[dict[str, Any]]:
    """Places a second on both databases, ours and bare."""
    for kind in ("sqlite", "postgresql"):
        with school_on(kind) as school, rushes(school) as (bare, ours):
            pairs = [(bare(), ours()) for _round in range(ROUNDS)]
            yield _line(kind, [mine for _bare, mine in pairs], [one for one, _mine in pairs])


def _line(kind: str, ours: list[Measured], bare: list[Measured]) -> dict[str, Any]:
    """The medians of the rounds; what must never happen is summed over all of them."""
    floor = median(one.per_second for one in bare)
    return result(f"enrol_rush_{kind}", median(one.per_second for one in ours), "places/s", floor=floor) | {
        "p50_ms": round(median(one.rush.percentile(0.5) for one in ours) * 1000, 1),
        "p99_ms": round(median(one.rush.percentile(0.99) for one in ours) * 1000, 1),
        "seconds": round(median(one.rush.seconds for one in ours), 2),
        "places": ours[-1].places,
        "requests": len(ours[-1].rush.times),
        "oversold": sum(one.oversold for one in ours),
        "lost": sum(one.lost for one in ours),
    }


@contextmanager
def rushes(school: School) -> Iterator[tuple[Callable[[], Measured], Callable[[], Measured]]]:
    """A rush on the bare application and one on ours, each from empty courses, to be called again and again."""
    built = build(school.app, children=CHILDREN, courses=COURSES, seats=SEATS)
    sessions = sign_in_all(school.app, built.families)
    with ExitStack() as stack:
        settings = {"BARE_DATABASE": school.bare_uri, "BARE_COURSES": str(COURSES), "BARE_SEATS": str(SEATS)}
        bare = stack.enter_context(served_bare(school, "bench._bare_enrol:app", **settings))
        ours = stack.enter_context(served(school))
        bare_engine, engine = create_engine(school.bare_uri), create_engine(school.app.config["SQLALCHEMY_DATABASE_URI"])
        stack.callback(bare_engine.dispose)
        stack.callback(engine.dispose)
        cookies = {one.user_id: SignedIn(_bare_cookie(bare_app, one.user_id), "") for one in built.families}
        numbers = {course_id: number for number, course_id in enumerate(built.seats, start=1)}
        plain = [Household(f.pupil_id, f.user_id, tuple(numbers[c] for c in f.course_ids)) for f in built.families]
        yield (
            lambda: _measure(bare.url, plain, cookies, _Places(bare_engine, "bare_places", "1 = 1")),
            lambda: _checked(school.app, _measure(ours.url, built.families, sessions, _Places(engine, "course_places"))),
        )


@dataclass(frozen=True)
class _Places:
    """The table in which places are kept, as the bench itself looks at it."""

    engine: Engine
    table: str
    is_live: str = "ended_at IS NULL"

    def clear(self) -> None:
        """Make every course empty again; on PostgreSQL the table begins anew, without dead rows and with nothing planned."""
        verb = "TRUNCATE" if self.engine.dialect.name == "postgresql" else "DELETE FROM"
        with self.engine.begin() as connection:
            connection.execute(text(f"{verb} {self.table}"))

    def read(self) -> Acknowledged:
        """Who is in which course."""
        with self.engine.connect() as connection:
            rows = connection.execute(text(f"SELECT pupil_id, course_id FROM {self.table} WHERE {self.is_live}"))
            return [(row.pupil_id, row.course_id) for row in rows]


def _measure(url: str, families: Iterable[Household], sessions: dict[int, SignedIn], places: _Places) -> Measured:
    places.clear()
    acknowledged: Acknowledged = []
    done = rush(url, [_taps(url, one, sessions[one.user_id], acknowledged) for one in families], connections=AT_ONCE)
    if done.cut_off:
        raise RuntimeError(f"{done.cut_off} connections to {url} broke")
    kept = places.read()
    taken: dict[int, int] = {}
    for _pupil_id, course_id in kept:
        taken[course_id] = taken.get(course_id, 0) + 1
    oversold = sum(max(0, count - SEATS) for count in taken.values())
    return Measured(done, len(acknowledged), oversold, len(set(acknowledged) ^ set(kept)) + len(kept) - len(set(kept)))


def _taps(url: str, family: Household, who: SignedIn, acknowledged: Acknowledged) -> Script:
    """A guardian taps for one wish after the other until there is a place."""
    for course_id in family.course_ids:
        path = f"/choose/{family.pupil_id}/{course_id}/take"
        status = yield post(url, path, who.cookie, {"csrf_token": who.token})
        if status == 303:
            acknowledged.append((family.pupil_id, course_id))
            return
        if status != 422:
            raise RuntimeError(f"{path} answered {status}")


def _checked(app: Flask, measured: Measured) -> Measured:
    """The audit of every invariant finds nothing after the rush."""
    with app.app_context():
        found = [finding for snapshot in snapshots() for finding in findings_of(snapshot)]
    if found:
        raise RuntimeError(f"after the rush the audit of the selection says: {found[:3]}")
    return measured


def _bare_cookie(app: Flask, user_id: int) -> str:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={serializer.dumps({'user_id': user_id})}"
