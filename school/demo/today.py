"""Today's boards, alive whatever the hour: what each class has filed, and what waits for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from school.clock import at
from school.demo.dice import dice
from school.demo.scene import Scene
from school.demo.staff import Place
from school.demo.stage import Stage
from school.demo.tasks import Lesson, main_task, tasks_of
from school.homework.rules.filing import ItemValues

MINUTES = {"chinese": 20, "maths": 15, "english": 10}
MINUTES_OF_A_FULL_DAY = {"chinese": 30, "maths": 25, "english": 15}


@dataclass(frozen=True)
class Script:
    """How far a class is: one subject that stands out, and how, and whether the day is published."""

    ends: str = "open"  # open, ready, coordinated, published, none or empty
    subject: str = ""
    how: str = ""  # unfiled, draft, none, returned, withdrawn or room


SCRIPTS: dict[Place, Script] = {
    (1, 1): Script("published"),
    (1, 2): Script("ready"),
    (1, 3): Script(subject="chinese", how="unfiled"),
    (1, 4): Script("published"),
    (2, 1): Script("published"),
    (2, 2): Script(subject="maths", how="draft"),
    (2, 3): Script("ready"),
    (2, 4): Script("empty"),
    (3, 1): Script(subject="maths", how="draft"),
    (3, 2): Script(subject="maths", how="unfiled"),
    (3, 3): Script("ready", subject="english", how="none"),
    (3, 4): Script("published"),
    (4, 1): Script(subject="maths", how="room"),
    (4, 2): Script(subject="maths", how="returned"),
    (4, 3): Script("ready"),
    (4, 4): Script("published"),
    (5, 1): Script("coordinated"),
    (5, 2): Script(subject="english", how="unfiled"),
    (5, 3): Script(subject="chinese", how="withdrawn"),
    (5, 4): Script("published"),
    (6, 1): Script("published"),
    (6, 2): Script("empty"),
    (6, 3): Script("ready"),
    (6, 4): Script("none"),
}


def play_today(stage: Stage, now: datetime) -> None:
    """Play today's class-days up to now; nothing on a day without school."""
    if not stage.times.is_school_today:
        return
    for place, script in SCRIPTS.items():
        if script.ends == "empty":
            continue
        scene = stage.scene(place, stage.times.today)
        _play(scene, script, stage.lesson(scene.locked.grade, scene.day.on_day), now)
        scene.end()


def ago(now: datetime, minutes: int) -> datetime:
    """So many minutes before now, but of today and in time: before school at its earliest, at 15:40 at its latest."""
    latest = min(now, at(now.date(), 15, 40))
    return max(latest - timedelta(minutes=minutes), at(now.date()))


def _play(scene: Scene, script: Script, lesson: Lesson, now: datetime) -> None:
    expected = [code for code, one in scene.lessons.items() if one.has_homework]
    if script.ends == "none":
        for position, code in enumerate(expected):
            scene.declare_none(code, ago(now, 90 - position))
        scene.publish(ago(now, 12), declares_none=True)
        return
    # Not all classes at the same minute.
    spread = (scene.locked.grade * 11 + scene.locked.school_class.number * 7) % 25
    for position, code in enumerate(_others_first(expected, script.subject)):
        _file(scene, script, code, lesson, now, minutes_ago=100 + spread * 3 - 13 * position)
    if script.ends == "coordinated":
        scene.coordinate(ago(now, 5 + spread))
    if script.ends == "published":
        scene.publish(ago(now, 5 + spread))


def _others_first(codes: Iterable[str], last: str) -> list[str]:
    """The subject that stands out comes last, so that it meets the day as the others left it."""
    return sorted(codes, key=lambda code: code == last)


def _file(scene: Scene, script: Script, code: str, lesson: Lesson, now: datetime, *, minutes_ago: int) -> None:
    how = script.how if code == script.subject else ""
    moment = ago(now, minutes_ago)
    if how == "unfiled":
        return
    if how == "none":
        scene.declare_none(code, moment)
        return
    minutes = MINUTES_OF_A_FULL_DAY if script.how == "room" else MINUTES
    for values in _values(code, lesson, minutes[code]):
        is_draft, asks_for_room = how == "draft", how == "room"
        reason = "单元练习要连着做完，请班主任统筹。" if asks_for_room else ""
        item = scene.file(code, values, moment, is_draft=is_draft, asks_for_room=asks_for_room, reason=reason)
    if how == "returned":
        scene.give_back(item, ago(now, 30), reason="与语文合计偏多，请减少2题。")
    if how == "withdrawn":
        scene.withdraw(item, ago(now, 40), reason="页码写错了，改好再报。")


def _values(code: str, lesson: Lesson, minutes: int) -> list[ItemValues]:
    if lesson.is_upper:
        return [main_task(code, lesson, minutes)]
    return tasks_of(code, lesson, dice(f"today {lesson.grade} {code}"))
