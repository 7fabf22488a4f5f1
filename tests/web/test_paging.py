"""The links of long lists carry the filter as text: no name a stranger writes into the address means something there."""

from flask import Flask

from school.web.paging import Page


def test_a_link_keeps_the_filter_and_changes_the_page(app: Flask) -> None:
    with app.test_request_context("/calendar?words=%E5%85%AC%E7%A4%BA&page=2&day=1&day=2"):
        assert Page(2, 151).next_url == "/calendar?words=%E5%85%AC%E7%A4%BA&day=1&day=2&page=3"


def test_names_that_mean_something_to_flask_are_only_text(app: Flask) -> None:
    with app.test_request_context("/calendar?_external=1&_scheme=javascript&_anchor=x&endpoint=y&values=z"):
        url = Page(1, 60).next_url
    assert url == "/calendar?_external=1&_scheme=javascript&_anchor=x&endpoint=y&values=z&page=2"
