"""Cards about after-school courses: what a family still has to do, and what the office does next."""

from flask import url_for

from school.accounts.identity import Person
from school.clock import now
from school.courses.enums import Phase, SelectionState
from school.courses.queries.catalogue import Catalogue, get_catalogue, get_catalogues
from school.courses.queries.choosing import ChildBoard, boards_of_user
from school.courses.queries.family import current_catalogue
from school.courses.queries.results import ClassCounts, class_counts, courses_of_user
from school.courses.rules.facts import SelectionFacts
from school.courses.rules.rounds import Act, last_close, next_act
from school.courses.rules.seats import moment_in_words
from school.home.task import Task
from school.people.rules import class_label
from school.permissions import Permission


def course_tasks(person: Person) -> list[Task]:
    """The person's cards about courses: children, the office's next step, the own class and the own courses."""
    return [*_children(person), *_office(person), *_own_class(person), *_own_courses(person)]


def _children(person: Person) -> list[Task]:
    catalogue = current_catalogue() if person.may(Permission.CHOOSE_COURSES) else None
    return [_child(board) for board in boards_of_user(person.user_id, catalogue, now())] if catalogue else []


def _child(board: ChildBoard) -> Task:
    """An offer comes first, then whatever is missing while the family may choose."""
    title, url = f"{board.child.name} · 选课", url_for("courses.choose_child", pupil_id=board.child.pupil_id)
    if board.offers:
        first = min(board.offers, key=lambda one: one.entry.expires_at)
        text = f"“{first.course.name}”有名额了，请在 {moment_in_words(first.entry.expires_at)} 前确认。"
        return Task(title, "等您确认", "warning", text, "去确认", url, is_due=True)
    until = f"{moment_in_words(board.stage.until)} 截止。" if board.stage.until else ""
    has_chosen = bool(board.places or board.waiting or (board.stage.phase is Phase.WISH and board.wishes))
    if board.stage.is_open and not (board.consent and has_chosen):
        missing = "还没有同意告知书" if not board.consent else "还没有选课"
        return Task(title, board.stage.title, "warning", f"{missing}，{until}", "去选课", url, is_due=True)
    names = "、".join(course.name for course in board.places)
    waiting = f"候补 {len(board.waiting)} 门。" if board.waiting else ""
    wishes = f"志愿 {len(board.wishes)} 个，{until}" if board.stage.phase is Phase.WISH else ""
    text = wishes or (f"已选上{names}。{waiting}" if names else waiting) or board.stage.sentence
    return Task(title, board.stage.title, "ok" if names or wishes else "info", text, "看选课", url)


def _office(person: Person) -> list[Task]:
    """The next step; it is due from the moment it can be taken and families wait for it."""
    catalogue = _organised() if person.may(Permission.MANAGE_COURSES) else None
    if catalogue is None or catalogue.selection is None:
        return []
    selection = catalogue.selection
    act, is_due = next_act(selection), _is_due(selection)
    text = f"{'现在可以' if is_due else '下一步：'}{act.label}。" if act else "没有要办的步骤。"
    url = url_for("courses.selection", term=catalogue.term_id)
    tone = "warning" if is_due else "info"
    return [Task("组织选课", selection.state.label, tone, text, "打开选课安排", url, is_due)]


def _organised() -> Catalogue | None:
    """The newest selection that is not over, whether families may see it yet or not; else the newest that is over."""
    begun = [(one.selection, one) for one in get_catalogues().values() if one.selection]
    going_on = [(facts, one) for facts, one in begun if facts.state is not SelectionState.FINISHED]
    newest = max(going_on or begun, key=lambda pair: (pair[0].start_year, pair[0].term_number), default=None)
    return newest[1] if newest else None


def _is_due(selection: SelectionFacts) -> bool:
    act = next_act(selection)
    if act is Act.DRAW:
        return True
    waits_for = {Act.FREEZE: Phase.WISH, Act.FINISH: Phase.OPEN}.get(act) if act else None
    closed = last_close(selection, waits_for) if waits_for else None
    return closed is not None and closed <= now()


def _own_class(person: Person) -> list[Task]:
    """A homeroom teacher's class in numbers; it is never due, for taking part is the families' choice (AS-01)."""
    may_see = person.may(Permission.SEE_COURSE_RESULTS) and person.homeroom_class_ids
    catalogue = current_catalogue() if may_see else None
    if catalogue is None or catalogue.selection is None:
        return []
    selection = catalogue.selection
    return [_class(row, selection) for row in class_counts(selection.id, sorted(person.homeroom_class_ids))]


def _class(row: ClassCounts, selection: SelectionFacts) -> Task:
    title = f"{class_label(row.entry_year, row.number, selection.start_year)} · 选课"
    url = url_for("courses.class_results", class_id=row.class_id)
    is_before = selection.has_wishes and selection.state in (SelectionState.ANNOUNCED, SelectionState.FROZEN)
    if is_before:
        text = f"{row.pupils} 名学生，已同意 {row.agreed} 名，填了志愿 {row.wishing} 名。"
    else:
        text = f"有课程 {row.placed} 名，只在候补 {row.waiting_only} 名，没有课程 {row.nothing} 名。"
    return Task(title, selection.state.label, "info", text, "看本班结果", url)


def _own_courses(person: Person) -> list[Task]:
    mine = courses_of_user(person.user_id) if person.may(Permission.TEACH_COURSES) else set()
    catalogue = current_catalogue() if mine else None
    courses = [one for one in get_catalogue(catalogue.term_id).courses.values() if one.id in mine] if catalogue else []
    if not courses:
        return []
    names = "、".join(course.name for course in courses)
    return [Task("我的课程", f"{len(courses)} 门", "info", f"本学期开设{names}。", "看名单", url_for("courses.taught"))]
