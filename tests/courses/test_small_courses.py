"""The small selection is what its docstring says."""

from school.courses.enums import Phase
from school.courses.queries.catalogue import get_catalogue
from school.people.queries import children_of_user
from tests.courses.small_courses import NOON, SmallCourses


def test_the_open_round_is_open_and_the_clash_is_known(cast: SmallCourses) -> None:
    catalogue = get_catalogue(cast.term.id)
    assert catalogue.selection.is_open(Phase.OPEN, 3, NOON)
    assert [course.name for course in catalogue.listed] == ["剪纸", "足球", "国际象棋", "舞蹈", "合唱", "机器人", "作业辅导"]
    assert catalogue.clashes[cast.paper.id] == {cast.football.id}
    assert catalogue.clashes[cast.chess.id] == frozenset()


def test_one_guardian_has_two_children(cast: SmallCourses) -> None:
    children = children_of_user(cast.guardians[cast.third[0].id].id)
    assert {child.pupil_id for child in children} == {cast.third[0].id, cast.fifth[0].id}
    assert [child.pupil_id for child in children_of_user(cast.second.id)] == [cast.third[0].id]
