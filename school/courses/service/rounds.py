"""The steps of a term's selection: setting it up, announcing, freezing the list, ending it; each under the selection's lock."""

import secrets
from hashlib import sha256

from sqlalchemy.exc import IntegrityError

from school.audit.service import Actor, record
from school.calendar.checks import term_name
from school.calendar.queries import find_term_by_id
from school.clock import now
from school.courses.enums import SelectionState
from school.courses.models import Selection, SelectionWindow
from school.courses.queries.catalogue import Catalogue, get_catalogue, selection_facts_of
from school.courses.queries.freezing import read_list
from school.courses.queries.rounds import grades_of, lacking_of, setup_of
from school.courses.queries.selections import find_selection_of_term, lock_selection
from school.courses.rules.facts import Window
from school.courses.rules.freezing import frozen_json
from school.courses.rules.rounds import (
    Setup,
    StepRefused,
    announcement_problems,
    check_announcement,
    check_change,
    check_finishing,
    check_freezing,
    check_setup,
    has_moved,
)
from school.courses.service.waiting import close_lists
from school.db import db
from school.errors import Conflict, Refused

GONE = "没有这次选课，请回到选课组织页重新进入。"
CHANGED = "别人刚刚改过这次选课。页面上是现在的设置和您填写的内容，请核对后再保存。"


def set_up(term_id: int, setup: Setup, *, by: Actor) -> Selection:
    """Begin a term's selection as a draft. Raises `SetupRefused`; `Refused` when the term has one already."""
    term = find_term_by_id(term_id)
    if term is None:
        raise Refused("没有这个学期，请先在校历里录入。")
    settled = setup.settled()
    check_setup(settled, grades_of(get_catalogue(term_id)), term_starts=term.starts_on, term_ends=term.ends_on)
    if find_selection_of_term(term_id) is not None:
        raise Conflict("这个学期的选课刚刚有人建好了，请刷新页面查看。")
    selection = Selection(term=term, state=SelectionState.DRAFT)
    _put(selection, settled)
    db.session.add(selection)
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict("这个学期的选课刚刚有人建好了，请刷新页面查看。") from None
    keep_record(selection, "courses.set_up", "设置了选课的规则与时间", by)
    return selection


def change(selection_id: int, setup: Setup, *, revision: int, by: Actor) -> Selection:
    """Change the setup; what must not change any more is refused, and a moved window looks at every course again (AS-06)."""
    selection = locked(selection_id)
    if selection.revision != revision:
        raise Conflict(CHANGED)
    old, new = setup_of(selection), setup.settled()
    if old == new:
        return selection
    check_change(old, new, selection.state, now())
    catalogue = get_catalogue(selection.term_id)
    term = selection.term
    check_setup(new, grades_of(catalogue), term_starts=term.starts_on, term_ends=term.ends_on)
    if selection.state is not SelectionState.DRAFT and has_moved(old, new):
        problems = announcement_problems(new, catalogue.courses.values(), lacking_of(catalogue))
        if problems:
            raise StepRefused(problems)
    _put(selection, new)
    selection.revision += 1
    db.session.flush()
    keep_record(selection, "courses.change_selection", f"修改了选课的设置：{_changes_in_words(old, new)}", by)
    return selection


def announce(selection_id: int, *, secret: str | None = None, by: Actor) -> Selection:
    """Make the selection public, with the commitment to a seed nobody has seen; twice changes nothing.

    Only the demo, which is the same every time, gives the `secret`. Raises `StepRefused` naming each course and what it
    lacks (AS-06, AS-08).
    """
    selection = locked(selection_id)
    if selection.state is SelectionState.ANNOUNCED:
        return selection
    if selection.state is not SelectionState.DRAFT:
        raise StepRefused([f"选课现在是“{selection.state.label}”，已经公布过了。"])
    catalogue = get_catalogue(selection.term_id)
    check_announcement(setup_of(selection), catalogue.courses.values(), lacking_of(catalogue), now())
    if selection.has_wishes:
        selection.seed_secret = secret or secrets.token_hex(32)
        selection.seed_commitment = sha256(selection.seed_secret.encode()).hexdigest()
    selection.state, selection.announced_at = SelectionState.ANNOUNCED, now()
    selection.revision += 1
    db.session.flush()
    commitment = f"，种子承诺 {selection.seed_commitment}" if selection.has_wishes else ""
    keep_record(selection, "courses.announce", f"公布了选课安排{commitment}", by)
    return selection


