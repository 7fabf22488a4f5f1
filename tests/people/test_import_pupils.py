"""Pupils' lists: who is new, who is the same, who moved, and what is wrong, row by row."""

import csv
import json
from datetime import date, datetime

import pytest

from school.accounts.models import RoleGrant, User
from school.clock import ZONE
from school.db import db
from school.people.enums import MembershipEnd, Relation
from school.people.models import ClassMembership, Guardian, Guardianship, Pupil, SchoolClass
from school.people.queries import children_of_user
from school.people.queries.listing import pupils_of_class, stays_of_pupil
from school.permissions import Role
from tests.conftest import SHARED
from tests.people.cast import HEADER, PUPILS, class_id, import_pupils

pytestmark = pytest.mark.usefixtures("today_is")
LATER = datetime(2026, 12, 1, 8, 0, tzinfo=ZONE)
NUMBERED = [*HEADER, "学籍辅号"]


def count(model: type) -> int:
    return db.session.query(model).count()


def reasons(run: object) -> list[tuple[int, str, str]]:
    return [(wrong.row_number, wrong.column, wrong.reason) for wrong in run.plan.wrong]  # type: ignore[attr-defined]


def test_a_list_makes_classes_pupils_guardians_and_accounts() -> None:
    run = import_pupils(PUPILS)
    assert run.is_applied
    assert run.plan.counts == {
        "added": 5, "changed": 0, "moved": 0, "unchanged": 0, "wrong_rows": 0, "new_classes": 3, "new_accounts": 4
    }  # fmt: skip
    assert run.plan.new_classes == ["一年级1班", "三年级2班", "五年级1班"]
    names = [
        (p.name, p.number_in_class, p.guardians[0].name, p.guardians[0].relation) for p in pupils_of_class(class_id(2024, 2))
    ]
    assert names == [
        ("孙小宝", "01", "孙家长", Relation.FATHER),
        ("阿依古丽·买买提", "02", "买买提", Relation.FATHER),
        ("乌云其木格", "03", "其其格", Relation.MOTHER),
    ]


def test_a_second_import_changes_nothing() -> None:
    import_pupils(PUPILS)
    before = [count(model) for model in (User, Pupil, Guardian, Guardianship, ClassMembership, SchoolClass, RoleGrant)]
    run = import_pupils(PUPILS)
    assert (run.plan.counts["added"], run.plan.counts["changed"], run.plan.unchanged) == (0, 0, 5)
    assert [count(m) for m in (User, Pupil, Guardian, Guardianship, ClassMembership, SchoolClass, RoleGrant)] == before


def test_a_guardian_of_two_children_has_one_account_without_a_code() -> None:
    import_pupils(PUPILS)
    user = db.session.query(User).filter_by(login="13900000001").one()
    assert [child.name for child in children_of_user(user.id)] == ["孙小宝", "孙小妹"]
    assert (user.display_name, user.code_serial, user.password_hash) == ("孙家长", 0, None)
    assert [grant.role for grant in user.grants] == [Role.GUARDIAN]


def test_guardians_of_other_names_on_one_phone_get_numbered_logins_and_the_plan_warns() -> None:
    run = import_pupils([*PUPILS, ["一年级", "1班", "02", "孙小弟", "男", "孙奶奶", "奶奶", "13900000001"]])
    assert [user.login for user in db.session.query(User).order_by(User.id) if user.login.startswith("13900000001")] == [
        "13900000001",
        "13900000001-2",
    ]
    assert any("1 个手机号码由不同姓名的监护人" in warning for warning in run.plan.warnings)


def test_pupils_of_a_new_class_are_in_it_since_the_school_year_began_and_later_ones_since_today() -> None:
    import_pupils(PUPILS)
    import_pupils([*PUPILS, ["三年级", "2班", "04", "新来的", "女", "", "", ""]])
    starts = {m.pupil.name: m.starts_on for m in db.session.query(ClassMembership)}
    assert (starts["孙小宝"], starts["新来的"]) == (date(2026, 9, 1), date(2026, 11, 25))


def test_a_pupil_found_in_another_class_has_moved(today_is) -> None:  # noqa: ANN001
    import_pupils(PUPILS)
    today_is(LATER)
    moved = [["三年级", "3班", "09", *PUPILS[0][3:]], *PUPILS[1:]]
    run = import_pupils(moved)
    assert [(c.who, c.what) for c in run.plan.moved] == [("孙小宝", "三年级2班 → 三年级3班")]
    assert count(Pupil) == 5
    pupil = db.session.query(Pupil).filter_by(name="孙小宝").one()
    stays = [(s.class_number, s.starts_on, s.ends_on, s.end_reason) for s in stays_of_pupil(pupil.id)]
    assert stays == [
        (3, date(2026, 12, 1), None, None),
        (2, date(2026, 9, 1), date(2026, 11, 30), MembershipEnd.MOVED_CLASS),
    ]
    assert import_pupils(moved).plan.counts["moved"] == 0


