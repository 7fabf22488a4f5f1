"""Filing an item, from the posted form to the committed row, against a bare session and insert on the same server."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

from bench.support import Request, School, compare, load, school_on_disk, served, served_bare
from school.accounts.passwords import hash_password
from school.accounts.service import create_user, grant_role
from school.calendar.models import SchoolYear, Term
from school.calendar.queries import get_calendar
from school.calendar.rules import next_school_day, school_days
from school.clock import today
from school.db import db, transaction
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment
from school.permissions import Role
from tests.support.databases import sqlite_url

CLASSES = 40
TEACHERS = 20  # of two classes each, as at a real school
PASSWORD = "three plain words"
TYPED = {
    "all_content": "练习册第 32 页第 1 至 4 题",
    "all_minutes": "1",
    "layering": "whole",
    "form": "written",
    "demand": "required",
    "kind": "basic",
    "stage": "after_class",
}


def run() -> Iterable[dict[str, Any]]:
    """Items filed a second, ours and bare, each at eight connections."""
    with school_on_disk() as school:
        forms = _build(school)
        bare_url = sqlite_url(school.directory / "bare.db")
        with served(school) as ours, served_bare(school, "bench._bare_filing:app", BARE_DATABASE=bare_url) as bare:
            filing = _filing(ours.url, forms)
            inserting = _inserting(bare.url)
            rounds = iter(range(1000))
            yield compare(
                "file_homework",
                "items/s",
                lambda: _rate(ours.url, _from(next(rounds) * 100_000, filing)),
                lambda: _rate(bare.url, inserting),
            )


def _from(first: int, request: Request) -> Request:
    """The same requests numbered from `first`, so that no round meets the keys of another."""
    return lambda number: request(first + number)


def _rate(url: str, request: Request) -> float:
    measured = load(url, request, seconds=4.0, good=(303,))
    if measured.failures:
        raise RuntimeError(f"{measured.failures} requests to {url} were not accepted")
    return measured.per_second


def _filing(url: str, forms: list[tuple[str, str, date]]) -> Request:
    sessions = {login: _signed_in(url, login) for login in sorted({login for login, _path, _due in forms})}

    def request(number: int) -> bytes:
        login, path, due_on = forms[number % len(forms)]
        cookie, token = sessions[login]
        own = {"all_content": f"练习册第 {number} 页第 1 至 4 题", "submission_key": f"bench{number}"}
        typed = TYPED | own | {"due_on": due_on.isoformat(), "csrf_token": token}
        return _post(url, path, cookie, typed)

    return request


def _inserting(url: str) -> Request:
    opener = build_opener(HTTPCookieProcessor())
    opener.open(f"{url}/sign-in").read()
    cookie = _cookie(opener)
    return lambda number: _post(url, f"/items?class={number % CLASSES}&day=2026-11-25", cookie, TYPED)


def _post(url: str, path: str, cookie: str, typed: dict[str, str]) -> bytes:
    body = urlencode(typed).encode()
    host = urlsplit(url).netloc
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {url}\r\nCookie: {cookie}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded"
    return f"{head}{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _signed_in(url: str, login: str) -> tuple[str, str]:
    """A session cookie and its token, got as a browser gets them."""
    opener = build_opener(HTTPCookieProcessor())
    fields = {"login": login, "password": PASSWORD, "csrf_token": _token(opener.open(f"{url}/sign-in").read())}
    try:
        opener.open(f"{url}/sign-in", urlencode(fields).encode(), timeout=30).read()
    except HTTPError as error:
        raise RuntimeError(f"signing in answered {error.code}") from error
    token = _token(opener.open(f"{url}/homework").read())
    return _cookie(opener), token


def _token(page: bytes) -> str:
    return page.decode().split('name="csrf_token" value="')[1].split('"')[0]


def _cookie(opener: Any) -> str:
    jar = next(one for one in opener.handlers if isinstance(one, HTTPCookieProcessor)).cookiejar
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _build(school: School) -> list[tuple[str, str, date]]:
    """Twenty teachers of two classes; answers (login, path of the form, due day) of every class-day of the term."""
    start = date(today().year if today().month >= 9 else today().year - 1, 9, 1)
    with school.app.app_context(), transaction():
        term = Term(school_year=SchoolYear(start_year=start.year), number=1, starts_on=start, ends_on=start + timedelta(140))
        maths = Subject(code="maths", name="数学")
        classes = [SchoolClass(entry_year=start.year - 2, number=number + 1) for number in range(CLASSES)]
        db.session.add_all([term, maths, *classes])
        hashed = hash_password(PASSWORD)
        teachers = [_teacher(f"T{number:03}", hashed, start) for number in range(TEACHERS)]
        db.session.flush()
        taught = [(teachers[number % TEACHERS], one) for number, one in enumerate(classes)]
        for teacher, one in taught:
            keys = {"class_id": one.id, "subject_id": maths.id, "term_id": term.id}
            db.session.add(TeachingAssignment(teacher=teacher, starts_on=start, **keys))
        db.session.flush()
        calendar = get_calendar()
        days = school_days(start, start + timedelta(120), calendar)
        due = {day: next_school_day(day, calendar) or day for day in days}
        return [
            (teacher.staff_code, f"/homework/items/new/{one.id}/{maths.id}?day={day}", due[day])
            for day in days
            for teacher, one in taught
        ]


def _teacher(code: str, hashed: str, start: date) -> Teacher:
    user = create_user(code, f"{code}老师")
    user.password_hash = hashed
    grant_role(user, Role.SUBJECT_TEACHER, starts_on=start)
    teacher = Teacher(staff_code=code, name=f"{code}老师", public_name=f"{code}老师", user_id=user.id)
    db.session.add(teacher)
    return teacher
