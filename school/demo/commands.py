"""Loading the demo school into an empty database."""

from collections.abc import Callable, Iterator

import click

from school.accounts.models import RoleGrant, User
from school.accounts.passwords import hash_password
from school.accounts.queries import count_users, find_user_by_login
from school.audit.service import COMMAND_LINE, record
from school.clock import now, today
from school.db import db, transaction
from school.demo.accounts import DEMO_PASSWORD
from school.demo.courses.catalogue import enter_courses, season_of
from school.demo.courses.selection import play_selection
from school.demo.dice import dice
from school.demo.families import enter_families
from school.demo.history import play_history
from school.demo.mentoring.play import play_mentoring
from school.demo.mentoring.stage import set_stage
from school.demo.parentschool.play import play_parent_school
from school.demo.staff import enter_staff
from school.demo.stage import Stage
from school.demo.terms import Times, enter_calendar
from school.demo.today import play_today
from school.permissions import Role
from school.preferences.service import change

SCHOOL_NAME = "阳光小学"


def load_demo_school(report: Callable[[str], None]) -> None:
    """Fill an empty database with the demo school in one transaction, saying in `report` how far it is."""
    with transaction(), db.session.no_autoflush:
        change({"school_name": SCHOOL_NAME}, actor=COMMAND_LINE)
        times = enter_calendar(today())
        report(f"{SCHOOL_NAME}：校历已录入")
        password_hash, phones = hash_password(DEMO_PASSWORD), _phones()
        staff = enter_staff(times, phones, password_hash)
        _enter_administrator(password_hash, times)
        enter_families(times, staff, phones, password_hash)
        report("24 个班、60 位教师、720 名学生和他们的监护人")
        stage = Stage(times, staff, {teacher.id: teacher for teacher in staff.teachers.values()})
        play_history(stage, now())
        play_today(stage, now())
        stage.diary.write()
        season = season_of(times, now())
        play_selection(season, enter_courses(times, staff, season), find_user_by_login("office"))
        growth = set_stage(times, staff, now())
        triads = play_mentoring(growth)
        sessions, visits = play_parent_school(growth)
        growth.write_audit()
        sentence = f"装入了演示学校“{SCHOOL_NAME}”"
        record(COMMAND_LINE, "demo.load", sentence, subject_type="school")
        report("27 门课程和学业辅导，一次摇号，补选正在进行")
        report(f"{triads} 个三人行、分层、年度计划、教研和团队评价")
        report(f"家长学校 {sessions} 个活动，家访 {visits} 次")
        report(f"{len(times.past_days)} 个教学日的作业：{len(stage.diary.days)} 个班日，{stage.diary.items} 项")


@click.command("load-demo")
def load_demo() -> None:
    """Load the demo school into an empty database."""
    if count_users():
        raise click.ClickException("数据库里已有账号，演示学校只能装入空的数据库。")
    load_demo_school(report=click.echo)


def _phones() -> Iterator[str]:
    """Numbers from a block that is given to nobody, in no order, each once."""
    return (f"1390000{number:04}" for number in dice("phones").sample(range(10_000), 10_000))


def _enter_administrator(password_hash: str, times: Times) -> None:
    user = User(login="admin", display_name="系统管理员", password_hash=password_hash, activated_at=now(), created_at=now())
    starts_on = min(times.today, times.terms[2].starts_on)
    db.session.add_all([user, RoleGrant(user=user, role=Role.ADMINISTRATOR, starts_on=starts_on)])
    db.session.flush()


commands = (load_demo,)
