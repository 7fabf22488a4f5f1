"""The screen at the door and a guardian's phone: the code, signing in on the way, one button; and every code that is none."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from school.accounts.models import User
from school.clock import frozen
from school.db import db, transaction
from school.parentschool.enums import SessionState
from school.parentschool.rules.door import token_of
from school.parentschool.service import presence
from school.parentschool.views import door as door_views
from school.permissions import Role
from tests.accounts.cast import PASSWORD, somebody
from tests.homework.small_school import TESTER
from tests.parentschool.attendance import DOOR_OPENS, ENDS, Device, Freeze, come, presences, scanned, sign_up
from tests.parentschool.small_families import FRIDAY_EVENING, NOON, Families, build_date, build_session
from tests.support.client import SchoolClient
from tests.support.html import parse

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CODE = "data:image/svg+xml"


def address(families: Families, moment: datetime) -> str:
    """What the code of Friday says at a moment."""
    date = families.friday
    return f"/parent-school/here/{date.id}/{token_of(date.door_secret, date.id, moment)}"


def arrive_url(families: Families) -> str:
    """The page with the button."""
    return f"/parent-school/dates/{families.friday.id}/arrive"


def scanning(app: Flask, families: Families, user: User) -> SchoolClient:
    """A signed-in device that scanned Friday's code just now."""
    client, led_to = scanned(app, user, families.friday, FRIDAY_EVENING)
    assert led_to == arrive_url(families)
    return client


