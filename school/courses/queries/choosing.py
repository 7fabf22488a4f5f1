"""What a guardian's pages show of each child: its stage, wishes, places, lists and what is possible, in few statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from school.calendar.rules import grade_of
from school.courses.enums import CourseState, SelectionState
from school.courses.queries.catalogue import Catalogue
from school.courses.queries.family import Applied, ConsentHeld, Drawn, applications_of_pupils, consents_of, drawn_for
from school.courses.queries.lines import rulebook_of
from school.courses.queries.seats import ChildSeats, EntryHeld, count_waiting, seats_of_pupils, taken_by_course
from school.courses.rules.choices import Choice, choice_of
from school.courses.rules.facts import CourseFacts, SelectionFacts
from school.courses.rules.seats import Child as Judged
from school.courses.rules.seats import Rulebook
from school.courses.rules.stages import Stage, stage_of
from school.people.queries import Child, children_of_user
from school.people.rules import class_label


@dataclass(frozen=True)
class WishShown:
    """A wish with its course, and the siblings it is tied to or could be tied to."""

    course: CourseFacts
    rank: int
    tied: tuple[Child, ...] = ()
    offered: tuple[Child, ...] = ()


@dataclass(frozen=True)
class EntryShown:
    """A place on a waiting list, or an offer when it has a deadline; `gives_up` are the courses left for it."""

    course: CourseFacts
    entry: EntryHeld
    gives_up: tuple[CourseFacts, ...]


@dataclass(frozen=True)
class ChildBoard:
    """One child of a guardian in a selection, judged at `now`."""

    child: Child
    class_label: str
    grade: int
    stage: Stage
    consent: ConsentHeld | None
    seats: ChildSeats
    applied: Applied
    siblings: tuple["ChildBoard", ...]
    rulebook: Rulebook
    now: datetime

    @property
    def selection(self) -> SelectionFacts:
        """The selection all of this is about."""
        return self.rulebook.selection

    @property
    def judged(self) -> Judged:
        """The child as seats see it."""
        waiting = frozenset(one.course_id for one in self.seats.entries if one.expires_at is None)
        offered = {one.course_id: one.expires_at for one in self.seats.entries if one.expires_at is not None}
        return Judged(self.grade, self._placed_ids, waiting, offered, has_consent=self.consent is not None)

    @property
    def has_old_consent(self) -> bool:
        """Whether the text agreed to has been renewed since."""
        return self.consent is not None and self.consent.version != self.selection.consent_version

    @property
    def places(self) -> list[CourseFacts]:
        """The courses the child is in, by their times."""
        mine = [self.rulebook.courses[one] for one in self._placed_ids if one in self.rulebook.courses]
        return sorted(mine, key=lambda one: (sorted(one.weekdays), one.code))

    @property
    def offers(self) -> list[EntryShown]:
        """What waits for an answer."""
        return [one for one in self._entries if one.entry.expires_at is not None]

    @property
    def waiting(self) -> list[EntryShown]:
        """The lists the child stands on."""
        return [one for one in self._entries if one.entry.expires_at is None]

    @property
    def wishes(self) -> list[WishShown]:
        """The wishes, dearest first."""
        return [self._shown(one.course_id, rank) for rank, one in enumerate(self.applied.wishes, 1)]

    @property
    def standing(self) -> frozenset[int]:
        """Ids of the courses the upper part of the page shows already."""
        wished = self.applied.wished if self.stage.is_open and self.selection.state is SelectionState.ANNOUNCED else ()
        return frozenset({*self._placed_ids, *(one.course_id for one in self.seats.entries), *wished})

    @property
    def _placed_ids(self) -> frozenset[int]:
        return frozenset(one.course_id for one in self.seats.places)

    @property
    def _entries(self) -> list[EntryShown]:
        courses = self.rulebook.courses
        return [
            EntryShown(courses[one.course_id], one, tuple(courses[left] for left in one.gives_up if left in self._placed_ids))
            for one in self.seats.entries
            if one.course_id in courses
        ]

    def _shown(self, course_id: int, rank: int) -> WishShown:
        course, held = self.rulebook.courses[course_id], self.applied.wish(course_id)
        name = held.together if held else ""
        tied = tuple(one for one in self.siblings if name and one.is_tied(course_id, name))
        apart = (one for one in self.siblings if one not in tied and one.grade in course.grades)
        return WishShown(course, rank, tuple(one.child for one in tied), tuple(one.child for one in apart))

    def is_tied(self, course_id: int, name: str) -> bool:
        """Whether the child wishes for a course in a group of this name."""
        held = self.applied.wish(course_id)
        return held is not None and held.together == name


@dataclass(frozen=True)
class CourseCounts:
    """Seats taken and children waiting, by course id."""

    taken: Mapping[int, int]
    waiting: Mapping[int, int]


@dataclass(frozen=True)
class WishOutcome:
    """What the draw made of a wish."""

    course: CourseFacts
    rank: int
    is_given: bool
    line: int | None  # the number on the waiting list the draw gave


def boards_of_user(user_id: int, catalogue: Catalogue, now: datetime) -> list[ChildBoard]:
    """The boards of all children of a guardian, in six statements however many there are."""
    children, rulebook = children_of_user(user_id), rulebook_of(catalogue)
    selection = rulebook.selection
    ids = [one.pupil_id for one in children]
    if not ids:
        return []
    seats, consents = seats_of_pupils(selection.id, ids), consents_of(selection.id, ids)
    applied = applications_of_pupils(selection.id, ids)

    def board(child: Child, siblings: tuple[ChildBoard, ...] = ()) -> ChildBoard:
        grade = grade_of(child.entry_year, selection.start_year)
        return ChildBoard(
            child=child,
            class_label=class_label(child.entry_year, child.class_number, selection.start_year),
            grade=grade,
            stage=stage_of(selection, grade, now),
            consent=consents.get(child.pupil_id),
            seats=seats[child.pupil_id],
            applied=applied.get(child.pupil_id) or Applied(0, child.pupil_id, ""),
            siblings=siblings,
            rulebook=rulebook,
            now=now,
        )

    alone = [board(one) for one in children]
    return [board(one, tuple(other for other in alone if other.child != one)) for one in children]


def counts_of(selection_id: int) -> CourseCounts:
    """Seats taken and children waiting."""
    return CourseCounts(taken_by_course(selection_id), count_waiting(selection_id))


def choice_for(board: ChildBoard, course: CourseFacts, counts: CourseCounts) -> Choice:
    """What the child can do with a course now."""
    return choice_of(
        board.judged,
        course,
        board.rulebook,
        phase=board.stage.phase,
        wished=board.applied.wished,
        taken=counts.taken,
        waiting=counts.waiting,
        now=board.now,
    )


def choices_for(board: ChildBoard, counts: CourseCounts) -> list[Choice]:
    """Every listed course the upper part of the child's page does not show, possible ones first."""
    public = [one for one in board.rulebook.courses.values() if one.state is CourseState.LISTED and one.id not in board.standing]
    return sorted((choice_for(board, one, counts) for one in public), key=lambda one: one.order)


def outcomes_for(board: ChildBoard) -> list[WishOutcome]:
    """What the draw made of the child's wishes; empty before it is public, and for a child that wished for nothing."""
    if not board.selection.has_wishes or board.selection.state not in (SelectionState.DRAWN, SelectionState.FINISHED):
        return []
    drawn = drawn_for(board.selection.id, board.child.pupil_id) if board.applied.wishes else Drawn()
    ranks = dict(drawn.ranks)
    return [
        WishOutcome(board.rulebook.courses[one.course_id], one.rank, one.course_id in drawn.given, ranks.get(one.course_id))
        for one in board.applied.wishes
    ]
