"""The mentoring of the town: 陈老师's triad at work, one whose term is over and that is being accepted, one proposed.

陈老师 sits in the middle between 马首席 and 牛新; the other two triads are none of the business of the people in the columns
but the office, the principal and those who assess.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from school.accounts.models import User
from school.audit.service import Actor
from school.calendar.models import Term
from school.clock import at, frozen, now
from school.db import db, transaction
from school.mentoring.enums import ActivityKind, EntryKind, EntryState, Outcome, Seat, Signer, TeamKind, Tier, Title, TriadState
from school.mentoring.models import (
    Acceptance,
    AcceptanceScore,
    Agreement,
    Attendance,
    MentorEntry,
    MentorFile,
    Project,
    ProjectMember,
    Requirement,
    RequirementDone,
    ResearchActivity,
    Signature,
    TeacherProfile,
    TierChange,
    Triad,
    TriadMember,
    YearPlan,
)
from school.mentoring.queries.teams import teams_of, weights_of
from school.mentoring.rules.acceptance import default_rubric
from school.mentoring.service import acceptance, growth, research, teams
from school.mentoring.service.agreements import renew
from school.mentoring.service.research import ActivityValues
from school.people.models import SchoolClass, Subject, Teacher, TeachingAssignment
from tests.homework.small_school import SEPTEMBER, TESTER, WEDNESDAY
from tests.sweeps.target import Target

PDF = b"%PDF-1.7 x"
OVER = date(2026, 11, 20)
NOTHING = {"duties": [], "entries": {}, "research": {"present": 0, "invited": 0}, "first_on": "", "last_on": ""}
SINCE = {Seat.CHIEF: 2005, Seat.MIDDLE: 2018, Seat.NOVICE: 2025}


@dataclass(frozen=True)
class MentorTown:
    """What requests are asked for: ids."""

    mine: Triad
    other: Triad
    proposed: Triad
    waiting: MentorEntry
    returned: MentorEntry
    strange: MentorEntry
    passed: Acceptance
    undecided: Acceptance
    requirement: Requirement
    done: RequirementDone
    activity: ResearchActivity
    project: Project
    team_key: str


def build_mentoring(term: Term, subject: Subject, teacher: Teacher, leader: User, office: User) -> MentorTown:
    """Write everything a page of mentoring may show."""
    with transaction():
        mine = add_triad(term, subject, {Seat.MIDDLE: teacher}, "马首席", "", "牛新")
        waiting, returned = fill_triad(mine, day=date(2026, 11, 18))
        other = add_triad(term, subject, {}, "高首席", "郝中坚", "何新", ends_on=OVER)
        strange, _returned = fill_triad(other, day=date(2026, 11, 10))
        proposed = add_triad(term, subject, {}, "江首席", "金中坚", "康新", state=TriadState.PROPOSED)
    passed, undecided = accept(other, leader, office)
    with transaction():
        requirement, done = add_requirement(teacher, "三笔字")
        add_plan(teacher)
        activity, project = add_research(term, subject, teacher, "大单元备课")
        groups = [one for one in teams_of(term, 6) if one.kind is TeamKind.GRADE_GROUP]
        weights, _revision = weights_of(term.id, TeamKind.GRADE_GROUP)
        teams.appraise(term, groups[0], weights, {}, 90, "协作好。", actor=TESTER)
    rows = {"mine": mine, "other": other, "proposed": proposed, "waiting": waiting}
    rows |= {"returned": returned, "strange": strange}
    found = {"passed": passed, "undecided": undecided, "requirement": requirement, "done": done}
    return MentorTown(**rows, **found, activity=activity, project=project, team_key=groups[0].key)


def mentor_rows(town: MentorTown) -> dict[frozenset[str], list[Target]]:
    """The rows of mentoring; 陈老师 belongs to the first of each, nobody here to the second."""
    return {
        frozenset({"triad_id"}): [
            Target("陈老师的三人行", {"triad_id": town.mine.id}),
            Target("期满的三人行", {"triad_id": town.other.id}),
            Target("拟定的三人行", {"triad_id": town.proposed.id}),
        ],
        frozenset({"entry_id"}): [
            Target("等陈老师确认", {"entry_id": town.waiting.id}),
            Target("陈老师被退回的", {"entry_id": town.returned.id}),
            Target("别人的记录", {"entry_id": town.strange.id}),
        ],
        frozenset({"file_id"}): [
            Target("陈老师三人行的附件", {"file_id": town.waiting.files[0].id}),
            Target("别人的附件", {"file_id": town.strange.files[0].id}),
        ],
        frozenset({"acceptance_id"}): [
            Target("已出师", {"acceptance_id": town.passed.id}),
            Target("打分中", {"acceptance_id": town.undecided.id}),
        ],
        frozenset({"requirement_id"}): [Target("三笔字", {"requirement_id": town.requirement.id})],
        frozenset({"done_id"}): [Target("陈老师的三笔字", {"done_id": town.done.id})],
        frozenset({"activity_id"}): [Target("大单元备课", {"activity_id": town.activity.id})],
        frozenset({"project_id"}): [Target("大单元备课课题", {"project_id": town.project.id})],
        frozenset({"kind"}): [Target("年级组", {"kind": TeamKind.GRADE_GROUP.value})],
    }


def mentor_special(town: MentorTown) -> dict[str, list[Target]]:
    """Addresses whose row is in the query."""
    return {"compliance.team": [Target("年级组", {"kind": TeamKind.GRADE_GROUP.value, "key": town.team_key})]}


def add_teacher(name: str, since: int) -> Teacher:
    """A teacher without an account, with a profile."""
    code = f"M{db.session.query(Teacher).count():03}"
    teacher = Teacher(staff_code=code, name=name, public_name=f"{name[0]}老师", teaching_since=since)
    db.session.add(teacher)
    db.session.flush()
    db.session.add(TeacherProfile(teacher_id=teacher.id, title=Title.SECOND))
    return teacher


def add_triad(
    term: Term,
    subject: Subject,
    known: Mapping[Seat, Teacher],
    *names: str,
    ends_on: date | None = None,
    state: TriadState = TriadState.ACTIVE,
) -> Triad:
    """A triad of the term from its first day; who is not `known` is new, by name."""
    people = {seat: known.get(seat) or add_teacher(name, SINCE[seat]) for seat, name in zip(Seat, names, strict=True)}
    dates = {"starts_on": SEPTEMBER, "ends_on": ends_on or term.ends_on}
    triad = Triad(term_id=term.id, subject_id=subject.id, state=state, note="同一年级。", **dates)
    triad.members = [TriadMember(seat=seat, teacher_id=one.id, starts_on=SEPTEMBER) for seat, one in people.items()]
    db.session.add(triad)
    db.session.flush()
    db.session.refresh(triad)
    return triad


def fill_triad(triad: Triad, *, day: date) -> tuple[MentorEntry, MentorEntry]:
    """A signed agreement and entries in each state; answers one that waits, with a file, and one sent back to the middle."""
    seats = {one.seat: one.teacher_id for one in triad.members}
    agreement: Agreement = renew(triad, actor=TESTER)
    signer = db.session.query(User).order_by(User.id).first()
    facts = {"digest": agreement.digest, "signed_at": now()}
    agreement.signatures = [Signature(signer=Signer.CHIEF, user_id=signer.id if signer else 0, name="首席", **facts)]
    made = []
    for number, state in enumerate((EntryState.ENTERED, EntryState.RETURNED, EntryState.CONFIRMED)):
        novice, middle = seats[Seat.NOVICE], seats[Seat.MIDDLE]
        made += [_entry(triad, novice, middle, day, state, f"n{number}"), _entry(triad, middle, novice, day, state, f"m{number}")]
    made[0].files = [MentorFile(name="听课记录.pdf", media_type="application/pdf", size=10, digest="0" * 64, content=PDF)]
    db.session.add_all(made)
    db.session.flush()
    return made[0], made[3]


def _entry(triad: Triad, by: int, other: int, day: date, state: EntryState, key: str) -> MentorEntry:
    return MentorEntry(
        triad_id=triad.id,
        kind=EntryKind.OBSERVATION,
        by_teacher_id=by,
        with_teacher_id=other,
        credited_to_id=by,
        on_day=day,
        lesson="第2节",
        topic=f"分数的意义{key}",
        minutes=40,
        scores={"goal": 18},
        notes="环节紧凑。",
        state=state,
        state_reason="写上班级" if state is EntryState.RETURNED else "",
        submission_key=f"{triad.id}-{key}",
        created_at=now(),
    )


def accept(triad: Triad, leader: User, office: User) -> tuple[Acceptance, Acceptance]:
    """Open a triad's acceptances; the first is passed, the second scored by one."""
    assessors = [Actor(one.id, one.display_name) for one in (leader, office)]
    points = {one.key: one.points for one in default_rubric()}
    with frozen(at(WEDNESDAY, 9)):
        with transaction():
            first, second = acceptance.open_acceptances(triad.id, actor=TESTER)
        for who in assessors:
            with transaction():
                acceptance.score(first.id, points, "扎实。", name=who.label, actor=who)
        with transaction():
            acceptance.decide(first.id, Outcome.PASSED, "同意出师。", actor=assessors[1])
            acceptance.score(second.id, points, "", name=assessors[1].label, actor=assessors[1])
    return first, second


