"""Bad moments of a teacher who files homework: nothing typed is lost, and nothing is filed twice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.support.browser import axe, fits

OpenPage = Callable[..., Page]
COOKIE = "school_session"
FILED = "三年级2班的作业已提交。"


@pytest.fixture
def page(desk: Desk, open_page: OpenPage) -> Page:
    """陈老师's phone, with the empty form open."""
    page = open_page(desk.server, "phone")
    desk.sign_in(page)
    page.goto(desk.form)
    return page


def submit(page: Page) -> None:
    page.get_by_role("button", name="提交", exact=True).click()


def test_a_session_that_ends_while_typing_gives_the_words_back(desk: Desk, page: Page) -> None:
    words = "先读课文两遍，再把不懂的词语圈出来；" * 12
    desk.type(page, words)
    page.context.clear_cookies(name=COOKIE)
    submit(page)
    expect(page.get_by_text("登录已过期，您填写的内容还在")).to_be_visible()
    axe(page)
    assert desk.items(words) == []
    desk.sign_in(page)
    expect(page.get_by_text(words)).to_be_visible()
    axe(page)
    fits(page)
    page.get_by_role("button", name="继续提交").click()
    expect(page.get_by_text(FILED)).to_be_visible()
    assert len(desk.items(words)) == 1


def test_going_back_and_submitting_again_files_no_second_item(desk: Desk, page: Page) -> None:
    words = "练习册第 41 页"
    desk.type(page, words)
    submit(page)
    expect(page.get_by_text(FILED)).to_be_visible()
    page.go_back()
    page.wait_for_load_state()
    expect(page.get_by_role("button", name="提交", exact=True)).to_be_visible()
    # Chromium fetches the page anew, with a new key, and puts the words back; where it does not, the teacher does.
    desk.type(page, words)
    submit(page)
    expect(page.get_by_text("不用再提交").first).to_be_visible()
    axe(page)
    fits(page)
    assert len(desk.items(words)) == 1


def test_a_form_kept_by_the_browser_and_changed_does_not_swallow_the_change(desk: Desk, page: Page) -> None:
    """Some browsers keep the page as it was, its key too: the item is there, and the change gets a sentence."""
    words = "练习册第 51 页"
    desk.type(page, words)
    key = page.locator("[name=submission_key]").input_value()
    submit(page)
    expect(page.get_by_text(FILED)).to_be_visible()
    page.goto(desk.form)
    page.locator("[name=submission_key]").evaluate("(field, key) => field.value = key", key)
    desk.type(page, "练习册第 52 页")
    submit(page)
    expect(page.get_by_text("不用再提交").first).to_be_visible()
    expect(page.get_by_label("内容", exact=True)).to_have_value("练习册第 52 页")
    assert (len(desk.items(words)), len(desk.items("练习册第 52 页"))) == (1, 0)


def test_a_double_tap_files_one_item(desk: Desk, page: Page) -> None:
    words = "练习册第 42 页"
    desk.type(page, words)
    page.get_by_role("button", name="提交", exact=True).dblclick()
    expect(page.get_by_text(FILED)).to_be_visible()
    assert len(desk.items(words)) == 1


def test_a_form_sent_twice_at_once_files_one_item(desk: Desk, page: Page) -> None:
    """Two requests really leave the phone, as they do where the script has not loaded."""
    words = "练习册第 43 页"
    desk.type(page, words)
    fields = page.evaluate("""[...new FormData(document.querySelector('form[data-running-total]'))]""")
    statuses = page.evaluate(
        """fields => Promise.all([1, 2].map(() => fetch(location.href, {method: 'POST', body: new URLSearchParams(fields)})))
           .then(answers => answers.map(answer => answer.status))""",
        fields,
    )
    assert statuses == [200, 200]
    assert len(desk.items(words)) == 1


def test_without_javascript_the_total_comes_after_a_check(desk: Desk, open_page: OpenPage) -> None:
    words = "练习册第 44 页"
    page = open_page(desk.server, "phone", has_scripts=False)
    desk.sign_in(page)
    page.goto(desk.form)
    desk.type(page, words, "3")
    page.get_by_role("button", name="算一算").click()
    expect(page.get_by_text("算上这一项共")).to_be_visible()
    expect(page.get_by_label("内容", exact=True)).to_have_value(words)
    assert desk.items(words) == []
    submit(page)
    expect(page.get_by_text(FILED)).to_be_visible()
    assert len(desk.items(words)) == 1


def test_whoever_changes_an_item_second_sees_both_versions(desk: Desk, page: Page) -> None:
    words = "练习册第 45 页"
    desk.type(page, words)
    submit(page)
    expect(page.get_by_text(FILED)).to_be_visible()
    url = desk.url_of(words)
    other = page.context.new_page()
    page.goto(url)
    other.goto(url)
    desk.type(page, "练习册第 46 页")
    submit(page)
    expect(page.get_by_text("已保存修改。")).to_be_visible()
    desk.type(other, "练习册第 47 页")
    submit(other)
    both = other.get_by_role("region", name="两边的不同")
    expect(both).to_contain_text("练习册第 46 页")
    expect(both).to_contain_text("练习册第 47 页")
    axe(other)
    fits(other)
    submit(other)
    expect(other.get_by_text("已保存修改。")).to_be_visible()
    assert (len(desk.items("练习册第 46 页")), len(desk.items("练习册第 47 页"))) == (0, 1)


def test_a_lost_signal_loses_no_word_and_files_no_second_item(desk: Desk, page: Page) -> None:
    words = "练习册第 48 页"
    desk.type(page, words)
    page.context.set_offline(True)
    submit(page)
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    assert desk.items(words) == []
    page.reload()  # the browser's own page offers it; the form is sent once more
    expect(page.get_by_text(FILED)).to_be_visible()
    assert len(desk.items(words)) == 1


def test_an_answer_lost_on_the_way_files_no_second_item(desk: Desk, page: Page) -> None:
    """The server has filed the item, but the phone never heard of it and sends it again."""
    words = "练习册第 49 页"
    desk.type(page, words)
    fields = page.evaluate("""[...new FormData(document.querySelector('form[data-running-total]'))]""")
    heard = page.evaluate(
        """fields => fetch(location.href, {method: 'POST', redirect: 'manual', body: new URLSearchParams(fields)})
           .then(answer => answer.type)""",
        fields,
    )
    assert heard == "opaqueredirect"
    assert len(desk.items(words)) == 1
    submit(page)
    expect(page.get_by_text(FILED).first).to_be_visible()
    assert len(desk.items(words)) == 1


def test_what_is_wrong_is_said_beside_the_words(desk: Desk, page: Page) -> None:
    desk.type(page, "练习册第 50 页", "")
    submit(page)
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("内容", exact=True)).to_have_value("练习册第 50 页")
    axe(page)
    fits(page)