@pytest.mark.parametrize("separator", ["•", "・", "‧", "．", "·"])
def test_a_lookalike_separator_is_the_same_pupil(separator: str) -> None:
    import_pupils(PUPILS)
    rows = [[cell.replace("·", separator) for cell in row] for row in PUPILS]
    assert import_pupils(rows).plan.counts["added"] == 0
    assert [p.name for p in db.session.query(Pupil) if "阿依古丽" in p.name] == ["阿依古丽·买买提"]


def test_two_pupils_of_one_name_in_one_class_stay_two() -> None:
    rows = [["三年级", "2班", str(n), "达来", "男", "达父", "父亲", f"1390000001{n}"] for n in (1, 2)]
    for _time in range(2):
        run = import_pupils(rows)
        assert run.plan.wrong == []
    assert (run.plan.counts["added"], run.plan.unchanged) == (0, 2)
    assert [p.number_in_class for p in pupils_of_class(class_id(2024, 2))] == ["1", "2"]


def test_namesakes_told_apart_by_nothing_but_their_guardians_stay_two() -> None:
    header = [title for title in HEADER if title != "班内学号"]
    rows = [["三年级", "2班", "达来", "男", "达父", "父亲", f"1390000001{n}"] for n in (1, 2)]
    for _time in range(2):
        run = import_pupils(rows, header)
    assert (run.plan.counts["added"], run.plan.unchanged, run.plan.wrong) == (0, 2, [])


def test_namesakes_that_nothing_tells_apart_are_refused() -> None:
    import_pupils([["三年级", "2班", str(n), "达来", "男", "", "", ""] for n in (1, 2)])
    run = import_pupils([["三年级", "2班", "达来"]], ["年级", "班级", "姓名"])
    assert reasons(run) == [(2, "姓名", "本班已有 2 名同名学生，分不清是哪一位。请补上学籍辅号、班内学号或监护人电话。")]


def test_a_duplicate_row_is_named_with_the_first() -> None:
    run = import_pupils([PUPILS[0], PUPILS[1], PUPILS[0]])
    assert not run.is_applied
    assert reasons(run) == [(4, "姓名", "与第 2 行重复：同班同名。确实是两名学生的，请填上各自的学籍辅号或班内学号。")]
    assert count(Pupil) == 0


def test_a_register_number_twice_is_named() -> None:
    run = import_pupils([[*PUPILS[0], "20240201"], [*PUPILS[1], "20240201"]], NUMBERED)
    assert reasons(run) == [(3, "学籍辅号", "与第 2 行（孙小宝）重复。")]


def test_register_numbers_decide_over_names() -> None:
    import_pupils([[*row, f"2024{n}"] for n, row in enumerate(PUPILS)], NUMBERED)
    renamed = [[*row, f"2024{n}"] for n, row in enumerate(PUPILS)]
    renamed[1][3] = "阿依古丽"
    run = import_pupils(renamed, NUMBERED)
    assert [(c.who, c.what) for c in run.plan.changed] == [("阿依古丽", "姓名 阿依古丽·买买提 → 阿依古丽")]
    stranger = [["四年级", "1班", "01", "别的人", "男", "", "", "", "20240"]]
    assert reasons(import_pupils(stranger, NUMBERED))[0][1] == "学籍辅号"


def test_each_wrong_cell_is_named_and_nothing_is_written() -> None:
    rows = [
        PUPILS[0],
        ["三年级", "2班", "02", "", "男", "", "", ""],
        ["高三", "2班", "03", "甲", "男", "", "", ""],
        ["三年级", "2班", "04", "乙", "狗", "丁", "父亲", "123"],
    ]
    run = import_pupils(rows)
    assert [(wrong.row_number, wrong.column, wrong.value) for wrong in run.plan.wrong] == [
        (3, "姓名", ""),
        (4, "班级", "高三 2班"),
        (5, "性别", "狗"),
        (5, "手机号码", "123"),
    ]
    assert not run.is_applied
    assert count(Pupil) == count(SchoolClass) == count(User) == 0
    assert import_pupils(rows, skip_wrong=True).plan.counts["added"] == 1
    assert count(Pupil) == 1


