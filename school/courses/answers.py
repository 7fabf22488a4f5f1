"""What a family reads after a tap: one certain sentence naming child, course, weekday, time, room, teacher and places left."""

from school.courses.enums import Promotion
from school.courses.rules.facts import CourseFacts, SelectionFacts
from school.courses.rules.seats import moment_in_words, names_in_words
from school.courses.service.places import Result, ResultKind
from school.courses.service.wishes import WishKind, WishResult


def seat_answer(name: str, result: Result, selection: SelectionFacts | None = None) -> str:
    """The sentence after an act in the open round; `selection` says how a list passes on."""
    course = result.course
    left = f"还剩 {result.seats_left} 个名额。" if result.seats_left is not None else ""
    given_up = f"同时退出了{names_in_words(result.given_up)}。" if result.given_up else ""
    if result.kind is ResultKind.PLACED:
        return f"{name}选上了“{course.name}”：{facts_in_words(course)}。{given_up}{left}"
    if result.kind is ResultKind.ALREADY:
        return f"{name}已经选上“{course.name}”：{facts_in_words(course)}。不用再点。"
    if result.kind is ResultKind.WAITING:
        return f"{name}在“{course.name}”（{course.times}）的候补名单上排第 {result.position} 位。{_comes(selection)}"
    if result.kind is ResultKind.OFFERED and result.expires_at is not None:
        return f"“{course.name}”有名额给{name}了，请在 {moment_in_words(result.expires_at)} 前点“接受”。"
    return f"{name}已经退出“{course.name}”（{course.times}）。"


def wish_answer(name: str, result: WishResult, siblings: str = "") -> str:
    """The sentence after an act on wishes; `siblings` are the names of the children tied to it."""
    course, rank = result.course, result.rank
    if result.kind is WishKind.ADDED:
        return f"“{course.name}”已填为{name}的第 {rank} 志愿：{facts_in_words(course)}。"
    if result.kind is WishKind.ALREADY:
        return f"“{course.name}”已经是{name}的第 {rank} 志愿：{facts_in_words(course)}。"
    if result.kind is WishKind.REMOVED:
        return f"“{course.name}”不在{name}的志愿里了，现在共有 {result.count} 个志愿。"
    if result.kind is WishKind.MOVED:
        return f"“{course.name}”现在是{name}的第 {rank} 志愿，共有 {result.count} 个志愿。"
    if result.kind is WishKind.TOGETHER:
        return f"“{course.name}”（{course.times}）：{name}和{siblings}要么都上，要么都不上。"
    return f"“{course.name}”：{name}单独参加摇号，不和其他孩子绑在一起。"


def facts_in_words(course: CourseFacts) -> str:
    """Weekday, time, room and teacher."""
    return "，".join(part for part in (course.times, course.room, course.teacher) if part)


def _comes(selection: SelectionFacts | None) -> str:
    if selection is None or selection.promotion is Promotion.DIRECT:
        return "有人退出时按顺序递补，轮到就直接选上，结果显示在这一页。"
    return f"有人退出时按顺序递补，轮到时这一页会请您在 {selection.offer_hours} 小时内确认。"
