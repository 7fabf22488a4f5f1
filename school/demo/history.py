"""The two months before the day of loading: mostly in good order, and one example of everything that happens."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from school.clock import at
from school.demo.dice import dice
from school.demo.scene import Scene
from school.demo.staff import GRADES, NUMBERS, Place
from school.demo.stage import Stage, Tasks
from school.demo.tasks import everyone
from school.homework.enums import Form, Kind
from school.homework.models import HomeworkItem
from school.homework.rules.filing import ItemValues, LayerValues

# What becomes of a class-day, and how many in a thousand; the rest is filed and published in time.
FATES = {
    "forgotten": 10,
    "not_published": 12,
    "late": 45,
    "none": 18,
    "returned": 15,
    "left_returned": 6,
    "withdrawn": 10,
    "amended": 20,
    "retracted": 6,
    "added": 12,
}
# What somebody who opens the shown class finds in its last days.
SHOWN_CLASS: Place = (3, 2)
SHOWN_FATES = dict.fromkeys(range(1, 21), "in_time") | {2: "amended", 6: "late", 9: "none", 13: "returned", 17: "not_published"}

LATE_REASONS = (
    "教研活动结束晚，统筹推迟。",
    "英语老师外出学习，等待填报。",
    "下午运动会彩排，晚些公示。",
    "网络中断，恢复后补公示。",
    "与数学老师商量减量，公示推迟。",
)
RETURN_REASONS = ("题量偏大，请减少2题。", "请写明题号。", "与语文作业合计偏多，请调整。")
NOTES = ("", "", "", "本周以阅读为主。", "各科已统筹，总量合适。", "明天有体育课，请穿运动鞋。")
NOT_A_BOOK: dict[str, Any] = {"pages": "", "questions": "", "quantity": "", "trial_minutes": None}
WEEKEND_REASON = "周末习作分两天完成，已与各科商量减少其他书面作业。"


def play_history(stage: Stage, now: datetime) -> None:
    """Play every past class-day, oldest first."""
    for days_ago, on_day in reversed(list(enumerate(stage.times.past_days, start=1))):
        tasks = {grade: stage.tasks(grade, on_day, days_ago) for grade in GRADES}
        for place in ((grade, number) for grade in GRADES for number in NUMBERS):
            grade = stage.grade_on(place, on_day)
            if grade >= 1:
                _play(stage, place, on_day, days_ago, tasks[grade], now)


def _play(stage: Stage, place: Place, on_day: date, days_ago: int, tasks: Tasks, now: datetime) -> None:
    random = dice(f"{place} {days_ago}")
    fate = _fate(place, days_ago, random)
    if fate == "forgotten":
        return
    scene = stage.scene(place, on_day)
    if fate == "none":
        _declare_all(scene, random)
        scene.publish(_afternoon(on_day, random), declares_none=True)
    else:
        _play_filed(scene, fate, tasks, random)
    if scene.day.published_at and on_day <= now.date() - timedelta(days=scene.locked.preferences.close_after_days):
        closing_day = on_day + timedelta(days=scene.locked.preferences.close_after_days)
        scene.close(min(at(closing_day, 1, 30), now))
    scene.end()


def _fate(place: Place, days_ago: int, random: Random) -> str:
    chance = random.randrange(1000)
    if place == SHOWN_CLASS and days_ago in SHOWN_FATES:
        return SHOWN_FATES[days_ago]
    for fate, share in FATES.items():
        if chance < share:
            return fate
        chance -= share
    return "in_time"


def _declare_all(scene: Scene, random: Random) -> None:
    expected = [code for code, lesson in scene.lessons.items() if lesson.has_homework]
    for code, moment in zip(expected, _mornings(scene.day.on_day, len(expected), random), strict=True):
        scene.declare_none(code, moment)


def _play_filed(scene: Scene, fate: str, tasks: Tasks, random: Random) -> None:
    items = file_all(scene, tasks, random)
    on_day = scene.day.on_day
    chosen = next(item for item in items if item.subject_id == scene.lessons["maths"].subject_id)
    _before_publication(scene, fate, chosen, random)
    if fate == "not_published":
        return
    moment = _evening(on_day, random) if fate == "late" else _afternoon(on_day, random)
    reason = random.choice(LATE_REASONS) if fate == "late" else WEEKEND_REASON
    scene.publish(moment, reason=reason, note=random.choice(NOTES))
    _after_publication(scene, fate, chosen, moment + timedelta(minutes=25))


def file_all(scene: Scene, tasks: Tasks, random: Random) -> list[HomeworkItem]:
    """All subjects file what their prep group agreed on; of an expected subject without any most say 「无」."""
    on_day = scene.day.on_day
    expected = {code for code, lesson in scene.lessons.items() if lesson.has_homework}
    acts: list[tuple[str, ItemValues | None]] = []
    for code in scene.lessons:
        acts += [(code, _cut(values, random)) for values in tasks[code]]
        if code in expected and not tasks[code] and random.random() < 0.85:
            acts.append((code, None))
    if scene.limits.is_before_break and scene.locked.grade >= 5 and random.random() < 0.3:
        acts.append(("chinese", _composition(tasks["chinese"][0])))
    random.shuffle(acts)
    items = []
    for (code, values), moment in zip(acts, _mornings(on_day, len(acts), random), strict=True):
        if values is None:
            scene.declare_none(code, moment)
        else:
            items.append(scene.file(code, values, moment, reason=WEEKEND_REASON))
    return items


def _before_publication(scene: Scene, fate: str, item: HomeworkItem, random: Random) -> None:
    on_day = scene.day.on_day
    if fate in ("returned", "left_returned"):
        scene.give_back(item, at(on_day, 14, 5), reason=random.choice(RETURN_REASONS))
    if fate == "returned":
        scene.revise(item, lighter(values_of(item)), at(on_day, 14, 32), reason=WEEKEND_REASON)
    if fate == "withdrawn":
        scene.withdraw(item, at(on_day, 14, 20), reason="课上已经完成，不再布置。")


def _after_publication(scene: Scene, fate: str, item: HomeworkItem, moment: datetime) -> None:
    if fate == "amended":
        scene.amend(item, lighter(values_of(item)), moment, why="用时偏长，适当减少。", reason=WEEKEND_REASON)
    if fate == "retracted":
        scene.retract(item, moment, why="内容与明天的课重复，撤回。")
    if fate == "added":
        values = replace(values_of(item), layers=everyone("观察家里的一种植物，下节科学课说一说。", 10))
        values = replace(values, form=Form.PRACTICE, kind=Kind.PRACTICE, book="", **NOT_A_BOOK)
        scene.file("science", values, moment)
        scene.add(moment + timedelta(minutes=6), reason="科学老师补充一项实践作业。")


def values_of(item: HomeworkItem) -> ItemValues:
    """An item's values as they were typed."""
    layers = tuple(LayerValues(a.layer, a.content, a.minutes, a.in_school_minutes) for a in item.layers)
    names = ("due_on", "form", "kind", "stage", "demand", "book", "pages", "questions", "quantity", "trial_minutes")
    return ItemValues(item.day.on_day, layers=layers, **{name: getattr(item, name) for name in names})


