"""The navigation: one table of sections with their entries, each shown to whoever may open it.

Who has few entries sees them side by side. Who has many sees the sections, and below them the entries of the section
where the page is; a section leads to its first entry.
"""

from dataclasses import dataclass

from flask import request, url_for

from school.accounts.identity import Person
from school.permissions import Permission


@dataclass(frozen=True)
class Entry:
    """One entry of the table: its endpoint, and any of the permissions that open it (none: everybody)."""

    label: str
    endpoint: str
    permissions: frozenset[Permission] = frozenset()
    also: frozenset[str] = frozenset()  # other endpoints of the same section


@dataclass(frozen=True)
class Link:
    """One link as the page shows it."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Section:
    """What belongs together, as one link, with the links inside it."""

    label: str
    links: tuple[Link, ...]

    @property
    def url(self) -> str:
        """Where the section begins."""
        return self.links[0].url

    @property
    def current(self) -> bool:
        """Whether the present page is in it."""
        return any(link.current for link in self.links)


_P = Permission

SECTIONS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "首页",
        (
            Entry("首页", "home.index"),
            Entry(
                "通知",
                "outbox.notices",
                frozenset({_P.OWN_ACCOUNT}),
                frozenset({"outbox.email", "outbox.confirm_email", "outbox.outbox", "outbox.robots", "outbox.new_robot"}),
            ),
        ),
    ),
    (
        "作业",
        (
            Entry(
                "我的作业",
                "homework.mine",
                frozenset({_P.FILE_HOMEWORK}),
                frozenset({"homework.new_item", "homework.edit_item", "homework.withdraw_item"}),
            ),
            Entry(
                "班级统筹",
                "homework.boards",
                frozenset({_P.COORDINATE_HOMEWORK, _P.APPROVE_HOMEWORK}),
                frozenset({"homework.board", "homework.trim_item", "homework.return_item", "homework.request_room"}),
            ),
            Entry("审核与放宽", "homework.approvals", frozenset({_P.APPROVE_HOMEWORK}), frozenset({"homework.answer_request"})),
            Entry("孩子的作业", "homework.family", frozenset({_P.SEE_OWN_CHILDREN})),
            Entry("作业公示", "homework.public_log"),
            Entry("合规报表", "homework.report", frozenset({_P.SEE_HOMEWORK_REPORT})),
        ),
    ),
    (
        "课后服务",
        (
            Entry(
                "为孩子选课",
                "courses.choose",
                frozenset({_P.CHOOSE_COURSES}),
                frozenset(
                    {
                        "courses.choose_child",
                        "courses.choose_course",
                        "courses.choose_history",
                        "courses.choose_consent",
                        "courses.calendar_address",
                    }
                ),
            ),
            Entry(
                "课程目录",
                "courses.catalogue",
                also=frozenset({"courses.course", "courses.timetable", "courses.draw", "courses.draws"}),
            ),
            Entry(
                "课程管理",
                "courses.manage",
                frozenset({_P.MANAGE_COURSES}),
                frozenset(
                    f"courses.{name}"
                    for name in (
                        *("manage_course", "edit_course", "new_course", "edit_picture", "cancel_course"),
                        *("copy_courses", "import_courses", "apply_import", "providers", "new_provider", "edit_provider"),
                    )
                ),
            ),
            Entry(
                "组织选课",
                "courses.selection",
                frozenset({_P.MANAGE_COURSES}),
                frozenset({"courses.preview_draw", "courses.publish_draw", "courses.adjust", "courses.adjust_child"}),
            ),
            Entry(
                "选课结果",
                "courses.results",
                frozenset({_P.SEE_COURSE_RESULTS}),
                frozenset({"courses.class_results", "courses.class_slips"}),
            ),
            Entry("我的课程", "courses.taught", frozenset({_P.TEACH_COURSES}), frozenset({"courses.taught_course"})),
        ),
    ),
    (
        "家校共育",
        (
            Entry(
                "家长学校",
                "parentschool.families",
                frozenset({_P.JOIN_PARENT_SCHOOL}),
                frozenset(
                    f"parentschool.{name}"
                    for name in (
                        *("family_session", "family_history", "sign_up", "withdraw", "answer", "learning", "arrive"),
                        *("reading", "new_note", "change_note", "certificate"),
                    )
                ),
            ),
            Entry(
                "家长学校计划",
                "parentschool.plan",
                frozenset({_P.OWN_GROWTH, _P.MANAGE_PARENT_SCHOOL, _P.SEE_FAMILIES_REPORT}),
                frozenset(
                    f"parentschool.{name}"
                    for name in ("new_plan_row", "change_plan_row", "drop_plan_row", "asked", "answer_request")
                ),
            ),
            Entry(
                "活动与报名",
                "parentschool.sessions",
                frozenset({_P.MANAGE_PARENT_SCHOOL}),
                frozenset(
                    f"parentschool.{name}"
                    for name in (
                        *("session", "new_session", "change_session", "cancel_session", "delete_material"),
                        *("new_date", "change_date", "cancel_date", "ask", "withdraw_request", "write_answer"),
                    )
                ),
            ),
            Entry(
                "签到",
                "parentschool.presence_dates",
                frozenset({_P.SERVE_FAMILIES}),
                frozenset(f"parentschool.{name}" for name in ("presence", "tick_presence", "walk_in", "correct_presence")),
            ),
            Entry(
                "导师团",
                "parentschool.corps",
                frozenset({_P.MANAGE_PARENT_SCHOOL}),
                frozenset(
                    f"parentschool.{name}"
                    for name in ("corps_member", "new_corps_member", "change_corps_member", "end_corps_member")
                ),
            ),
            Entry(
                "读书分享审核",
                "parentschool.moderate_reading",
                frozenset({_P.SERVE_FAMILIES}),
                frozenset({"parentschool.approve_note", "parentschool.return_note"}),
            ),
            Entry("证书", "parentschool.certificates", frozenset({_P.MANAGE_PARENT_SCHOOL})),
            Entry(
                "家访",
                "parentschool.visits",
                frozenset({_P.HOME_VISITS}),
                frozenset(
                    f"parentschool.{name}"
                    for name in (
                        *("visit", "visit_class", "visits_of_child", "new_visit", "edit_visit", "withdraw_visit", "plan_visits"),
                        *("change_planned_visit", "drop_planned_visit", "look_at_visit"),
                        *("new_follow_up", "change_follow_up", "finish_follow_up"),
                    )
                ),
            ),
            Entry(
                "家长反馈",
                "parentschool.feedback",
                frozenset({_P.MANAGE_PARENT_SCHOOL, _P.SEE_FAMILIES_REPORT}),
                frozenset({"parentschool.session_feedback"}),
            ),
            Entry("家校共育报表", "parentschool.report", frozenset({_P.SEE_FAMILIES_REPORT})),
        ),
    ),
    (
        "教师成长",
        (
            Entry(
                "我的三人行",
                "mentoring.my_triads",
                frozenset({_P.OWN_GROWTH}),
                frozenset(f"mentoring.{name}" for name in ("waiting", "new_entry", "change_entry", "return_entry")),
            ),
            Entry(
                "我的成长",
                "mentoring.my_growth",
                frozenset({_P.OWN_GROWTH}),
                frozenset(f"mentoring.{name}" for name in ("my_plan", "add_evidence", "meet")),
            ),
            Entry(
                "三人行",
                "mentoring.triads",
                frozenset({_P.MANAGE_MENTORING, _P.SEE_MENTORING_REPORT}),
                frozenset(
                    f"mentoring.{name}"
                    for name in ("triad", "proposal", "new_triad", "change_member", "dissolve_triad", "duties", "agreement")
                ),
            ),
            Entry(
                "验收",
                "mentoring.acceptances",
                frozenset({_P.ASSESS_MENTORING}),
                frozenset(f"mentoring.{name}" for name in ("acceptance", "score_acceptance", "decide_acceptance", "rubric")),
            ),
            Entry(
                "教师分层",
                "mentoring.staff",
                frozenset({_P.MANAGE_MENTORING, _P.SEE_MENTORING_REPORT, _P.LEAD_RESEARCH}),
                frozenset(
                    f"mentoring.{name}"
                    for name in ("member", "profile", "decide_tier", "plans", "plan", "requirements", "new_requirement")
                ),
            ),
            Entry(
                "教研与课题",
                "mentoring.research",
                frozenset({_P.OWN_GROWTH, _P.SEE_MENTORING_REPORT}),
                frozenset(
                    f"mentoring.{name}" for name in ("activity", "new_activity", "change_activity", "project", "new_project")
                ),
            ),
            Entry(
                "团队评价",
                "compliance.teams",
                frozenset({_P.MANAGE_MENTORING, _P.SEE_MENTORING_REPORT}),
                frozenset({"compliance.team", "compliance.team_weights"}),
            ),
            Entry(
                "教师成长报表", "mentoring.report", frozenset({_P.SEE_MENTORING_REPORT}), frozenset({"mentoring.report_entries"})
            ),
        ),
    ),
    (
        "学校",
        (
            Entry("班级与名单", "people.classes", frozenset({_P.SEE_PEOPLE})),
            Entry("导入名单", "people.imports", frozenset({_P.MANAGE_PEOPLE})),
            Entry("账号与职务", "accounts.users", frozenset({_P.MANAGE_ROLES})),
            Entry("校历", "calendar.index"),
            Entry("学校设置", "preferences.index", frozenset({_P.MANAGE_PREFERENCES})),
            Entry("操作记录", "audit.index", frozenset({_P.SEE_AUDIT})),
        ),
    ),
)

FEW = 8  # entries that fit side by side


def navigation_for(person: Person | None) -> list[Section]:
    """The sections a person (or nobody in particular) may open; the present page is marked."""
    held = person.permissions if person else frozenset()
    sections = [(label, tuple(_link(one) for one in entries if _is_open(one, held))) for label, entries in SECTIONS]
    if sum(len(links) for _label, links in sections) <= FEW:
        return [Section(link.label, (link,)) for _label, links in sections for link in links]
    return [Section(label if len(links) > 1 else links[0].label, links) for label, links in sections if links]


def _is_open(entry: Entry, held: frozenset[Permission]) -> bool:
    return not entry.permissions or bool(entry.permissions & held)


def _link(entry: Entry) -> Link:
    return Link(entry.label, url_for(entry.endpoint), request.endpoint in {entry.endpoint, *entry.also})
