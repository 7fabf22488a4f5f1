"""A term of one triad in a real browser: three teachers on phones, the office at a desk, from the proposal to the certificate."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from school.db import db
from school.mentoring.enums import Outcome, Seat, TriadState
from school.mentoring.models import Acceptance, MentorEntry, Triad
from school.mentoring.rules.acceptance import DEFAULT_RUBRIC
from tests.accounts.cast import PASSWORD
from tests.journeys.mentoring_school import CHIEF, LEADER, MIDDLE, NAMES, NOVICE, OFFICE, MentoringSchool, arrange
from tests.journeys.walking import Hand, follow, sign_in
from tests.support.browser import axe, fits, picture
from tests.support.server import LiveServer

OpenPage = Callable[..., Page]
SEATS = {CHIEF: Seat.CHIEF, MIDDLE: Seat.MIDDLE, NOVICE: Seat.NOVICE}


def test_a_term_of_a_triad_from_the_proposal_to_the_certificate(live_server: LiveServer, open_page: OpenPage) -> None:
    school = arrange(live_server)
    office, leader = open_page(live_server, "desktop"), open_page(live_server, "phone")
    phones = {login: open_page(live_server, "phone") for login in NAMES}
    sign_in(office, OFFICE, PASSWORD)
    sign_in(leader, LEADER, PASSWORD)
    for login, phone in phones.items():
        sign_in(phone, login, PASSWORD)

    _propose_and_confirm(office)
    for login, phone in phones.items():
        _sign(phone, SEATS[login].label)
    _sign_for_the_office(office)
    _enter_an_observation(phones[NOVICE])
    _confirm(phones[MIDDLE], "听课：分数的意义")
    _enter_a_plan_review(phones[CHIEF])
    _confirm(phones[MIDDLE], "审阅教案：第三单元教案")
    _see_what_is_done(phones[NOVICE], office)

    school.let_the_term_end()
    _open_acceptance(office)
    for page in (office, leader):
        _score(page, NAMES[NOVICE], points_short=0)
        _score(page, NAMES[MIDDLE], points_short=6)
    _decide(office, NAMES[NOVICE], Outcome.PASSED, "听课扎实，汇报课稳。")
    _decide(office, NAMES[MIDDLE], Outcome.EXTENDED, "再主持一学期集体备课。")
    _read_the_certificate(phones[NOVICE])
    _see_the_extension(phones[MIDDLE])
    _see_the_triad_go_on(office, school)
    with live_server.app.app_context():
        assert db.session.query(Triad).one().state is TriadState.COMPLETED
        outcomes = {one.seat: (one.outcome, one.points) for one in db.session.query(Acceptance)}
        assert outcomes == {Seat.NOVICE: (Outcome.PASSED, 100), Seat.MIDDLE: (Outcome.EXTENDED, 58)}
        assert [len(one.files) for one in db.session.query(MentorEntry).order_by(MentorEntry.id)] == [1, 0]


def _propose_and_confirm(page: Page) -> None:
    follow(page, "三人行")
    look(page)
    go(page.get_by_role("link", name="结对建议"))
    expect(page.get_by_role("heading", name="数学：老陈 → 中周 → 新郑")).to_be_visible()
    look(page, "triad-proposal")
    go(page.get_by_role("button", name="拟定选中的组"))
    expect(page.get_by_text("已拟定 1 组，核对后确认。")).to_be_visible()
    look(page)
    go(page.get_by_role("link", name="老陈 → 中周 → 新郑"))
    look(page)
    go(page.get_by_role("button", name="确认结对"))
    expect(page.get_by_text("已确认，请各方签署责任书。")).to_be_visible()
    look(page)


def _sign(page: Page, seat: str) -> None:
    look(page)
    follow(page, "我的三人行")
    look(page)
    go(page.get_by_role("link", name=re.compile("^打开")))
    look(page)
    go(page.get_by_role("link", name="看责任书并签署"))
    look(page, "triad-agreement" if seat.startswith("3") else "")
    for words in ("教学常规", "课堂常规", "学科教材指导", *NAMES.values()):
        expect(page.get_by_text(words).first).to_be_visible()
    page.get_by_label("我已看完全文，同意签署。").check()
    go(page.get_by_role("button", name=f"以{seat}身份签署"))
    expect(page.get_by_text("已签署。")).to_be_visible()
    look(page)


def _sign_for_the_office(page: Page) -> None:
    go(page.get_by_role("link", name="看责任书并签署"))
    page.get_by_label("我已看完全文，同意签署。").check()
    go(page.get_by_role("button", name="以教导处身份签署"))
    expect(page.get_by_text("未签")).to_have_count(0)
    look(page)
    prints_on_one_sheet(page)
    follow(page, "三人行")
    expect(page.get_by_text("已签齐")).to_be_visible()
    look(page, "triad-list")


def _enter_an_observation(page: Page) -> None:
    follow(page, "我的三人行")
    hand = Hand(page)
    hand.begin()
    hand.tap(page.get_by_role("link", name=re.compile("^登记活动")))
    look(page)
    hand.tap(page.get_by_label("听课", exact=True))
    hand.type("课题或主题", "分数的意义")
    page.get_by_label("班级", exact=True).select_option(label="三年级1班")
    page.get_by_label("第几节").fill("第2节")
    hand.type("用时（分钟）", "40")
    hand.type("记录", "环节紧凑，板书清楚；练习可以再分层。")
    page.get_by_label("附件").set_input_files({"name": "听课记录.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x"})
    look(page, "triad-entry")
    hand.tap(page.get_by_role("button", name="保存"))
    expect(page.get_by_text("已登记，等对方确认。")).to_be_visible()
    assert hand.interactions + 3 <= 9  # class, lesson and file on top: a minute's work
    expect(page.get_by_role("link", name="听课记录.pdf")).to_be_visible()
    expect(page.get_by_text("待确认").first).to_be_visible()
    look(page)


def _confirm(page: Page, heading: str) -> None:
    page.goto("/")
    look(page)
    follow(page, "我的三人行")
    go(page.get_by_role("link", name="有 1 条等您确认"))
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    look(page, "triad-waiting" if heading.startswith("听课") else "")
    go(page.get_by_role("button", name="确认", exact=True))
    expect(page.get_by_text("没有等您确认的。")).to_be_visible()
    look(page)


def _enter_a_plan_review(page: Page) -> None:
    follow(page, "我的三人行")
    go(page.get_by_role("link", name=re.compile("^登记活动")))
    page.get_by_label("审阅教案", exact=True).check()
    page.get_by_label("课题或主题").fill("第三单元教案")
    go(page.get_by_role("button", name="保存"))
    expect(page.get_by_text("已登记，等对方确认。")).to_be_visible()
    look(page)


def _see_what_is_done(novice: Page, office: Page) -> None:
    follow(novice, "我的三人行")
    expect(novice.get_by_text(re.compile(r"听课\s*1\s*/\s*15"))).to_be_visible()
    look(novice, "triad-mine")
    follow(office, "三人行")
    go(office.get_by_role("link", name="老陈 → 中周 → 新郑"))
    expect(office.get_by_text(re.compile(r"审阅教案\s*1\s*/\s*15"))).to_be_visible()
    look(office, "triad-office")


def _open_acceptance(page: Page) -> None:
    follow(page, "三人行")
    go(page.get_by_role("link", name="老陈 → 中周 → 新郑"))
    look(page)
    go(page.get_by_role("button", name="开始验收"))
    expect(page.get_by_text("已开始验收，请评委打分。")).to_be_visible()
    look(page)


def _score(page: Page, name: str, *, points_short: int) -> None:
    """Full points, or so many fewer in each line as there are; the lines in their order."""
    follow(page, "验收")
    go(page.get_by_role("link", name=re.compile(f"^{name}")))
    look(page)
    for _key, label, points in DEFAULT_RUBRIC:
        page.get_by_label(f"{label}（{points}）").fill(str(points - points_short))
    go(page.get_by_role("button", name="保存打分"))
    expect(page.get_by_text("已打分；验收前可以再改。")).to_be_visible()
    look(page, "triad-score" if points_short else "")


def _decide(page: Page, name: str, outcome: Outcome, comment: str) -> None:
    follow(page, "验收")
    go(page.get_by_role("link", name=re.compile(f"^{name}")))
    page.get_by_label(outcome.label).check()
    page.get_by_label("验收意见").fill(comment)
    go(page.get_by_role("button", name="确定结论"))
    expect(page.get_by_text("已验收。")).to_be_visible()
    look(page, "triad-decided" if outcome is Outcome.PASSED else "")


def _read_the_certificate(page: Page) -> None:
    follow(page, "我的三人行")
    go(page.get_by_role("link", name=re.compile("^打开")))
    look(page)
    go(page.get_by_role("link", name="3号 新教师的验收"))
    look(page)
    go(page.get_by_role("link", name="打印证书"))
    certificate = page.get_by_role("article")
    for words in ("新郑老师", "师从老陈、中周老师", "验收 100 分", "准予出师", "SRX-"):
        expect(certificate).to_contain_text(words)
    look(page, "triad-certificate")
    prints_on_one_sheet(page)


def _see_the_extension(page: Page) -> None:
    follow(page, "我的三人行")
    go(page.get_by_role("link", name=re.compile("^打开")))
    go(page.get_by_role("link", name="2号 中坚教师的验收"))
    expect(page.get_by_text("再主持一学期集体备课。")).to_be_visible()
    expect(page.get_by_role("link", name="打印证书")).to_have_count(0)
    look(page)


def _see_the_triad_go_on(page: Page, school: MentoringSchool) -> None:
    page.goto(f"/mentoring/proposal?term={school.begin_the_next_term()}")
    expect(page.get_by_text("上学期验收延期，原班人马继续。")).to_be_visible()
    look(page)


def prints_on_one_sheet(page: Page) -> None:
    """The article alone leaves the printer, on one sheet of A4."""
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="主导航")).to_be_hidden()
    expect(page.get_by_role("article")).to_be_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    page.emulate_media(media="screen")


def go(target: Locator) -> None:
    """Tap something that leads to another page, and wait until it is there."""
    with target.page.expect_navigation():
        target.click()


def look(page: Page, name: str = "") -> None:
    """A stop of the walk: nothing that axe complains of, nothing wider than the screen; with a name, a picture."""
    axe(page)
    fits(page)
    if name:
        picture(page, name, is_whole=True)
