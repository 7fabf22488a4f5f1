"""The public log as visitors meet it: page, book, CSV and JSON, fresh, without any pupil, open to whom the school says."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from school.accounts.models import User
from school.clock import ZONE
from school.db import db
from school.homework.enums import Form, Layer
from school.homework.queries.days import find_item
from school.homework.rules.filing import LayerValues
from school.homework.service.publishing import Choice, amend_item, publish_day, retract_item
from school.people.models import Guardian, Pupil
from school.preferences.service import change
from tests.homework.small_school import EVENING, TESTER, THURSDAY, WEDNESDAY, SmallSchool, values
from tests.support.client import SchoolClient

PAGE = "/public/homework"
CLASS = "class=2024-2&date=2026-11-25"
EVERYTHING = [
    PAGE,
    f"{PAGE}?{CLASS}",
    f"{PAGE}?grade=3&date=2026-11-25",
    f"{PAGE}?from=2026-11-23&to=2026-11-25",
    f"{PAGE}?subject=数学",
    f"{PAGE}/book?class=2024-2&month=2026-11",
    f"{PAGE}.csv?{CLASS}",
    f"{PAGE}.json?from=2026-11-01&to=2026-11-25",
]


def publish(school: SmallSchool, **choice: Any) -> None:
    """Publish 三年级2班 today with what was filed."""
    ticked = {"goes_on_unfiled": True, "confirms_standard": True} | choice
    publish_day(school.third_2.id, WEDNESDAY, Choice(**ticked), actor=TESTER)
    db.session.commit()


def amend(item_id: int, minutes: int, why: str = "用时偏长") -> None:
    """Publish a new version of an item."""
    item = find_item(item_id)
    assert item is not None
    new = values(minutes, content="练习册第 32 页第 1、2 题")
    amend_item(item.id, item.day_id, new, why=why, reason="", revision=item.revision, actor=TESTER)
    db.session.commit()


def set_preferences(**chosen: Any) -> None:
    """What the school decides."""
    change(chosen, actor=TESTER)
    db.session.commit()


def of_class(client: SchoolClient) -> str:
    """The page of 三年级2班 today."""
    answer = client.get(f"{PAGE}?{CLASS}")
    assert answer.status_code == 200
    return answer.text


def test_a_link_to_a_class_shows_today(client: SchoolClient, school: SmallSchool) -> None:
    school.file(20, content="背诵乘法口诀")
    publish(school)
    text = client.get(f"{PAGE}?class=2024-2").text
    assert "三年级2班作业公示" in text
    assert "11月25日 周三" in text
    assert "背诵乘法口诀" in text
    assert "陈老师" in text
    assert "陈建国" not in text


def test_before_today_is_published_the_last_day_shows_with_a_word(
    client: SchoolClient, school: SmallSchool, freeze: Callable[[datetime], None]
) -> None:
    school.file(20)
    publish(school)
    freeze(datetime(2026, 11, 26, 12, 0, tzinfo=ZONE))
    text = client.get(f"{PAGE}?class=2024-2").text
    assert "今天（11月26日 周四）还没有公示，下面是最近一次公示。" in text
    assert "练习册第 32 页" in text


def test_missing_none_and_pending_are_three_things(
    client: SchoolClient, school: SmallSchool, freeze: Callable[[datetime], None]
) -> None:
    assert "待公示" in of_class(client)
    freeze(EVENING)
    text = of_class(client)
    assert "未公示" in text
    assert "不留作业" not in text
    publish(school, declares_none=True, reason="迟了")
    text = of_class(client)
    assert "无作业" in text
    assert "未公示" not in text
    assert "迟公示" in text


def test_a_publication_is_seen_at_once_though_pages_are_kept(client: SchoolClient, school: SmallSchool) -> None:
    item_id = school.file(20).id
    assert "待公示" in of_class(client)
    publish(school)
    assert "约 20 分钟" in of_class(client)
    amend(item_id, 12)
    text = of_class(client)
    assert "约 12 分钟" in text
    assert "已更正" in text
    assert "用时偏长" in text
    assert re.search(r"<del>练习册第 32 页第 1 至 4 题</del>", text)
    item = find_item(item_id)
    assert item is not None
    retract_item(item.id, item.day_id, why="与语文重复", actor=TESTER)
    db.session.commit()
    text = of_class(client)
    assert "已撤回" in text
    assert "与语文重复" in text
    assert re.search(r"<strong[^>]*>0</strong>", text)


def test_a_setting_is_seen_at_once_though_pages_are_kept(client: SchoolClient, school: SmallSchool) -> None:
    school.file(20)
    publish(school)
    assert "T001" not in of_class(client)
    set_preferences(teacher_display="staff_code")
    text = of_class(client)
    assert "T001" in text
    assert "陈老师" not in text


def test_an_unchanged_page_is_not_sent_again(client: SchoolClient, school: SmallSchool) -> None:
    school.file(20)
    publish(school)
    first = client.get(f"{PAGE}?{CLASS}")
    etag = first.headers["ETag"]
    again = client.get(f"{PAGE}?{CLASS}", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again.data == b""
    school.file(5, key="later")
    publish(school, reason="老师补充")
    changed = client.get(f"{PAGE}?{CLASS}", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_a_page_with_a_name_on_it_is_never_kept_for_others(
    client: SchoolClient, school: SmallSchool, as_user: Callable[[User], SchoolClient]
) -> None:
    assert "孙家长" in as_user(school.sun).get(f"{PAGE}?{CLASS}").text
    assert "孙家长" not in of_class(client)


def test_no_pupil_or_guardian_anywhere(client: SchoolClient, school: SmallSchool) -> None:
    school.file(20)
    publish(school)
    secrets = [pupil.name for pupil in db.session.query(Pupil)]
    secrets += [text for one in db.session.query(Guardian) for text in (one.name, one.phone)]
    assert {"乌云其木格", "孙家长", "13900000001"} <= set(secrets)
    for url in EVERYTHING:
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert not [secret for secret in secrets if secret in answer.text], url


def test_page_csv_and_json_agree(client: SchoolClient, school: SmallSchool) -> None:
    layers = (LayerValues(Layer.A, "第 5 题", 25, 10), LayerValues(Layer.B, "第 4 题", 15), LayerValues(Layer.C, "第 3 题", 10))
    item_id = school.file(20).id
    school.file(0, key="b", layers=layers)
    school.file(15, key="c", form=Form.READING, teacher=school.liu_teacher)
    publish(school)
    amend(item_id, 12)
    document = client.get(f"{PAGE}.json?{CLASS}").get_json()
    assert document["schema"] == "public-homework/1"
    [day] = document["days"]
    assert (day["class"], day["class_name"], day["grade"], day["status"]) == ("2024-2", "三年级2班", 3, "published")
    assert (day["required_minutes"], day["cap_minutes"], day["in_school_minutes"]) == (37, 60, 10)
    assert [len(item["versions"]) for item in day["items"]] == [2, 1, 1]
    answer = client.get(f"{PAGE}.csv?{CLASS}")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    in_json = [
        (item["id"], version["version"], layer["content"], layer["minutes"])
        for item in day["items"]
        for version in item["versions"]
        for layer in version["layers"]
    ]
    in_csv = [(int(r["作业编号"]), int(r["版本"]), r["内容"], int(r["预计分钟"])) for r in lines]
    assert in_csv == in_json
    assert {r["当天必做书面分钟"] for r in lines} == {"37"}
    text = of_class(client)
    assert all(content in text and f"约 {minutes} 分钟" in text for _item, _version, content, minutes in in_json)
    assert re.search(r"<strong[^>]*>37</strong> / 60 分钟", text)


def test_silence_has_a_line_in_csv_and_json(
    client: SchoolClient, school: SmallSchool, freeze: Callable[[datetime], None]
) -> None:
    freeze(EVENING)
    days = client.get(f"{PAGE}.json?date=2026-11-25").get_json()["days"]
    assert [(day["class"], day["status"], day["cap_minutes"]) for day in days] == [
        ("2026-1", "missing", None),
        ("2024-1", "missing", None),
        ("2024-2", "missing", None),
    ]
    lines = list(csv.DictReader(io.StringIO(client.get(f"{PAGE}.csv?date=2026-11-25").data.decode("utf-8-sig"))))
    assert [(line["班级"], line["当天状态"]) for line in lines] == [(day["class_name"], "未公示") for day in days]


def test_filters(client: SchoolClient, school: SmallSchool) -> None:
    school.file(20, content="数学的事")
    school.file(15, key="b", teacher=school.liu_teacher, content="语文的事")
    publish(school)
    text = client.get(f"{PAGE}?{CLASS}&subject=数学").text
    assert "数学的事" in text
    assert "语文的事" not in text
    assert re.search(r"<strong[^>]*>35</strong>", text), "the total stays the day's"
    assert "数学的事" in client.get(f"{PAGE}?grade=3").text
    assert "数学的事" not in client.get(f"{PAGE}?grade=1&date=2026-11-25").text
    assert "数学的事" not in client.get(f"{PAGE}?class=三年级1班&date=2026-11-25").text


@pytest.mark.parametrize("query", ["date=昨天", "class=高三(2)班", "grade=x", "subject=奥数", "from=2026-01-01&to=2026-11-25"])
def test_a_question_nobody_understands_gets_a_sentence(client: SchoolClient, school: SmallSchool, query: str) -> None:
    page = client.get(f"{PAGE}?{query}")
    assert page.status_code == 400
    assert "没有看懂要查什么" in page.text
    document = client.get(f"{PAGE}.json?{query}")
    assert document.status_code == 400
    assert document.get_json()["error"] in page.text.replace("&#39;", "'")
    table = client.get(f"{PAGE}.csv?{query}")
    assert (table.status_code, table.mimetype) == (400, "text/plain")


def test_the_book_lists_every_school_day_and_every_version(client: SchoolClient, school: SmallSchool) -> None:
    item_id = school.file(20).id
    publish(school)
    amend(item_id, 12)
    text = client.get(f"{PAGE}/book?class=2024-2&from=2026-11-23&to=2026-11-25").text
    assert "三年级2班作业记录及公示本" in text
    assert text.count("未公示") >= 2
    assert "修改：用时偏长" in text
    assert "（已被更正）" in text
    assert "班主任（签名）" in text
    assert "年级组长（签名）" in text
    assert client.get(f"{PAGE}/book").status_code == 400
    assert client.get(f"{PAGE}/book?class=2024-2&from=2026-09-01&to=2026-11-25").status_code == 400


def test_with_a_link_only_log_the_key_opens_everything_and_nothing_else_does(
    client: SchoolClient, school: SmallSchool, as_user: Callable[[User], SchoolClient]
) -> None:
    school.file(20)
    publish(school)
    assert "练习册" in of_class(client)
    set_preferences(public_log="link", public_log_key="spring-2026")
    for url in EVERYTHING:
        for wrong in ("", "key=", "key=spring-2025", "key=%00"):
            answer = client.get(f"{url}{'&' if '?' in url else '?'}{wrong}")
            assert answer.status_code == 404, url
            assert "练习册" not in answer.text
        assert client.get(f"{url}{'&' if '?' in url else '?'}key=spring-2026").status_code == 200, url
    text = client.get(f"{PAGE}?{CLASS}&key=spring-2026").text
    links = re.findall(r'href="(/public/homework[^"]*)"', text)
    assert [link for link in links if "key=spring-2026" not in link and link != PAGE] == []
    assert "登录" in client.get(PAGE).text
    assert as_user(school.sun).get(PAGE).status_code == 200


def test_with_a_signed_in_only_log_visitors_are_asked_to_sign_in(
    client: SchoolClient, school: SmallSchool, as_user: Callable[[User], SchoolClient]
) -> None:
    set_preferences(public_log="signed_in")
    answer = client.get(f"{PAGE}?class=2024-2")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/public/homework?class%3D2024-2"
    assert client.get(f"{PAGE}.json").status_code == 401
    assert client.get(f"{PAGE}.csv").status_code == 401
    assert as_user(school.outsider).get(PAGE).status_code == 200


def test_late_publication_is_said(client: SchoolClient, school: SmallSchool, freeze: Callable[[datetime], None]) -> None:
    school.file(20)
    freeze(EVENING)
    publish(school, reason="会议")
    assert "迟公示" in of_class(client)
    assert client.get(f"{PAGE}.json?{CLASS}").get_json()["days"][0]["is_late"] is True


def test_what_is_not_published_is_not_shown(client: SchoolClient, school: SmallSchool) -> None:
    school.file(20, content="还没有公示的题")
    for url in EVERYTHING:
        assert "还没有公示的题" not in client.get(url).text, url


def test_due_date_and_minutes_in_school_are_shown(client: SchoolClient, school: SmallSchool) -> None:
    school.file(20, in_school=10, due_on=THURSDAY)
    publish(school)
    assert "约 20 分钟，在校 10 分钟" in of_class(client)
    assert "11月26日完成" in of_class(client)