def lighter(values: ItemValues) -> ItemValues:
    """The same with less to do, which saves up to three minutes."""
    less = "少做1题" if values.form.is_written else "可以少做一些"
    layers = []
    for asked in values.layers:
        minutes = max(asked.minutes - 3, 2)
        in_school = minutes if asked.in_school_minutes == asked.minutes else min(asked.in_school_minutes, minutes)
        is_again = asked.content.endswith(f"({less})。")
        content = asked.content.replace("少做1题", "少做2题") if is_again else f"{asked.content.rstrip('。')}（{less}）。"
        layers.append(replace(asked, content=content, minutes=minutes, in_school_minutes=in_school))
    return replace(values, layers=tuple(layers))


def _cut(values: ItemValues, random: Random) -> ItemValues:
    """A class may cut what its grade was set, never add (S6)."""
    return lighter(values) if values.form is Form.WRITTEN and random.random() < 0.08 else values


def _composition(values: ItemValues) -> ItemValues:
    """A composition for the weekend beside the usual work, which passes the weekend's limit (HW-04)."""
    layers = everyone("完成本单元习作的初稿，不少于400字，自己读一读、改一改。", 30)
    return replace(values, layers=layers, form=Form.WRITTEN, kind=Kind.UNIT, book="习作本", **NOT_A_BOOK)


def _mornings(on_day: date, count: int, random: Random) -> list[datetime]:
    """When the items of a day are filed: between 8:35 and 13:50, in order."""
    minutes = sorted(random.randrange(315) for _number in range(count))
    return [at(on_day, 8, 35) + timedelta(minutes=minute) for minute in minutes]


def _afternoon(on_day: date, random: Random) -> datetime:
    return at(on_day, 15, 2) + timedelta(minutes=random.randrange(56))


def _evening(on_day: date, random: Random) -> datetime:
    return at(on_day, 16, 4) + timedelta(minutes=random.randrange(140))
