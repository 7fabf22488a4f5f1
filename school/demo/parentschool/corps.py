"""The demo's mentor corps: three of the community, three teachers, two parents, since last school year."""

from datetime import date

from sqlalchemy import select

from school.clock import at
from school.db import db
from school.demo.parentschool.programme import MENTORS, TEACHER_POSTS
from school.demo.parentschool.stage import FamilyStage
from school.parentschool.enums import MentorSource
from school.parentschool.models import FamilyMentor
from school.people.models import Guardian

PARENTS = (70, 71)  # families without brothers or sisters, by their place in the register


def enter_corps(stage: FamilyStage) -> list[int]:
    """Write the members; answers their ids in the order of `MENTORS`."""
    since = stage.base.before.starts_on
    posts, parents = iter(TEACHER_POSTS), iter(PARENTS)
    members = []
    for one in MENTORS:
        member = FamilyMentor(
            source=one.source,
            name=one.name,
            work=one.work,
            field=one.field,
            introduction=f"擅长{one.field}，已为本校家长讲过课。",
            consented_on=since,
            consent_how="当面签了同意书",
            serves_from=since,
            serves_until=date(stage.base.times.start_year + 1, 8, 31),
            revision=1,
        )
        if one.source is MentorSource.TEACHER:
            teacher = stage.base.teachers[next(posts)]
            member.teacher_id, member.name = teacher.id, teacher.name
        if one.source is MentorSource.PARENT:
            guardian_id, _user_id = stage.households[next(parents)].guardians[0]
            member.guardian_id = guardian_id
            member.name = db.session.scalars(select(Guardian.name).where(Guardian.id == guardian_id)).one()
        members.append(member)
    db.session.add_all(members)
    db.session.flush()
    for member in members:
        sentence = f"请{member.name}（{member.source.label}）进家庭教育导师团"
        stage.base.tell(at(since, 9), stage.moral, "parentschool.corps_add", sentence, "family_mentor", member.id)
    return [member.id for member in members]
