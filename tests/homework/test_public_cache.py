"""The kept pages: bounded, short-lived, never an error."""

import pytest

from school.errors import Refused
from school.homework.publiclog.cache import PageCache


def test_a_page_is_made_once() -> None:
    cache, made = PageCache(), []
    for _time in range(3):
        assert cache.get("key", lambda: made.append(1) or b"page").body == b"page"
    assert made == [1]


def test_it_holds_no_more_than_its_bounds() -> None:
    cache = PageCache(most_pages=3, most_bytes=100)
    for number in range(10):
        cache.get(number, lambda: b"x" * 20)
    assert cache.size == (3, 60)
    cache.get("larger than a quarter", lambda: b"x" * 26)
    assert cache.size == (3, 60)
    for number in range(10, 20):
        cache.get(number, lambda: b"x" * 25)
    assert cache.size[1] <= 100


def test_the_least_recently_read_goes_first() -> None:
    cache = PageCache(most_pages=2)
    cache.get("a", lambda: b"1")
    cache.get("b", lambda: b"1")
    cache.get("a", lambda: b"2")
    cache.get("c", lambda: b"1")
    assert cache.get("a", lambda: b"3").body == b"1"
    assert cache.get("b", lambda: b"3").body == b"3"


def test_an_old_page_is_made_again() -> None:
    cache = PageCache(seconds=0)
    cache.get("a", lambda: b"1")
    assert cache.get("a", lambda: b"2").body == b"2"
    assert cache.size == (1, 1)


def test_a_refusal_is_not_kept() -> None:
    cache = PageCache()

    def refuse() -> bytes:
        raise Refused("不行。")

    with pytest.raises(Refused):
        cache.get("a", refuse)
    assert cache.get("a", lambda: b"1").body == b"1"
