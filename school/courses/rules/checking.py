"""What must be true of a selection whatever happened: an audit that finds damage instead of trusting the writes."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import combinations

from school.courses.enums import CourseState, PlaceSource, SelectionState, WaitingState
from school.courses.rules.facts import WEEKDAYS, CourseFacts
from school.courses.rules.queue import SeatBook, promotes
from school.courses.rules.seats import Child, Rulebook
from school.waiting.rules import Entry, Hall, Line, find_exchange, next_step

GRACE = timedelta(hours=1)  # in which `flask school settle-offers` is expected to have passed an overdue offer on


class Fault(StrEnum):
    """The kinds of damage."""

    OVERSOLD = "oversold"
    DUPLICATE_PLACE = "duplicate_place"
    CLASH = "clash"
    WEEK_LIMIT = "week_limit"
    DAY_LIMIT = "day_limit"
    GRADE = "grade"
    COURSE_NOT_RUNNING = "course_not_running"
    NO_CONSENT = "no_consent"
    OTHER_TERM = "other_term"
    LEFT_SCHOOL = "left_school"
    PLACED_AND_WAITING = "placed_and_waiting"
    DUPLICATE_ENTRY = "duplicate_entry"
    LIST_ORDER = "list_order"
    LIST_AFTER_END = "list_after_end"
    STUCK = "stuck"
    OFFER_DEADLINE = "offer_deadline"
    OFFER_OVERDUE = "offer_overdue"
    SIBLINGS = "siblings"
    WISH_RANKS = "wish_ranks"
    LIST_HASH = "list_hash"
    OUTCOME_HASH = "outcome_hash"
    OUTCOME_ROWS = "outcome_rows"
    COMMITMENT = "commitment"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; a child is named by id only."""

    kind: Fault
    sentence: str
    course_id: int | None = None
    pupil_id: int | None = None


@dataclass(frozen=True)
class PlaceRow:
    """A place as it is stored; `is_live` without an end."""

    id: int
    course_id: int
    pupil_id: int
    source: PlaceSource
    consent_note: str
    is_live: bool


@dataclass(frozen=True)
class EntryRow:
    """An entry of a waiting list as it is stored."""

    id: int
    course_id: int
    pupil_id: int
    state: WaitingState
    draw_rank: int | None
    together: str
    gives_up: tuple[int, ...]
    expires_at: datetime | None


@dataclass(frozen=True)
class WishRow:
    """A wish as it is stored."""

    application_id: int
    pupil_id: int
    course_id: int
    rank: int
    together: str


@dataclass(frozen=True)
class Documents:
    """What the selection published, and the hashes it published with it; texts are empty before that."""

    seed_secret: str = ""
    seed_commitment: str = ""
    frozen_list: str = ""
    list_sha256: str = ""
    outcome: str = ""
    outcome_sha256: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A selection at one moment. `children` are those with a live place or entry; `is_over` when the term has ended."""

    rulebook: Rulebook
    now: datetime
    is_over: bool
    places: tuple[PlaceRow, ...]
    entries: tuple[EntryRow, ...]
    wishes: tuple[WishRow, ...]
    children: Mapping[int, Child]
    documents: Documents
    numbers: Mapping[str, int]  # pupil ids by application number

    @property
    def live_places(self) -> list[PlaceRow]:
        """Places without an end."""
        return [one for one in self.places if one.is_live]

    @property
    def live_entries(self) -> list[EntryRow]:
        """Entries that wait or hold an offer."""
        return [one for one in self.entries if one.state.is_live]

    def course(self, course_id: int) -> CourseFacts | None:
        """A course of the selection's term."""
        return self.rulebook.courses.get(course_id)

    def name(self, course_id: int) -> str:
        """What a course is called, or its id when it belongs to another term."""
        course = self.course(course_id)
        return f"“{course.name}”" if course else f"编号 {course_id} 的课程"


def findings_of(snapshot: Snapshot) -> list[Finding]:
    """Everything that is wrong, kind by kind."""
    return [finding for check in _CHECKS for finding in check(snapshot)]