def test_a_landline_leaves_the_pupil_in_and_the_guardian_without_account() -> None:
    run = import_pupils([["三年级", "2班", "01", "甲", "男", "丁", "父亲", "0471-6543210"]])
    assert run.is_applied
    assert any("固定电话" in warning for warning in run.plan.warnings)
    assert (count(Guardian), count(User)) == (1, 0)
    assert import_pupils([["三年级", "2班", "01", "甲", "男", "丁", "父亲", "0471-6543210"]]).plan.unchanged == 1


def test_a_new_phone_replaces_the_old_one() -> None:
    import_pupils(PUPILS)
    run = import_pupils([[*PUPILS[2][:7], "13911111111"]])
    assert [c.what for c in run.plan.changed] == ["监护人其其格的电话 139****0003 → 139****1111"]
    assert [g.phone for g in pupils_of_class(class_id(2024, 2))[2].guardians] == ["13911111111"]


def test_a_new_phone_for_all_children_keeps_account_and_password() -> None:
    import_pupils(PUPILS)
    user = db.session.query(User).filter_by(login="13900000001").one()
    rows = [[*row[:7], row[7].replace("13900000001", "13922222222")] for row in PUPILS]
    run = import_pupils(rows)
    assert (run.plan.counts["changed"], run.plan.new_accounts) == (2, 0)
    db.session.refresh(user)
    assert user.login == "13922222222"
    assert len(children_of_user(user.id)) == 2
    assert import_pupils(rows).plan.unchanged == 5


def test_a_new_phone_for_one_of_two_children_is_another_guardian() -> None:
    import_pupils(PUPILS)
    run = import_pupils([[*PUPILS[0][:7], "13922222222"]])
    assert run.plan.new_accounts == 1
    assert [
        len(children_of_user(u.id)) for u in db.session.query(User).filter(User.display_name == "孙家长").order_by(User.id)
    ] == [
        1,
        1,
    ]


def test_empty_cells_take_nothing_away_and_pupils_not_in_the_file_stay() -> None:
    import_pupils(PUPILS)
    run = import_pupils([["三年级", "2班", "", "孙小宝", "", "", "", ""]])
    assert run.plan.unchanged == 1
    assert run.plan.missing == ["阿依古丽·买买提（三年级2班）", "乌云其木格（三年级2班）"]
    assert len(pupils_of_class(class_id(2024, 2))) == 3


def test_a_list_of_another_school_year_is_noticed() -> None:
    header, rows = [*HEADER, "入学年月"], [[*row, "202309"] for row in PUPILS[:3]]
    run = import_pupils(rows, header, dry_run=True)
    assert any("像是 2025–2026 学年的" in warning for warning in run.plan.warnings)
    assert not any("像是" in w for w in import_pupils(rows, header, dry_run=True, school_year=2025).plan.warnings)
    assert count(Pupil) == 0


def test_a_teacher_who_is_a_parent_keeps_one_account() -> None:
    from tests.people.cast import import_teachers

    import_teachers([["T09", "孙家长", "13900000001", ""]])
    import_pupils(PUPILS)
    user = db.session.query(User).filter_by(login="13900000001").one()
    assert {grant.role for grant in user.grants} == {Role.SUBJECT_TEACHER, Role.GUARDIAN}
    assert len(children_of_user(user.id)) == 2


@pytest.mark.external
def test_edge_names_survive_byte_for_byte_and_never_make_a_second_pupil() -> None:
    with (SHARED / "names" / "edge_names.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    rows = [["三年级", "2班", str(n), name] for n, name in enumerate([*names, "Null", "NA", "nan", "𠮷野·𡈽"], start=1)]
    import_pupils(rows, HEADER[:4])
    stored = [p.name for p in pupils_of_class(class_id(2024, 2))]
    assert stored == [row[3].replace("•", "·").replace("・", "·").replace("‧", "·") for row in rows]


@pytest.mark.external
def test_naughty_strings_are_names_or_reasons_never_errors() -> None:
    strings = json.loads((SHARED / "payloads" / "blns.json").read_text(encoding="utf-8"))
    rows = [["三年级", "2班", str(n), text.replace("\x00", "")] for n, text in enumerate(strings, start=1) if text.strip()]
    run = import_pupils(rows, HEADER[:4], skip_wrong=True)
    assert run.is_applied
    assert len(run.plan.added) > 200
    assert {wrong.column for wrong in run.plan.wrong} <= {"姓名"}
