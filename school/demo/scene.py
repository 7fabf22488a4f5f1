"""A class-day played act by act under the same rules as the services, in memory, to be written all at once.

Calling the services thousands of times would take minutes; what they do to rows, log and audit is done here by their
own parts: the rules, `put_values`, `set_state` and `keep_totals`. tests/demo compares the outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import insert

from school.audit.models import AuditEntry
from school.audit.service import COMMAND_LINE, Actor
from school.clock import frozen
from school.db import db
from school.homework.enums import DayState, ItemState, LogChange
from school.homework.models import HomeworkDay, HomeworkItem, NoHomeworkDeclaration, PublicLogEntry
from school.homework.rules.caps import Limits, check_load, load_concerns
from school.homework.rules.filing import ItemValues
from school.homework.rules.publishing import Publication, check_publication, is_late
from school.homework.rules.states import check_day_transition, check_transition
from school.homework.service.days import LockedDay, keep_totals
from school.homework.service.filing import in_words, put_values, set_state, touch
from school.homework.service.publishing import unfiled_subjects
from school.people.models import Teacher
from school.people.queries import Lesson

PUBLISHABLE = (ItemState.SUBMITTED, ItemState.COORDINATED)


@dataclass
class Diary:
    """Everything played, kept until it is written: class-days with their items, log rows and audit rows."""

    days: list[HomeworkDay] = field(default_factory=list)
    log: list[tuple[dict[str, Any], HomeworkDay, HomeworkItem | None]] = field(default_factory=list)
    audit: list[tuple[dict[str, Any], HomeworkDay | HomeworkItem]] = field(default_factory=list)
    items: int = 0

    def next_key(self) -> str:
        """A submission key nobody has."""
        self.items += 1
        return f"demo-{self.items}"

    def write(self) -> None:
        """Write all of it; the append-only tables in the order in which things happened."""
        db.session.add_all(self.days)
        db.session.flush()
        log = sorted(self.log, key=lambda entry: entry[0]["published_at"])
        rows = [row | {"day_id": day.id, "item_id": item.id if item else None} for row, day, item in log]
        db.session.execute(insert(PublicLogEntry), rows)
        audit = sorted(self.audit, key=lambda entry: entry[0]["happened_at"])
        db.session.execute(insert(AuditEntry), [row | {"subject_id": subject.id} for row, subject in audit])


@dataclass
class Scene:
    """One class-day with the people of the class; every act happens at a moment of the past."""

    locked: LockedDay
    homeroom: Teacher
    lessons: Mapping[str, Lesson]
    teachers: Mapping[int, Teacher]
    diary: Diary

    @property
    def day(self) -> HomeworkDay:
        """The class-day itself."""
        return self.locked.day

    @cached_property
    def limits(self) -> Limits:
        """The day's limits in minutes."""
        return self.locked.limits

    def file(
        self,
        code: str,
        values: ItemValues,
        at: datetime,
        *,
        is_draft: bool = False,
        asks_for_room: bool = False,
        reason: str = "",
    ) -> HomeworkItem:
        """The subject's teacher files an item, or keeps it as a draft; `reason` is kept where the rules ask for one."""
        lesson = self.lessons[code]
        item = HomeworkItem(
            day=self.day,
            subject_id=lesson.subject_id,
            teacher_id=lesson.teacher_id,
            submission_key=self.diary.next_key(),
            state=ItemState.DRAFT,
            asks_for_room=asks_for_room,
            warning_reason=reason if asks_for_room else "",
            state_reason="",
            revision=0,
            version=0,
            created_at=at,
        )
        put_values(item, values)
        self._touch(item, at)
        if not (is_draft or asks_for_room):
            self._submit(item, at, reason)
        verb = "填报了" if item.state is ItemState.SUBMITTED else "保存了草稿"
        sentence = f"{verb}{self.locked.label}{lesson.subject}作业"
        self._tell(at, self._teacher(item), "homework.file", sentence, item, reason=item.warning_reason)
        return item

    def revise(self, item: HomeworkItem, values: ItemValues, at: datetime, *, reason: str = "") -> None:
        """The teacher corrects an item that was returned and submits it again; `reason` as in `file`."""
        was = item.state
        put_values(item, values)
        self._touch(item, at)
        item.state = ItemState.DRAFT
        self._submit(item, at, reason)
        sentence = f"修改了{self.locked.label}的作业（{was.label}→{item.state.label}）"
        self._tell(at, self._teacher(item), "homework.revise", sentence, item, reason=item.warning_reason)

    def declare_none(self, code: str, at: datetime) -> None:
        """The teacher says 「无」 for the subject."""
        lesson = self.lessons[code]
        declaration = NoHomeworkDeclaration(subject_id=lesson.subject_id, teacher_id=lesson.teacher_id, declared_at=at)
        self.day.declarations.append(declaration)
        sentence = f"登记{self.locked.label}{lesson.subject}“无作业”"
        self._tell(at, self.teachers[lesson.teacher_id], "homework.declare_none", sentence, self.day)

    def give_back(self, item: HomeworkItem, at: datetime, *, reason: str) -> None:
        """The homeroom teacher returns an item."""
        self._set_state(item, ItemState.RETURNED, at, self.homeroom, reason=reason)
        self._tell(at, self.homeroom, "homework.return", f"退回了{self.locked.label}的一项作业", item, reason=reason)

    def withdraw(self, item: HomeworkItem, at: datetime, *, reason: str) -> None:
        """The teacher takes an item back before it is published."""
        teacher = self._teacher(item)
        self._set_state(item, ItemState.WITHDRAWN, at, teacher, reason=reason)
        self._tell(at, teacher, "homework.withdraw", f"撤回了{self.locked.label}的一项作业", item, reason=reason)

    def coordinate(self, at: datetime) -> None:
        """The homeroom teacher coordinates the day and hands it to the approver."""
        reason = self._judge(at, declares_none=False, reason="")
        check_day_transition(self.day.state, DayState.COORDINATED)
        for item in self._publishable():
            self._set_state(item, ItemState.COORDINATED, at, self.homeroom)
        day = self.day
        day.state, day.coordinated_at, day.coordinated_by, day.reason = DayState.COORDINATED, at, self.homeroom.user_id, reason
        sentence = f"统筹了{self.locked.label}的作业（{self.locked.load.required} 分钟），送审"
        self._tell(at, self.homeroom, "homework.coordinate", sentence, day, reason=reason)

    def publish(self, at: datetime, *, reason: str = "", note: str = "", declares_none: bool = False) -> None:
        """The homeroom teacher publishes the day; `reason` is kept where the rules ask for one."""
        day, items = self.day, self._publishable()
        check_day_transition(day.state, DayState.PUBLISHED)
        day.reason = self._judge(at, declares_none=declares_none, reason=reason)
        day.note, day.has_none = note, declares_none
        day.is_late = is_late(at, day.on_day, self.locked.preferences.publish_time)
        day.state, day.published_at, day.published_by = DayState.PUBLISHED, at, self.homeroom.user_id
        for item in items:
            self._show(item, LogChange.PUBLISHED, at)
        if not items:
            self._log(None, LogChange.NONE, at)
        what = "「无」" if day.has_none else f"{len(items)} 项，必做书面 {self.locked.load.required} 分钟"
        sentence = f"公示了{self.locked.label}的作业（{what}）" + ("（迟公示）" if day.is_late else "")
        self._tell(at, self.homeroom, "homework.publish", sentence, day, reason=day.reason)

    def add(self, at: datetime, *, reason: str) -> None:
        """The homeroom teacher publishes what was filed after the day was published."""
        items = self._publishable()
        check_load(self.locked.load, self.limits, reason=reason)
        for item in items:
            self._show(item, LogChange.ADDED, at, reason=reason)
        sentence = f"给{self.locked.label}已公示的作业补充了 {len(items)} 项"
        self._tell(at, self.homeroom, "homework.add", sentence, self.day, reason=reason)

    def amend(self, item: HomeworkItem, values: ItemValues, at: datetime, *, why: str, reason: str = "") -> None:
        """The homeroom teacher publishes a new version of an item; the public reads `why`, `reason` is as in `file`."""
        before = in_words(item)
        put_values(item, values)
        self._weigh(item, reason)
        item.version += 1
        self._touch(item, at, self.homeroom)
        self._log(item, LogChange.AMENDED, at, reason=why)
        sentence = f"更正了{self.locked.label}已公示的作业（第 {item.version} 版）：{before} → {in_words(item)}"
        self._tell(at, self.homeroom, "homework.amend", sentence, item, reason=why)

    def retract(self, item: HomeworkItem, at: datetime, *, why: str) -> None:
        """The homeroom teacher withdraws an item that was published."""
        self._set_state(item, ItemState.WITHDRAWN, at, self.homeroom, reason=why)
        item.version += 1
        self._log(item, LogChange.WITHDRAWN, at, reason=why)
        self._tell(at, self.homeroom, "homework.retract", f"撤回了{self.locked.label}已公示的一项作业", item, reason=why)

    def close(self, at: datetime) -> None:
        """The nightly command closes a day that was published long ago."""
        check_day_transition(self.day.state, DayState.CLOSED)
        for item in self.day.items:
            if item.state is ItemState.PUBLISHED:
                with frozen(at):
                    set_state(item, ItemState.CLOSED, actor=COMMAND_LINE)
        self.day.state, self.day.closed_at = DayState.CLOSED, at
        self._tell(at, None, "homework.close", f"归档了{self.locked.label}的作业", self.day)

    def end(self) -> None:
        """The day is as it shall be: keep its totals and remember it."""
        keep_totals(self.locked)
        self.diary.days.append(self.day)

    def _submit(self, item: HomeworkItem, at: datetime, reason: str) -> None:
        check_transition(item.state, ItemState.SUBMITTED)
        item.state, item.state_reason, item.submitted_at = ItemState.SUBMITTED, "", at
        self._weigh(item, reason)

    def _weigh(self, item: HomeworkItem, reason: str) -> None:
        """Judge the day with the item as it now is; the reason is kept with the item if one was needed."""
        load = self.locked.load
        item.warning_reason = reason if load_concerns(load, self.limits) else ""
        check_load(load, self.limits, reason=item.warning_reason)

    def _judge(self, at: datetime, *, declares_none: bool, reason: str) -> str:
        """Judge the day as it would be published; answers the reason if one was needed."""
        publication = Publication(
            on_day=self.day.on_day,
            published_at=at,
            publish_by=self.locked.preferences.publish_time,
            item_count=len(self._publishable()),
            unfiled=tuple(unfiled_subjects(self.day, list(self.lessons.values()))),
            declares_none=declares_none,
            goes_on_unfiled=True,
            confirms_standard=True,
        )
        return reason if check_publication(publication, self.locked.load, self.limits, reason=reason) else ""

    def _publishable(self) -> list[HomeworkItem]:
        return [item for item in self.day.items if item.state in PUBLISHABLE]

    def _teacher(self, item: HomeworkItem) -> Teacher:
        return self.teachers[item.teacher_id]

    def _touch(self, item: HomeworkItem, at: datetime, who: Teacher | None = None) -> None:
        with frozen(at):
            touch(item, _actor(who or self._teacher(item)))

    def _set_state(self, item: HomeworkItem, state: ItemState, at: datetime, who: Teacher, *, reason: str = "") -> None:
        with frozen(at):
            set_state(item, state, reason=reason, actor=_actor(who))

    def _show(self, item: HomeworkItem, change: LogChange, at: datetime, *, reason: str = "") -> None:
        self._set_state(item, ItemState.PUBLISHED, at, self.homeroom)
        item.version += 1
        self._log(item, change, at, reason=reason)

    def _log(self, item: HomeworkItem | None, change: LogChange, at: datetime, *, reason: str = "") -> None:
        row = {
            "change": change,
            "reason": reason,
            "on_day": self.day.on_day,
            "entry_year": self.locked.school_class.entry_year,
            "class_number": self.locked.school_class.number,
            "published_at": at,
            "is_late": self.day.is_late,
        }
        self.diary.log.append((row | self._snapshot(item), self.day, item))

    def _snapshot(self, item: HomeworkItem | None) -> dict[str, Any]:
        """What the public reads of an item; all empty for a day's 「无」."""
        if item is None:
            names = ("subject_code", "subject", "teacher", "staff_code", "kind", "form", "stage", "demand")
            empty = dict.fromkeys((*names, "book", "pages", "questions", "quantity"), "")
            return empty | {"version": 1, "layers": [], "due_on": None}
        teacher = self._teacher(item)
        lesson = next(one for one in self.lessons.values() if one.subject_id == item.subject_id)
        layers = [
            {"layer": a.layer.value, "content": a.content, "minutes": a.minutes, "in_school_minutes": a.in_school_minutes}
            for a in sorted(item.layers, key=lambda asked: asked.layer.value)
        ]
        return {
            "version": item.version,
            "subject_code": lesson.subject_code,
            "subject": lesson.subject,
            "teacher": teacher.public_name,
            "staff_code": teacher.staff_code,
            **{name: getattr(item, name).value for name in ("kind", "form", "stage", "demand")},
            **{name: getattr(item, name) for name in ("book", "pages", "questions", "quantity", "due_on")},
            "layers": layers,
        }

    def _tell(
        self,
        at: datetime,
        who: Teacher | None,
        action: str,
        sentence: str,
        subject: HomeworkDay | HomeworkItem,
        *,
        reason: str = "",
    ) -> None:
        actor = _actor(who) if who else COMMAND_LINE
        row = {
            "happened_at": at,
            "actor_id": actor.user_id,
            "actor_label": actor.label,
            "action": action,
            "subject_type": "homework_day" if isinstance(subject, HomeworkDay) else "homework_item",
            "sentence": sentence,
            "reason": reason,
            "address": "",
        }
        self.diary.audit.append((row, subject))


def _actor(teacher: Teacher) -> Actor:
    return Actor(teacher.user_id, teacher.name)