def _oversold(snap: Snapshot) -> Iterator[Finding]:
    held = Counter(one.course_id for one in snap.live_places)
    held.update(one.course_id for one in snap.live_entries if one.expires_at is not None and snap.now < one.expires_at)
    for course_id, count in sorted(held.items()):
        course = snap.course(course_id)
        if course is not None and count > course.capacity:
            sentence = f"{snap.name(course_id)}只有 {course.capacity} 个名额，名额与待确认名额共 {count} 个。"
            yield Finding(Fault.OVERSOLD, sentence, course_id)


def _duplicates(snap: Snapshot) -> Iterator[Finding]:
    for (pupil_id, course_id), count in Counter((one.pupil_id, one.course_id) for one in snap.live_places).items():
        if count > 1:
            sentence = f"同一个孩子在{snap.name(course_id)}有 {count} 个名额。"
            yield Finding(Fault.DUPLICATE_PLACE, sentence, course_id, pupil_id)
    for (pupil_id, course_id), count in Counter((one.pupil_id, one.course_id) for one in snap.live_entries).items():
        if count > 1:
            sentence = f"同一个孩子在{snap.name(course_id)}的候补名单上有 {count} 处。"
            yield Finding(Fault.DUPLICATE_ENTRY, sentence, course_id, pupil_id)
    placed = {(one.pupil_id, one.course_id) for one in snap.live_places}
    for one in snap.live_entries:
        if (one.pupil_id, one.course_id) in placed:
            sentence = f"孩子已经选上{snap.name(one.course_id)}，却还在它的候补名单上。"
            yield Finding(Fault.PLACED_AND_WAITING, sentence, one.course_id, one.pupil_id)


def _children(snap: Snapshot) -> Iterator[Finding]:
    """Clashes, limits and grades of every child, by its live places."""
    selection = snap.rulebook.selection
    for pupil_id, child in sorted(snap.children.items()):
        mine = [snap.rulebook.courses[one] for one in sorted(child.places) if one in snap.rulebook.courses]
        for one, other in combinations(mine, 2):
            if other.id in snap.rulebook.clashes.get(one.id, ()):
                yield Finding(Fault.CLASH, f"“{one.name}”与“{other.name}”时间冲突。", one.id, pupil_id)
        counted = [course for course in mine if not course.is_exempt]
        if len(counted) > selection.max_courses:
            sentence = f"一周有 {len(counted)} 门课，最多 {selection.max_courses} 门。"
            yield Finding(Fault.WEEK_LIMIT, sentence, None, pupil_id)
        for day, count in sorted(Counter(day for course in counted for day in course.weekdays).items()):
            if selection.max_per_day and count > selection.max_per_day:
                sentence = f"周{WEEKDAYS[day]}有 {count} 门课，最多 {selection.max_per_day} 门。"
                yield Finding(Fault.DAY_LIMIT, sentence, None, pupil_id)
        yield from _grade(snap, pupil_id, child, mine)


def _grade(snap: Snapshot, pupil_id: int, child: Child, mine: list[CourseFacts]) -> Iterator[Finding]:
    """While the term lasts: later a child may have left or be in another year group, which changes nothing of what was."""
    if snap.is_over:
        return
    if child.grade is None:
        yield Finding(Fault.LEFT_SCHOOL, "孩子不在任何班级，却还有名额或在候补名单上。", None, pupil_id)
        return
    for course in mine:
        if child.grade not in course.grades:
            yield Finding(Fault.GRADE, f"“{course.name}”不面向孩子所在的年级。", course.id, pupil_id)


def _places(snap: Snapshot) -> Iterator[Finding]:
    for place in snap.live_places:
        course = snap.course(place.course_id)
        if course is None:
            yield Finding(Fault.OTHER_TERM, "名额属于另一个学期的课程。", place.course_id, place.pupil_id)
        elif course.state is not CourseState.LISTED:
            sentence = f"{snap.name(course.id)}{course.state.label}，却还有孩子的名额。"
            yield Finding(Fault.COURSE_NOT_RUNNING, sentence, course.id, place.pupil_id)
        child = snap.children.get(place.pupil_id)
        is_agreed = bool(place.consent_note) if place.source is PlaceSource.OFFICE else child is not None and child.has_consent
        if not is_agreed:
            sentence = f"{snap.name(place.course_id)}的名额没有家长同意的记录。"
            yield Finding(Fault.NO_CONSENT, sentence, place.course_id, place.pupil_id)