def freeze(selection_id: int, *, by: Actor) -> Selection:
    """Freeze the wishes as a public list with its SHA-256, after all wish windows closed.

    A list frozen before is renewed when a course or a place changed since; an unchanged one stays as it is.
    """
    selection = locked(selection_id)
    check_freezing(selection_facts_of(selection), now())
    drawn = read_list(catalogue_of(selection))
    if not drawn.applications:
        raise StepRefused(["没有一份有效的志愿，不能摇号。请先核对志愿人数。"])
    content = frozen_json(drawn)
    digest = sha256(content.encode()).hexdigest()
    if selection.state is SelectionState.FROZEN and selection.list_sha256 == digest:
        return selection
    words = "重新冻结了" if selection.state is SelectionState.FROZEN else "冻结了"
    selection.frozen_list, selection.list_sha256 = content, digest
    selection.state, selection.frozen_at = SelectionState.FROZEN, now()
    selection.revision += 1
    db.session.flush()
    sentence = f"{words}志愿名单：{len(drawn.applications)} 份，SHA-256 {digest}"
    keep_record(selection, "courses.freeze", sentence, by)
    return selection


def finish(selection_id: int, *, by: Actor) -> Selection:
    """End the selection and its waiting lists: from now on only the office changes anything. Twice changes nothing."""
    selection = locked(selection_id)
    if selection.state is SelectionState.FINISHED:
        return selection
    check_finishing(selection_facts_of(selection), now())
    selection.state, selection.finished_at = SelectionState.FINISHED, now()
    selection.revision += 1
    db.session.flush()
    keep_record(selection, "courses.finish", "结束了选课", by)
    close_lists(selection_id, by=by)
    return selection


def locked(selection_id: int) -> Selection:
    """The selection under its lock, read anew."""
    selection = lock_selection(selection_id)
    if selection is None:
        raise Refused(GONE)
    return selection


def catalogue_of(selection: Selection) -> Catalogue:
    """The catalogue of a locked selection's term."""
    return get_catalogue(selection.term_id)


def _put(selection: Selection, setup: Setup) -> None:
    plain = {name: value for name, value in vars(setup).items() if name != "windows"}
    for name, value in plain.items():
        setattr(selection, name, value)
    wanted = {(one.phase, one.grade): one for one in setup.windows}
    for row in list(selection.windows):
        window = wanted.pop((row.phase, row.grade), None)
        if window is None:
            selection.windows.remove(row)
        else:
            row.opens_at, row.closes_at = window.opens_at, window.closes_at
    for window in wanted.values():
        selection.windows.append(_row(window))


def _row(window: Window) -> SelectionWindow:
    return SelectionWindow(phase=window.phase, grade=window.grade, opens_at=window.opens_at, closes_at=window.closes_at)


WORDS = {
    "has_wishes": "填志愿阶段",
    "max_courses": "每周最多门数",
    "max_per_day": "每天最多门数",
    "max_wishes": "最多志愿数",
    "buffer_minutes": "两门课的间隔",
    "promotion": "候补方式",
    "offer_hours": "确认时限",
    "withdraw_until": "退课截止",
    "favours_unplaced": "上学期落空者优先",
    "public_source": "公开随机数的来源",
    "note": "给家长的说明",
    "windows": "开放时间",
}


def _changes_in_words(old: Setup, new: Setup) -> str:
    return "、".join(words for name, words in WORDS.items() if getattr(old, name) != getattr(new, name))


def keep_record(selection: Selection, action: str, sentence: str, by: Actor) -> None:
    """Write an act on a selection into the audit."""
    name = term_name(selection.term.school_year.start_year, selection.term.number)
    record(by, action, f"在{name}的选课中{sentence}", subject_type="selection", subject_id=selection.id)