def test_the_screen_shows_a_code_that_leads_here_and_is_loaded_anew_each_minute(
    families: Families, as_user: Device, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(FRIDAY_EVENING)
    office, url, links = as_user(families.school.office), f"/parent-school/dates/{families.friday.id}/door", []
    made = door_views.segno.make

    def noting(link: str, **options: object) -> object:
        links.append(link)
        return made(link, **options)

    monkeypatch.setattr(door_views.segno, "make", noting)
    for second, refresh in ((0, "61"), (17, "44"), (59, "2")):
        freeze(FRIDAY_EVENING + second * SECOND)
        answer = office.get(url)
        assert answer.headers["Refresh"] == refresh
        assert links.pop() == f"http://localhost{address(families, FRIDAY_EVENING)}"
        assert CODE in answer.text
        assert not list(parse(answer.text).all("script")), "it works without a script"
        assert families.friday.door_secret not in answer.text
    freeze(FRIDAY_EVENING + MINUTE)
    office.application.config["PUBLIC_URL"] = "https://school.example/"
    try:
        office.get(url)
    finally:
        office.application.config["PUBLIC_URL"] = ""
    assert links.pop() == f"https://school.example{address(families, FRIDAY_EVENING + MINUTE)}"


@pytest.mark.parametrize(
    ("moment", "words", "is_loaded_anew"),
    [
        (DOOR_OPENS - SECOND, "11月27日 18:30 开始签到", True),
        (DOOR_OPENS, CODE, True),
        (ENDS, CODE, True),
        (ENDS + SECOND, "签到已经结束", False),
    ],
)
def test_there_is_a_code_while_the_door_is_open(
    families: Families, as_user: Device, freeze: Freeze, moment: datetime, words: str, is_loaded_anew: bool
) -> None:
    freeze(moment)
    office = as_user(families.school.office)
    answer = office.get(f"/parent-school/dates/{families.friday.id}/door")
    assert words in answer.text
    assert (CODE in answer.text) is (words == CODE)
    assert ("Refresh" in answer.headers) is is_loaded_anew


def test_what_was_cancelled_or_closed_has_no_code(families: Families, as_user: Device, freeze: Freeze) -> None:
    freeze(ENDS)
    office, url = as_user(families.school.office), f"/parent-school/dates/{families.friday.id}/door"
    with transaction():
        presence.close(families.friday.id, actor=TESTER)
    page = office.get(url).text
    assert CODE not in page
    assert "签到已经结束" in page
    families.friday.presence_closed_at, families.friday.cancelled_at = None, NOON
    answer = office.get(url)
    assert CODE not in answer.text
    assert "已经取消" in answer.text
    assert "Refresh" not in answer.headers


def test_the_screen_counts_families_and_adults(families: Families, as_user: Device, freeze: Freeze) -> None:
    freeze(FRIDAY_EVENING)
    come(families, 1, 2)
    page = as_user(families.school.office).get(f"/parent-school/dates/{families.friday.id}/door").text
    assert "<strong>2</strong> 家已签到，共 2 位家长" in page


@pytest.mark.parametrize(
    ("grades", "names", "expected"),
    [
        ([], [], {"liu": 200, "bai": 200, "zhao": 200}),
        ([3], [], {"liu": 200, "bai": 404, "zhao": 200}),
        ([1], [], {"liu": 404, "bai": 200, "zhao": 404}),
        ([], ["first_1"], {"liu": 404, "bai": 200, "zhao": 404}),
        ([], ["third_1"], {"liu": 404, "bai": 404, "zhao": 200}),
        ([2], ["third_2"], {"liu": 200, "bai": 404, "zhao": 200}),
    ],
)
def test_at_a_door_stand_the_offices_and_whose_class_or_grade_is_invited(
    families: Families, as_user: Device, grades: list[int], names: list[str], expected: dict[str, int]
) -> None:
    families.session.grades = grades
    families.session.class_ids = [getattr(families.school, name).id for name in names]
    db.session.commit()
    moral = somebody("韩主任", "han", Role.MORAL_OFFICE)
    always = {"office": 200, "chen": 403, "principal": 403, "sun": 403}
    for page in ("door", "presence", "presence/print", "walk-in"):
        url = f"/parent-school/dates/{families.friday.id}/{page}"
        found = {name: as_user(getattr(families.school, name)).get(url).status_code for name in expected | always}
        assert found == expected | always, page
        assert as_user(moral).get(url).status_code == 200
    listed = {
        name: families.session.topic in as_user(getattr(families.school, name)).get("/parent-school/dates").text
        for name in expected
    }
    assert listed == {name: status == 200 for name, status in expected.items()}


def test_a_draft_has_no_door_and_a_stranger_signs_in_first(families: Families, as_user: Device, client: SchoolClient) -> None:
    url = f"/parent-school/dates/{families.friday.id}/door"
    assert client.get(url).headers["Location"].startswith("/sign-in?next=")
    families.session.state = SessionState.DRAFT
    db.session.commit()
    assert as_user(families.school.office).get(url).status_code == 404
    assert client.get(address(families, NOON)).status_code == 404
    assert as_user(families.families[0].user).get(arrive_url(families)).status_code == 404


def test_a_guardian_scans_signs_in_comes_back_and_taps_once(families: Families, client: SchoolClient, freeze: Freeze) -> None:
    sign_up(families, 1, 2)
    freeze(FRIDAY_EVENING)
    led = client.get(address(families, FRIDAY_EVENING))
    assert (led.status_code, led.headers["Location"]) == (303, arrive_url(families))
    cookie = led.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    asked = client.get(arrive_url(families))
    assert asked.status_code == 302
    freeze(FRIDAY_EVENING + 4 * MINUTE)  # looking for the password
    page = asked.headers["Location"]
    signed = client.post_form("/sign-in", {"login": families.families[0].user.login, "password": PASSWORD}, page=page)
    assert (signed.status_code, signed.headers["Location"]) == (303, arrive_url(families))
    form = client.get(arrive_url(families)).text
    assert "孩子1（三年级2班）" in form
    assert '<option selected value="2">2 位</option>' in form, "as the family signed up"
    typed = {"pupil_id": str(families.families[0].child.id), "adults": "2"}
    done = client.post_form(arrive_url(families), typed)
    assert (done.status_code, done.headers["Location"]) == (303, arrive_url(families))
    shown = client.get(arrive_url(families)).text
    assert "签到成功，欢迎您！" in shown
    assert "您家已签到" in shown
    feedback = f"/families/dates/{families.friday.id}/feedback"
    assert feedback not in shown
    assert presences(families.friday) == [("孩子1", "家长1", 2, "code", True)]
    freeze(ENDS)
    assert feedback in client.get(arrive_url(families)).text


def test_a_walk_in_is_noted_though_the_house_is_full(app: Flask, families: Families, freeze: Freeze) -> None:
    sign_up(families, 1, 2)
    sign_up(families, 2, 1)
    freeze(FRIDAY_EVENING)
    client = scanning(app, families, families.families[4].user)
    typed = {"pupil_id": str(families.families[4].child.id), "adults": "3"}
    assert client.post_form(arrive_url(families), typed).status_code == 303
    assert presences(families.friday) == [("孩子5", "家长5", 3, "code", False)]


@pytest.mark.parametrize("late", [2 * MINUTE, 10 * MINUTE, timedelta(days=1)])
def test_a_photograph_opened_later_is_worth_nothing(
    families: Families, client: SchoolClient, freeze: Freeze, late: timedelta
) -> None:
    freeze(FRIDAY_EVENING + late)
    answer = client.get(address(families, FRIDAY_EVENING))
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers or "door_scan" not in answer.headers["Set-Cookie"]
    assert ("已经换了" if late < timedelta(hours=1) else "活动已经结束") in answer.text


def test_codes_of_another_date_of_no_date_and_before_the_door_opens_are_refused(
    families: Families, client: SchoolClient, freeze: Freeze
) -> None:
    saturday, friday = families.saturday, families.friday
    other = build_date(build_session(families.session.school_year_id, "另一讲"), FRIDAY_EVENING, None)
    db.session.commit()
    freeze(FRIDAY_EVENING)
    strange = (
        f"/parent-school/here/{friday.id}/{token_of(other.door_secret, other.id, FRIDAY_EVENING)}",
        f"/parent-school/here/{friday.id}/{token_of(saturday.door_secret, saturday.id, FRIDAY_EVENING)}",
        f"/parent-school/here/{friday.id}/{'0' * 32}",
        f"/parent-school/here/{friday.id}/签到",
        address(families, FRIDAY_EVENING + MINUTE),
    )
    for link in strange:
        answer = client.get(link)
        assert (answer.status_code, "已经换了" in answer.text) == (422, True), link
        assert "door_scan" not in answer.headers.get("Set-Cookie", "")
    assert client.get(f"/parent-school/here/987654321/{'0' * 32}").status_code == 404
    early = DOOR_OPENS - SECOND
    freeze(early)
    answer = client.get(address(families, early))
    assert (answer.status_code, "还没到签到时间" in answer.text) == (422, True)
    families.friday.cancelled_at = NOON
    freeze(FRIDAY_EVENING)
    assert "已经取消" in client.get(address(families, FRIDAY_EVENING)).text


def test_the_address_behind_the_code_is_worth_nothing_to_who_did_not_scan(
    app: Flask, families: Families, as_user: Device, freeze: Freeze
) -> None:
    freeze(FRIDAY_EVENING)
    at_home, url = as_user(families.families[1].user), arrive_url(families)
    assert "还没有签到" in at_home.get(url).text
    typed = {"pupil_id": str(families.families[1].child.id), "adults": "1"}
    refused = at_home.post_form(url, typed, page="/families/learning")
    assert refused.status_code in (400, 422)
    for cookie in ("", "x", f"[{families.friday.id},{int(FRIDAY_EVENING.timestamp())}]"):
        at_home.set_cookie("door_scan", cookie)
        assert "还没有签到" in at_home.get(url).text
    # A scan at another door opens this one as little.
    other = build_date(build_session(families.session.school_year_id, "另一讲"), FRIDAY_EVENING, None)
    db.session.commit()
    elsewhere, _led_to = scanned(app, families.families[2].user, other, FRIDAY_EVENING)
    assert "还没有签到" in elsewhere.get(url).text
    assert presences(families.friday) == []


def test_a_scan_that_grew_old_is_refused_with_the_choices_kept_and_good_again_after_another(
    app: Flask, families: Families, freeze: Freeze
) -> None:
    freeze(FRIDAY_EVENING)
    client, url = scanning(app, families, families.father_user), arrive_url(families)
    later = FRIDAY_EVENING + 5 * MINUTE + SECOND
    typed = {"pupil_id": str(families.second_child.id), "adults": "4"}
    with frozen(FRIDAY_EVENING):
        client.get(url)
    page = client.get(url).text
    token = next(one.get("value") for one in parse(page).all("input") if one.get("name") == "csrf_token")
    freeze(later)
    refused = client.post(url, data=typed | {"csrf_token": token}, headers={"Origin": "http://localhost"})
    assert refused.status_code == 422
    assert "再扫一次" in refused.text
    assert '<option selected value="4">4 位</option>' in refused.text
    assert presences(families.friday) == []
    client.get(address(families, later))
    done = client.post(url, data=typed | {"csrf_token": token}, headers={"Origin": "http://localhost"})
    assert done.status_code == 303
    assert presences(families.friday) == [("妹妹1", "父亲1", 4, "code", False)]


def test_the_second_guardian_of_a_family_is_told_that_it_is_noted(app: Flask, families: Families, freeze: Freeze) -> None:
    freeze(FRIDAY_EVENING)
    mother, father = scanning(app, families, families.families[0].user), scanning(app, families, families.father_user)
    url, child = arrive_url(families), str(families.families[0].child.id)
    page = father.get(url).text
    assert "孩子1（三年级2班）" in page
    assert "妹妹1（一年级1班）" in page
    token = next(one.get("value") for one in parse(page).all("input") if one.get("name") == "csrf_token")
    assert mother.post_form(url, {"pupil_id": child, "adults": "1"}).status_code == 303
    data = {"pupil_id": str(families.second_child.id), "adults": "2", "csrf_token": token}
    late = father.post(url, data=data, headers={"Origin": "http://localhost"})
    assert late.status_code == 303
    assert "您家已经签到过了" in father.get(url).text
    assert presences(families.friday) == [("孩子1", "家长1", 1, "code", False)]


def test_what_is_typed_wrong_is_refused_and_other_peoples_children_are_nobodys(
    app: Flask, families: Families, freeze: Freeze
) -> None:
    freeze(FRIDAY_EVENING)
    client, url = scanning(app, families, families.families[0].user), arrive_url(families)
    mine, other = str(families.families[0].child.id), str(families.families[1].child.id)
    for typed in ({"pupil_id": other, "adults": "1"}, {"adults": "1"}, {"pupil_id": mine, "adults": "7"}, {"pupil_id": mine}):
        answer = client.post_form(url, typed)
        assert answer.status_code == 422, typed
        assert 'role="alert"' in answer.text
    assert presences(families.friday) == []


def test_who_has_no_child_here_is_sent_to_the_desk_and_staff_have_no_button(
    app: Flask, families: Families, as_user: Device, freeze: Freeze
) -> None:
    freeze(FRIDAY_EVENING)
    client = scanning(app, families, families.school.outsider)
    assert "请到签到台登记" in client.get(arrive_url(families)).text
    liu = as_user(families.school.liu)
    assert liu.get(arrive_url(families)).status_code == 403
    told = liu.get(address(families, FRIDAY_EVENING))
    assert (told.status_code, "不是家长账号" in told.text) == (403, True)
