"""The demo's research: collective preparation and workshops every week of both terms with attendance, and two projects."""

from datetime import date, timedelta

from school.calendar.models import Term
from school.clock import at, frozen
from school.db import db
from school.demo.dice import dice
from school.demo.mentoring.cast import LESSONS
from school.demo.mentoring.stage import MentorStage
from school.mentoring.enums import ActivityKind, CycleStage, Presence, ProjectStage
from school.mentoring.models import Attendance, ResearchActivity
from school.mentoring.service import research as service
from school.people.models import Teacher

WORKSHOPS = ("english", "science", "pe", "music", "art", "morality")
THEMES = {
    CycleStage.PREPARE: "备：分层作业怎样分三层",
    CycleStage.EXPLAIN: "说：一节课的作业设计意图",
    CycleStage.TEACH: "讲：当堂练习、当堂完成",
    CycleStage.EVALUATE: "评：用课堂观察单说话",
    CycleStage.REFLECT: "研：把改进写成案例",
}
STAGES = tuple(THEMES)
PROJECTS = (
    ("小学数学分层作业设计的实践研究", "县级", 21, (11, 16, 26, 31), "完成三至六年级分层作业样例 24 份。"),
    ("双减背景下低年级口语表达活动的研究", "校级", 12, (2, 7, 14), ""),
)


def play_research(stage: MentorStage) -> None:
    """Two preparations a week and a workshop every second week, from the start of last term up to now; two projects."""
    activities = [one for term in (stage.before, stage.term) for one in _activities(stage, term)]
    db.session.add_all(activities)
    db.session.flush()
    posts = {one.id: post for post, one in enumerate(stage.teachers)}
    for one in activities:
        sentence = f"登记了{one.kind.label}“{one.theme}”（{len(one.attendances)}人）"
        when, post = one.created_at, posts[one.host_id]
        stage.tell(when, post, "mentoring.research", sentence, "research_activity", one.id)
        if one.revision > 1:
            came = sum(roll.presence is Presence.PRESENT for roll in one.attendances)
            sentence = f"登记了“{one.theme}”的出席：{came}/{len(one.attendances)}"
            stage.tell(when + timedelta(minutes=5), post, "mentoring.roll", sentence, "research_activity", one.id)
    _play_projects(stage)


def _activities(stage: MentorStage, term: Term) -> list[ResearchActivity]:
    found = []
    days = stage.school_days(term.starts_on, term.ends_on)
    weeks: dict[tuple[int, int], list[date]] = {}
    for day in days:
        weeks.setdefault(day.isocalendar()[:2], []).append(day)
    for number, week in enumerate(weeks.values()):
        day = week[min(2, len(week) - 1)]
        grade = number % 6 + 1
        for subject in ("chinese", "maths"):
            people = _teachers(stage, subject, grade)
            lesson = LESSONS[subject][number % len(LESSONS[subject])]
            theme = f"{'一二三四五六'[grade - 1]}年级集体备课：{lesson}"
            found.append(_activity(stage, term, day, subject, grade, people, theme, None, number))
        if number % 2 == 0:
            subject, cycle = WORKSHOPS[number // 2 % len(WORKSHOPS)], STAGES[number // 2 % len(STAGES)]
            people = _teachers(stage, subject, None)
            found.append(_activity(stage, term, week[-1], subject, None, people, THEMES[cycle], cycle, number))
    return [one for one in found if one is not None]


def _activity(
    stage: MentorStage,
    term: Term,
    day: date,
    subject: str,
    grade: int | None,
    people: list[Teacher],
    theme: str,
    cycle: CycleStage | None,
    number: int,
) -> ResearchActivity | None:
    when = at(day, 16, 30 if cycle is None else 50)
    if when + timedelta(minutes=5) > stage.now:
        return None
    random = dice(f"research {term.number} {subject} {number}")
    host = people[number % len(people)]
    made = ResearchActivity(
        term_id=term.id,
        kind=ActivityKind.PREPARATION if cycle is None else ActivityKind.WORKSHOP,
        stage=cycle,
        theme=theme,
        on_day=day,
        place="三楼备课室" if cycle is None else "录播教室",
        subject_id=stage.staff.subjects[subject].id,
        entry_year=stage.times.start_year - grade + 1 if grade else None,
        host_id=host.id,
        summary="统一了教学目标和课时安排，确定当堂练习和分层作业，明确了易错点。",
        product=f"{theme.split('：')[-1]}分层作业" if number % 3 == 0 else "",
        product_link="",
        created_by=host.user_id,
        created_at=when,
        revision=1,
    )
    made.attendances = [Attendance(teacher_id=one.id, presence=Presence.PRESENT) for one in people]
    for one in made.attendances:
        chance = random.random()
        if one.teacher_id != host.id and chance < 0.09:
            one.presence = Presence.EXCUSED if chance < 0.065 else Presence.ABSENT
            made.revision = 2
    return made


def _teachers(stage: MentorStage, subject: str, grade: int | None) -> list[Teacher]:
    found = {
        one.id: one
        for (place, code), one in stage.staff.teachers.items()
        if code == subject and (grade is None or place[0] == grade)
    }
    return [found[id_] for id_ in sorted(found)]


def _play_projects(stage: MentorStage) -> None:
    """One began with last term and is past its middle, one was opened with this term."""
    for number, (title, level, leader, members, outcome) in enumerate(PROJECTS):
        begins = (stage.before, stage.term)[number].starts_on
        ids = [stage.teachers[post].id for post in members]
        actor = stage.actor(leader)
        steps = [(ProjectStage.OPENED, begins + timedelta(days=20), "开题报告通过，分工和进度已定。")]
        if number == 0:
            steps.append((ProjectStage.MIDTERM, stage.before.ends_on - timedelta(days=10), outcome))
        with frozen(stage.moment(begins, 6, 30)):
            day = min(begins, stage.times.today)
            project = service.open_project(title, level, day, stage.teachers[leader].id, ids, actor=actor)
        for reached, day, words in steps:
            if day < stage.times.today:
                with frozen(stage.moment(day, 16)):
                    service.advance_project(project, reached, day, words, "", actor=actor)
