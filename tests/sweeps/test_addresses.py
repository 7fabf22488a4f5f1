"""Every view says who may see it, and addresses are typed, kebab-case and without a slash at their end."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from school.web.guard import check_every_view_is_marked
from tests.sweeps.town import Town

pytestmark = pytest.mark.sweep

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)?")
PLACE = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
KINDS = {"int", "any", "date", "token"}
FILES = ("static", "bootstrap.static")


def problems_of(rule: Rule) -> list[str]:
    """What is wrong with an address, each with the way out."""
    found = [] if rule.rule == "/" or not rule.rule.endswith("/") else [f"{rule.rule}: take the slash from its end"]
    for place in PLACE.finditer(rule.rule):
        if place["kind"] not in KINDS:
            found.append(f"{rule.rule}: give {place['name']} a type, e.g. <int:{place['name']}>")
        if place["kind"] == "int" and place["name"] not in {"year"} and not place["name"].endswith("_id"):
            found.append(f"{rule.rule}: name the number by what it identifies: {place['name']}_id")
    plain = PLACE.sub("1", rule.rule)
    found += [f"{rule.rule}: write {part!r} in kebab-case" for part in plain.split("/") if part and not SEGMENT.fullmatch(part)]
    return found


def test_addresses_are_typed_and_kebab_case(town: Town) -> None:
    rules = [rule for rule in town.app.url_map.iter_rules() if rule.endpoint not in FILES]
    assert len(rules) > 60
    assert [problem for rule in rules for problem in problems_of(rule)] == []


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("/homework/<item_id>", "give item_id a type"),
        ("/homework/<string:item_id>", "give item_id a type"),
        ("/homework/<int:number>", "name the number by what it identifies"),
        ("/homework/take_in", "in kebab-case"),
        ("/homework/takeIn", "in kebab-case"),
        ("/homework/", "take the slash from its end"),
    ],
)
def test_a_planted_address_is_found(address: str, complaint: str) -> None:
    rule = Rule(address, endpoint="planted")
    Map([rule])
    assert any(complaint in problem for problem in problems_of(rule))


def test_no_two_views_share_an_address_and_method(town: Town) -> None:
    taken: dict[tuple[str, str], str] = {}
    for rule in town.app.url_map.iter_rules():
        shape = PLACE.sub("<>", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert taken.setdefault((method, shape), rule.endpoint) == rule.endpoint, f"{method} {shape} is there twice"


def test_every_view_says_who_may_see_it(town: Town) -> None:
    check_every_view_is_marked(town.app)


def test_a_view_that_says_nothing_stops_the_start() -> None:
    app = Flask("planted")
    app.add_url_rule("/planted", "planted", lambda: "everything about everybody")
    with pytest.raises(RuntimeError, match="without @public or @requires: planted"):
        check_every_view_is_marked(app)


def test_an_unknown_number_is_not_found_and_words_are_no_number(town: Town) -> None:
    client = town.client("administrator")
    for address in ("/people/pupils/999999", "/people/pupils/0", "/people/pupils/-1", "/people/pupils/abc", "/no-such-page"):
        assert client.get(address).status_code == 404, address
