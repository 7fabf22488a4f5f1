"""A process of its own that acts on seats: `python -m tests.races.enrol_hand URL JOB SEED SELECTION PUPILS COURSES`.

It says `ready`, waits for a line, does its job, and prints what came of it as one JSON object. Jobs: `rush` takes one seat of
the first course for each pupil in turn; `naive` does the same by looking in one transaction and writing in the next;
`storm` does sixty acts at random.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence

from school.audit.service import Actor
from school.clock import frozen, now
from school.courses.enums import PlaceSource
from school.courses.models import Place
from school.courses.queries.lines import find_catalogue_of, rulebook_of, see
from school.courses.service import seats, waiting
from school.db import db, transaction
from school.errors import Refused
from tests.courses.small_courses import NOON

BY = Actor(None, "测试")


def any_act(dice: random.Random, selection: int, pupils: Sequence[int], courses: Sequence[int]) -> str:
    """One act at random in a transaction of its own; answers what came of it."""
    who, what, other = dice.choice(pupils), dice.choice(courses), dice.choice(courses)
    acts: list[Callable[[], object]] = [
        lambda: seats.take(selection, who, what, by=BY, waits_if_full=True),
        lambda: seats.withdraw(selection, who, what, by=BY),
        lambda: waiting.join_list(selection, who, what, by=BY, gives_up=[other]),
        lambda: seats.transfer(selection, who, other, what, by=BY),
        lambda: waiting.leave_list(selection, who, what, by=BY),
    ]
    return tried(dice.choice(acts))


def tried(act: Callable[[], object]) -> str:
    """An act in a transaction of its own; answers the kind of its result, or of its refusal."""
    try:
        with transaction():
            return act().kind.value  # type: ignore[attr-defined]
    except Refused as refused:
        return type(refused).__name__


def naive(selection: int, pupil: int, course: int) -> str:
    """Look in one transaction, write in the next."""
    with transaction():
        rulebook = rulebook_of(find_catalogue_of(selection))
        seen = see(rulebook, pupil, course, now())
    if seen.taken >= rulebook.courses[course].capacity:
        return "CourseFull"
    row = {"selection_id": selection, "course_id": course, "pupil_id": pupil, "taken_at": now()}
    with transaction():
        db.session.add(Place(**row, source=PlaceSource.OPEN_ROUND))
    return "placed"


def main() -> None:
    """Do one job when told to."""
    from school.factory import create_app
    from tests.support.databases import SETTINGS

    url, job, seed, selection, pupils, courses = sys.argv[1:]
    hands, chosen = json.loads(pupils), json.loads(courses)
    app = create_app({**SETTINGS, "DATABASE_URL": url})
    with app.app_context(), frozen(NOON):
        db.session.connection()
        db.session.rollback()
        print("ready", flush=True)
        sys.stdin.readline()
        dice = random.Random(int(seed))
        if job == "storm":
            told = Counter(any_act(dice, int(selection), hands, chosen) for _ in range(60))
        elif job == "naive":
            told = Counter(naive(int(selection), pupil, chosen[0]) for pupil in hands)
        else:
            told = Counter(tried(lambda who=pupil: seats.take(int(selection), who, chosen[0], by=BY)) for pupil in hands)
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
