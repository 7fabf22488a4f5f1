"""Random frozen lists for tests of the draw: every kind of limit there is, small enough to look at."""

from hypothesis import strategies as st

from school.courses.rules.selection import Application, Course, Meeting, Selection

DAYS = ("1", "2", "3")


@st.composite
def courses(draw: st.DrawFn, number: int) -> Course:
    """A course with one or two meetings, scarce seats, and now and then a minimum, grades, dates or an exemption."""
    meetings = tuple(
        Meeting(day, start, start + 80, draw(st.sampled_from(("all", "all", "odd", "even"))))
        for day, start in draw(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from((940, 1000))), max_size=2, unique=True))
    )
    half = draw(st.sampled_from((("", ""), ("", ""), ("2026-09-01", "2026-10-31"), ("2026-11-01", "2027-01-20"))))
    return Course(
        id=f"C{number}",
        capacity=draw(st.integers(0, 4)),
        number=draw(st.sampled_from(("", "", "", "one"))),
        meetings=meetings,
        minimum=draw(st.sampled_from((0, 0, 0, 2, 3))),
        grades=frozenset(draw(st.sets(st.integers(1, 3), max_size=2))),
        first_on=half[0],
        last_on=half[1],
        is_exempt=draw(st.sampled_from((False, False, False, True))),
    )


@st.composite
def selections(draw: st.DrawFn, *, most_children: int = 12) -> Selection:
    """A list of up to five courses and some children, with sibling groups, courses held before, and priorities."""
    offered = tuple(draw(courses(number)) for number in range(draw(st.integers(1, 5))))
    names = [course.id for course in offered]
    children = []
    for number in range(draw(st.integers(0, most_children))):
        wishes = tuple(draw(st.lists(st.sampled_from(names), max_size=4, unique=True)))
        free = [name for name in names if name not in wishes]
        together = {wish: draw(st.sampled_from(("A", "B"))) for wish in wishes if draw(st.integers(0, 5)) == 0}
        children.append(
            Application(
                id=f"{number:03}",
                wishes=wishes,
                max_courses=draw(st.integers(0, 3)),
                grade=draw(st.sampled_from((None, 1, 2, 3))),
                max_per_day=draw(st.sampled_from((0, 1, 1, 2))),
                held=tuple(draw(st.lists(st.sampled_from(free), max_size=1))) if free else (),
                together=together,
                priority=draw(st.sampled_from((0, 0, 0, 1))),
            )
        )
    return Selection(offered, tuple(children), draw(st.sampled_from((0, 10))))