def add_requirement(teacher: Teacher, title: str) -> tuple[Requirement, RequirementDone]:
    """A unified requirement that a teacher says they met."""
    requirement = growth.add_requirement(2026, title, "每周一页。", actor=TESTER)
    growth.meet(requirement, teacher, date(2026, 11, 20), "粉笔字 12 幅。", actor=TESTER)
    done = db.session.query(RequirementDone).filter_by(requirement_id=requirement.id).one()
    return requirement, done


def add_plan(teacher: Teacher) -> YearPlan:
    """A plan of the year with something done for it."""
    goals = [{"goal": "开好研究课", "measure": "每学期 1 节"}]
    plan = growth.save_plan(teacher, 2026, goals, tier=Tier.RESEARCH, revision=0, actor=TESTER)
    growth.add_evidence(plan, teacher, 0, date(2026, 11, 20), "研究课 1 节。", actor=TESTER)
    return plan


def add_research(term: Term, subject: Subject, teacher: Teacher, theme: str) -> tuple[ResearchActivity, Project]:
    """An activity and a project that a teacher leads."""
    facts = ActivityValues(
        kind=ActivityKind.PREPARATION,
        stage=None,
        theme=theme,
        on_day=date(2026, 11, 18),
        place="录播室",
        subject_id=subject.id,
        entry_year=2024,
        host_id=teacher.id,
        summary="定下单元目标。",
        product="单元作业",
        product_link="",
    )
    activity = research.record_activity(term, facts, [teacher.id], actor=TESTER)
    project = research.open_project(f"{theme}研究", "县级", date(2026, 10, 8), teacher.id, [], actor=TESTER)
    return activity, project