def _lists(snap: Snapshot) -> Iterator[Finding]:
    ranks = Counter((one.course_id, one.draw_rank) for one in snap.entries if one.draw_rank is not None)
    for (course_id, rank), count in sorted(ranks.items()):
        if count > 1 or rank < 1:
            sentence = f"{snap.name(course_id)}的候补名单上，摇号名次 {rank} 出现 {count} 次。"
            yield Finding(Fault.LIST_ORDER, sentence, course_id)
    for one in snap.live_entries:
        course = snap.course(one.course_id)
        if course is None:
            yield Finding(Fault.OTHER_TERM, "候补属于另一个学期的课程。", one.course_id, one.pupil_id)
        elif course.state is not CourseState.LISTED:
            sentence = f"{snap.name(course.id)}{course.state.label}，却还有人候补。"
            yield Finding(Fault.COURSE_NOT_RUNNING, sentence, course.id, one.pupil_id)
        if snap.rulebook.selection.state is SelectionState.FINISHED:
            yield Finding(
                Fault.LIST_AFTER_END, f"选课已经结束，{snap.name(one.course_id)}却还有人候补。", one.course_id, one.pupil_id
            )
        if (one.state is WaitingState.OFFERED) != (one.expires_at is not None):
            sentence = f"{snap.name(one.course_id)}的待确认名额没有期限，或不待确认却有期限。"
            yield Finding(Fault.OFFER_DEADLINE, sentence, one.course_id, one.pupil_id)
        elif one.expires_at is not None and one.expires_at + GRACE < snap.now:
            sentence = f"{snap.name(one.course_id)}的待确认名额逾期很久仍未让出，请检查定时任务 settle-offers。"
            yield Finding(Fault.OFFER_OVERDUE, sentence, one.course_id, one.pupil_id)


def _stuck(snap: Snapshot) -> Iterator[Finding]:
    """Somebody waits though a seat is free and fits, or though two who wait for each other could change."""
    if not promotes(snap.rulebook.selection):
        return
    lines: defaultdict[int, Line] = defaultdict(Line)
    for place in snap.live_places:
        lines[place.course_id].placed += 1
    for one in snap.live_entries:
        entry = Entry(one.id, one.course_id, one.pupil_id, one.draw_rank, one.together, one.gives_up, one.expires_at)
        lines[one.course_id].entries.append(entry)
    book, hall = SeatBook(snap.rulebook), Hall(lambda course_id: (lines[course_id], dict(snap.children)))
    waited_for = sorted({one.course_id for one in snap.live_entries})
    overdue = {one.course_id for one in snap.live_entries if one.expires_at is not None and one.expires_at <= snap.now}
    for course_id in waited_for:
        step = None if course_id in overdue else next_step(course_id, hall, book, snap.now)
        if step is not None:
            sentence = f"{snap.name(course_id)}有空余名额，排在前面的孩子符合条件，却没有递补。"
            yield Finding(Fault.STUCK, sentence, course_id, step.entries[0].member_id)
    circle = None if overdue else find_exchange(waited_for, hall, book, snap.now)
    if circle is not None:
        first = circle.entries[0]
        sentence = f"几个孩子互相等对方的名额，可以同时换课，却没有换：{snap.name(first.line_id)}等。"
        yield Finding(Fault.STUCK, sentence, first.line_id, first.member_id)


