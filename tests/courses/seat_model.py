"""Seats and lists in plain memory, moved by the pure rules alone: what any history must lead to, on any database.

`fits` judges a child by counting pairs and days by itself, not through the rules' own judgement, and every step of a
settlement is looked at before it counts: nobody before who fits is skipped, no seat is given twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import permutations

from school.clock import ZONE
from school.courses.enums import CourseState, Family, Phase, Promotion, SelectionState
from school.courses.rules.facts import CourseFacts, MeetingFacts, SelectionFacts, Window
from school.courses.rules.queue import SeatBook
from school.courses.rules.seats import Child, Rulebook, judge, judge_new
from school.waiting.rules import Entry, Expired, Hall, Line, Offered, Promoted, Step
from school.waiting.rules import settle as steps_of

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=ZONE)
NEVER = datetime(2030, 1, 1, tzinfo=ZONE)


def course_facts(course_id: int, capacity: int, day: int, starts_at: int = 960, *, is_exempt: bool = False) -> CourseFacts:
    """A listed course of an hour for grades 1 to 6."""
    return CourseFacts(
        id=course_id,
        code=f"C{course_id:02}",
        name=f"课程{course_id}",
        family=Family.CRAFTS,
        state=CourseState.LISTED,
        state_reason="",
        description="",
        room="",
        grades=frozenset(range(1, 7)),
        capacity=capacity,
        minimum=0,
        first_on=date(2026, 12, 7),
        last_on=date(2027, 1, 15),
        fee_note="",
        safety_note="",
        tags=(),
        is_exempt=is_exempt,
        teachers=("王老师",),
        provider="",
        picture_digest="",
        meetings=(MeetingFacts(day, starts_at, starts_at + 60),),
    )


def rulebook_for(
    courses: Iterable[CourseFacts], *, promotion: Promotion = Promotion.DIRECT, max_courses: int = 2, max_per_day: int = 0
) -> Rulebook:
    """An open round of these courses that is open for ever; two courses at one time of a day clash."""
    by_id = {course.id: course for course in courses}
    selection = SelectionFacts(
        id=1,
        term_id=1,
        start_year=2026,
        term_number=1,
        state=SelectionState.ANNOUNCED,
        has_wishes=False,
        max_courses=max_courses,
        max_per_day=max_per_day,
        max_wishes=5,
        buffer_minutes=0,
        promotion=promotion,
        offer_hours=24,
        withdraw_until=None,
        favours_unplaced=False,
        note="",
        consent_version=1,
        windows=(Window(Phase.OPEN, 0, NOON - timedelta(days=1), NEVER),),
    )
    clashes = {
        one.id: frozenset(other.id for other in by_id.values() if other.id != one.id and _is_clash(one, other))
        for one in by_id.values()
    }
    return Rulebook(selection, by_id, clashes)


def _is_clash(one: CourseFacts, other: CourseFacts) -> bool:
    return any(
        a.weekday == b.weekday and a.starts_at < b.ends_at and b.starts_at < a.ends_at
        for a in one.meetings
        for b in other.meetings
    )


@dataclass
class Model:
    """The seats of one selection. Acts answer whether they were allowed; a refused act changes nothing."""

    rulebook: Rulebook
    grades: Mapping[int, int]
    now: datetime = NOON
    places: set[tuple[int, int]] = field(default_factory=set)  # (pupil, course)
    entries: list[Entry] = field(default_factory=list)
    last_id: int = 0

    def child(self, pupil: int) -> Child:
        """A child as the rules see it."""
        mine = [one for one in self.entries if one.member_id == pupil]
        return Child(
            grade=self.grades[pupil],
            places=frozenset(course for owner, course in self.places if owner == pupil),
            waiting=frozenset(one.line_id for one in mine if one.expires_at is None),
            offered={one.line_id: one.expires_at for one in mine if one.expires_at is not None},
        )

    def line(self, course: int) -> Line:
        """A course's line."""
        placed = sum(one == course for _pupil, one in self.places)
        return Line(placed, [one for one in self.entries if one.line_id == course])

    def find(self, pupil: int, course: int) -> Entry | None:
        """A child's live entry on a list."""
        return next((one for one in self.entries if (one.member_id, one.line_id) == (pupil, course)), None)

    def take(self, pupil: int, course: int, gives_up: tuple[int, ...] = ()) -> bool:
        """Take a seat, or accept an offer of it."""
        self.settle_overdue(course)
        child = self.child(pupil)
        if course in child.places:
            return True
        if course in child.offered:
            return self.accept(pupil, course)
        if not child.places.issuperset(gives_up) or not self._may_take(pupil, course, gives_up):
            return False
        self.entries = [one for one in self.entries if (one.member_id, one.line_id) != (pupil, course)]
        self.places.add((pupil, course))
        self._leave(pupil, gives_up)
        return True

    def withdraw(self, pupil: int, course: int) -> bool:
        """Leave a course."""
        if (pupil, course) not in self.places:
            return False
        self._leave(pupil, (course,))
        return True

    def join(self, pupil: int, course: int, gives_up: tuple[int, ...] = ()) -> bool:
        """Join a list."""
        self.settle_overdue(course)
        child, facts = self.child(pupil), self.rulebook.courses[course]
        if course in child.places or course in child.offered:
            return True
        if not child.places.issuperset(gives_up):
            return False
        if not judge_new(child, facts, self.rulebook, taken=0, now=self.now, gives_up=gives_up).may_wait:
            return False
        entry = self.find(pupil, course)
        if entry is None:
            self._add(pupil, course, gives_up)
        else:
            self.entries[self.entries.index(entry)] = replace(entry, gives_up=gives_up)
        self.settle({course})
        return True

    def join_together(self, pupils: tuple[int, int], course: int) -> bool:
        """Two siblings join a list for both or none."""
        self.settle({course})
        facts = self.rulebook.courses[course]
        if pupils[0] == pupils[1] or facts.capacity < 2:
            return False
        for pupil in pupils:
            if not judge(self.child(pupil), facts, self.rulebook, taken=0, now=self.now).is_free:
                return False
        name = f"group {self.last_id}"
        for pupil in sorted(pupils):
            self._add(pupil, course, (), name)
        self.settle({course})
        return True

    def leave(self, pupil: int, course: int) -> bool:
        """Leave a list; an offer is declined by it, for the siblings too."""
        entry = self.find(pupil, course)
        if entry is None:
            return False
        gone = [entry] if entry.expires_at is None else self._offered_with(entry)
        self.entries = [one for one in self.entries if one not in gone]
        self.settle({course})
        return True

    def decline(self, pupil: int, course: int) -> bool:
        """Decline an offer; somebody who only waits has none."""
        entry = self.find(pupil, course)
        return entry is not None and entry.expires_at is not None and self.leave(pupil, course)

    def transfer(self, pupil: int, source: int, target: int) -> bool:
        """Change a course for another."""
        if source == target:
            return False
        self.settle_overdue(target)
        if (pupil, source) not in self.places:
            return (pupil, target) in self.places
        if (pupil, target) in self.places or target in self.child(pupil).offered:
            return False
        return self.take(pupil, target, (source,))

    def place_by_office(self, pupil: int, course: int) -> bool:
        """The office places a child whatever it waits for, but never past a rule or a seat."""
        self.settle_overdue(course)
        if (pupil, course) in self.places:
            return True
        entry = self.find(pupil, course)
        is_offered = entry is not None and entry.expires_at is not None
        if not self.fits(Entry(0, course, pupil)) or self.free(course) + is_offered <= 0:
            return False
        self.entries = [one for one in self.entries if one is not entry]
        self.places.add((pupil, course))
        self.settle({course})
        return True

    def accept(self, pupil: int, course: int) -> bool:
        """Accept an offer, for the siblings too."""
        entry = self.find(pupil, course)
        if entry is None or entry.expires_at is None or entry.expires_at <= self.now:
            return False
        unit = self._offered_with(entry)
        if not all(self.fits(one) for one in unit):
            return False
        self.entries = [one for one in self.entries if one not in unit]
        left = set()
        for one in unit:
            leaves = self.child(one.member_id).places & set(one.gives_up)
            self.places -= {(one.member_id, given) for given in leaves}
            self.places.add((one.member_id, course))
            left |= leaves
        if left:
            self.settle(left | {one.line_id for one in self.entries if one.member_id in {e.member_id for e in unit}})
        return True

    def cancel(self, course: int) -> bool:
        """Call a course off."""
        facts = replace(self.rulebook.courses[course], state=CourseState.CANCELLED)
        self.rulebook = replace(self.rulebook, courses={**self.rulebook.courses, course: facts})
        lost = {pupil for pupil, one in self.places if one == course}
        self.places = {one for one in self.places if one[1] != course}
        self.entries = [one for one in self.entries if one.line_id != course]
        self.settle({one.line_id for one in self.entries if one.member_id in lost})
        return True

    def wait(self, hours: int) -> bool:
        """Time passes; nothing is told of it."""
        self.now += timedelta(hours=hours)
        return True

    def settle(self, courses: Iterable[int]) -> None:
        """Pass on what is due, looking at every step before it counts."""
        hall = Hall(lambda course: (self.line(course), {pupil: self.child(pupil) for pupil in self.grades}))
        limit = 2 * len(self.entries) + 1
        for count, step in enumerate(steps_of(courses, hall, SeatBook(self.rulebook), self.now), 1):
            self._check_step(step)
            self._apply(step)
            assert count <= limit, "a settlement does not end"

    def fits(self, entry: Entry) -> bool:
        """Whether the child could have the seat, counted here anew."""
        book, selection = self.rulebook.courses, self.rulebook.selection
        course = book[entry.line_id]
        kept = [book[one] for one in self.child(entry.member_id).places - set(entry.gives_up)]
        together = [one for one in (*kept, course) if not one.is_exempt]
        is_week_full = not course.is_exempt and len(together) > selection.max_courses
        days = [day for one in together for day in one.weekdays if day in course.weekdays]
        is_day_full = not course.is_exempt and selection.max_per_day and any(days.count(d) > selection.max_per_day for d in days)
        is_right = self.grades[entry.member_id] in course.grades and course.state is CourseState.LISTED
        is_clash = any(one.id in self.rulebook.clashes[course.id] for one in kept)
        return is_right and not (is_clash or is_week_full or is_day_full)

    def units(self, course: int) -> list[list[Entry]]:
        """Who waits, in order, siblings who go together as one; put in order here anew."""
        waiting = [one for one in self.entries if one.line_id == course and one.expires_at is None]
        drawn = sorted((one for one in waiting if one.draw_rank is not None), key=lambda one: one.draw_rank or 0)
        units: list[list[Entry]] = []
        for entry in drawn + sorted((one for one in waiting if one.draw_rank is None), key=lambda one: one.id):
            mates = [unit for unit in units if entry.together and unit[0].together == entry.together]
            if mates:
                mates[0].append(entry)
            else:
                units.append([entry])
        return units

    def free(self, course: int) -> int:
        """Seats neither placed nor openly offered."""
        return self.rulebook.courses[course].capacity - self.line(course).held(self.now)

    def check(self) -> None:
        """What must be true after every act."""
        for course, facts in self.rulebook.courses.items():
            line = self.line(course)
            assert self.free(course) >= 0, f"course {course} is oversold"
            if facts.state is not CourseState.LISTED:
                assert not line.entries
                assert not line.placed
            overdue = [one for one in line.entries if one.expires_at is not None and one.expires_at <= self.now]
            for unit in self.units(course):
                has_seats = len(unit) <= self.free(course) and not overdue
                assert not (has_seats and all(self.fits(one) for one in unit)), f"{unit} is stuck"
        self._check_changes()
        for pupil in self.grades:
            self._check_child(pupil)

    def _check_child(self, pupil: int) -> None:
        child, selection = self.child(pupil), self.rulebook.selection
        mine = [self.rulebook.courses[one] for one in child.places]
        counted = [one for one in mine if not one.is_exempt]
        assert len(counted) <= selection.max_courses
        assert not any(one.id in self.rulebook.clashes[other.id] for one in mine for other in mine)
        days = [day for one in counted for day in one.weekdays]
        assert not selection.max_per_day or all(days.count(day) <= selection.max_per_day for day in days)
        assert not child.places & (child.waiting | child.offered.keys())

    def _check_changes(self) -> None:
        """No two children, each first in line for the other's seat, stand there without changing."""
        if self.rulebook.selection.promotion is Promotion.OFFER:
            return
        for one, other in permutations(self.rulebook.courses, 2):
            heads = [next((u[0] for u in self.units(c) if len(u) == 1 and self.fits(u[0])), None) for c in (one, other)]
            if heads[0] and heads[1] and heads[0].member_id != heads[1].member_id:
                gives = (heads[0].member_id, other) in self.places and other in heads[0].gives_up
                takes = (heads[1].member_id, one) in self.places and one in heads[1].gives_up
                assert not (gives and takes), f"{heads} could change"

    def _check_step(self, step: Step) -> None:
        if isinstance(step, Expired):
            assert all(one.expires_at is not None and one.expires_at <= self.now for one in step.entries)
            return
        assert isinstance(step, Promoted | Offered)
        for entry in step.entries:
            assert self.fits(entry), f"{entry} does not fit"
            given = sum(entry.line_id in leaves for leaves in getattr(step, "leaves", {}).values())
            mine = sum(one.line_id == entry.line_id for one in step.entries)
            free = self.free(entry.line_id) + given
            assert mine <= free, f"{entry} has no seat"
            for unit in self.units(entry.line_id):
                if entry in unit:
                    assert set(unit) <= set(step.entries), "siblings apart"
                    break
                assert len(unit) > free or not all(self.fits(one) for one in unit), f"{unit} is skipped by {entry}"

    def _apply(self, step: Step) -> None:
        self.entries = [one for one in self.entries if one not in step.entries]
        if isinstance(step, Offered):
            self.entries += [replace(one, expires_at=step.until) for one in step.entries]
        elif isinstance(step, Promoted):
            for one in step.entries:
                self.places -= {(one.member_id, course) for course in step.leaves[one.id]}
                self.places.add((one.member_id, one.line_id))

    def _may_take(self, pupil: int, course: int, gives_up: tuple[int, ...]) -> bool:
        entry = self.find(pupil, course)
        if entry is not None and entry.together:
            return False
        taken = self.line(course).held(self.now)
        facts = self.rulebook.courses[course]
        return judge_new(self.child(pupil), facts, self.rulebook, taken=taken, now=self.now, gives_up=gives_up).is_free

    def _leave(self, pupil: int, courses: tuple[int, ...]) -> None:
        if courses:
            self.places -= {(pupil, course) for course in courses}
            self.settle({*courses, *(one.line_id for one in self.entries if one.member_id == pupil)})

    def settle_overdue(self, course: int) -> None:
        """What every write on a course does first."""
        if any(one.expires_at is not None and one.expires_at <= self.now for one in self.line(course).entries):
            self.settle({course})

    def _add(self, pupil: int, course: int, gives_up: tuple[int, ...], together: str = "") -> None:
        self.last_id += 1
        self.entries.append(Entry(self.last_id, course, pupil, None, together, gives_up))

    def _offered_with(self, entry: Entry) -> list[Entry]:
        if not entry.together:
            return [entry]
        same = (entry.line_id, entry.together)
        return [one for one in self.entries if (one.line_id, one.together) == same and one.expires_at is not None]