def grow_mentoring(number: int) -> None:
    """One more of everything a page of mentoring lists, beside what the town has."""
    term = db.session.query(Term).filter_by(starts_on=SEPTEMBER).one()
    maths = db.session.query(Subject).filter_by(code="maths").one()
    chen = db.session.query(Teacher).filter_by(staff_code="T001").one()
    fill_triad(add_triad(term, maths, {Seat.MIDDLE: chen}, f"首{number}", "", f"新{number}"), day=date(2026, 11, 18))
    over = add_triad(term, maths, {}, f"甲{number}", f"乙{number}", f"丙{number}", ends_on=OVER)
    fill_triad(over, day=date(2026, 11, 10))
    for seat in (Seat.MIDDLE, Seat.NOVICE):
        teacher_id = next(one.teacher_id for one in over.members if one.seat is seat)
        rubric = [asdict(one) for one in default_rubric()]
        found = Acceptance(triad_id=over.id, seat=seat, teacher_id=teacher_id, rubric=rubric, evidence=NOTHING, opened_at=now())
        users = db.session.query(User).order_by(User.id).limit(2)
        points = {one.key: one.points for one in default_rubric()}
        found.scores = [AcceptanceScore(user_id=one.id, name="评委", points=points, scored_at=now()) for one in users]
        db.session.add(found)
    subject = Subject(code=f"m{number}", name=f"校本{number}", position=50 + number, has_homework=False)
    db.session.add(subject)
    db.session.flush()
    for seat, year in SINCE.items():
        teacher = add_teacher(f"{seat.value[0]}新师{number}", year)
        class_id = db.session.query(SchoolClass).filter_by(entry_year=2024, number=2).one().id
        ids = {"class_id": class_id, "subject_id": subject.id, "term_id": term.id, "teacher_id": teacher.id}
        db.session.add(TeachingAssignment(starts_on=SEPTEMBER, **ids))
        reason = {"reason": "主持课题", "changed_at": now()}
        db.session.add(TierChange(teacher_id=teacher.id, tier=Tier.RESEARCH, starts_on=SEPTEMBER, **reason))
        add_plan(teacher)
    add_requirement(chen, f"要求{number}")
    growth.meet(db.session.query(Requirement).first(), teacher, WEDNESDAY, "已完成。", actor=TESTER)
    activity, project = add_research(term, maths, chen, f"主题{number}")
    activity.attendances.append(Attendance(teacher_id=teacher.id))
    project.members.append(ProjectMember(teacher_id=teacher.id))
    plan = db.session.query(YearPlan).filter_by(teacher_id=chen.id).one()
    growth.add_evidence(plan, chen, 0, WEDNESDAY, f"又一次{number}。", actor=TESTER)
    db.session.flush()