def _siblings(snap: Snapshot) -> Iterator[Finding]:
    promoted = {(one.course_id, one.pupil_id) for one in snap.live_places if one.source is PlaceSource.WAITING_LIST}
    groups: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for one in snap.entries:
        is_seated = one.state is WaitingState.PLACED and (one.course_id, one.pupil_id) in promoted
        if one.together and (one.state.is_live or is_seated):
            groups[one.course_id, one.together].add(one.state.value)
    wished: defaultdict[tuple[int, str], set[bool]] = defaultdict(set)
    drawn = {(one.course_id, one.pupil_id) for one in snap.places if one.source is PlaceSource.DRAW}
    if snap.rulebook.selection.state in (SelectionState.DRAWN, SelectionState.FINISHED):
        for wish in snap.wishes:
            if wish.together:
                wished[wish.course_id, wish.together].add((wish.course_id, wish.pupil_id) in drawn)
    for course_id, _name in sorted({key for found in (groups, wished) for key, states in found.items() if len(states) > 1}):
        sentence = f"{snap.name(course_id)}：要么都上、要么都不上的孩子被分开了。"
        yield Finding(Fault.SIBLINGS, sentence, course_id)


def _wishes(snap: Snapshot) -> Iterator[Finding]:
    by_application: defaultdict[int, list[WishRow]] = defaultdict(list)
    for wish in snap.wishes:
        by_application[wish.application_id].append(wish)
        if snap.course(wish.course_id) is None:
            yield Finding(Fault.OTHER_TERM, "志愿填的是另一个学期的课程。", wish.course_id, wish.pupil_id)
    for wishes in by_application.values():
        ranks = sorted(wish.rank for wish in wishes)
        if ranks != list(range(1, len(ranks) + 1)):
            sentence = f"志愿顺序不连续：{'、'.join(map(str, ranks))}。"
            yield Finding(Fault.WISH_RANKS, sentence, None, wishes[0].pupil_id)


def _documents(snap: Snapshot) -> Iterator[Finding]:
    papers = snap.documents
    if _differs(papers.frozen_list, papers.list_sha256):
        yield Finding(Fault.LIST_HASH, "冻结的志愿名单与公布的 SHA-256 不符。")
    if _differs(papers.outcome, papers.outcome_sha256):
        yield Finding(Fault.OUTCOME_HASH, "公布的摇号结果与它的 SHA-256 不符。")
    if papers.seed_secret and _differs(papers.seed_secret, papers.seed_commitment):
        yield Finding(Fault.COMMITMENT, "种子与事先公布的承诺（SHA-256）不符。")


def _outcome(snap: Snapshot) -> Iterator[Finding]:
    """What was drawn is what was published: every place of the draw, and the draw's order on every list."""
    published = _read(snap.documents.outcome)
    codes = {course.code: course.id for course in snap.rulebook.courses.values()}
    if "assignments" not in published:
        return
    told = {(snap.numbers.get(number), codes.get(code)) for number, mine in published["assignments"].items() for code in mine}
    drawn = {(one.pupil_id, one.course_id) for one in snap.places if one.source is PlaceSource.DRAW}
    for pupil_id, course_id in sorted(told ^ drawn, key=str):
        what = "公布了却没有名额" if (pupil_id, course_id) in told else "有摇号名额却没有公布"
        yield Finding(Fault.OUTCOME_ROWS, f"摇号结果与名额不符：{what}。", course_id, pupil_id)
    for code, numbers in published.get("waiting", {}).items():
        line = sorted((one.draw_rank, one.pupil_id) for one in snap.entries if one.course_id == codes.get(code) and one.draw_rank)
        if code not in published.get("closed", ()) and [pupil for _rank, pupil in line] != [snap.numbers.get(n) for n in numbers]:
            yield Finding(Fault.LIST_ORDER, f"{snap.name(codes.get(code, 0))}的候补名单与公布的顺序不符。", codes.get(code))


def _read(outcome: str) -> dict:
    try:
        document = json.loads(outcome) if outcome else {}
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _differs(text: str, published: str) -> bool:
    """Whether a text is not what its published hash says; neither is fine, one without the other is not."""
    if not text and not published:
        return False
    return sha256(text.encode()).hexdigest() != published


_CHECKS: tuple[Callable[[Snapshot], Iterator[Finding]], ...] = (
    _oversold,
    _duplicates,
    _children,
    _places,
    _lists,
    _stuck,
    _siblings,
    _wishes,
    _documents,
    _outcome,
)
