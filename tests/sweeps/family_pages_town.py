"""Sessions as families of the town meet them: one to sign up for, one with chairs and a wait, one called off, one over.

三年级2班, where the guardian's child is, is invited to all of them but one, to which only 一年级1班 is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from school.accounts.models import User
from school.clock import now
from school.db import db
from school.parentschool.enums import CheckInMethod, SessionState, SignUpState
from school.parentschool.models import FamilyPresence, ParentSession, SessionDate, SessionMaterial, SignUp
from school.people.models import Guardian, Pupil, SchoolClass
from tests.parentschool.small_families import build_date, build_session
from tests.sweeps.target import Target

LINK = "https://meeting.example.cn/j/7788"


@dataclass
class FamilyTown:
    """The dates that requests are asked for, by what the guardian's family has there."""

    seated: SessionDate
    waiting: SessionDate
    free: SessionDate
    over: SessionDate
    uninvited: SessionDate


def build_family_sessions(year_id: int, guardian: User, mine: Pupil, other: Pupil, third: SchoolClass) -> FamilyTown:
    """Write the sessions; `mine` is the child of `guardian`, `other` of 一年级1班 is nobody's business here."""
    own = db.session.query(Guardian).filter_by(user_id=guardian.id).order_by(Guardian.id).first()
    stranger = Guardian(name="巴家长", phone="13900000077")
    db.session.add(stranger)
    db.session.flush()
    assert own is not None
    invited = {"grades": [], "class_ids": [third.id], "guest": ""}
    full, free = build_session(year_id, "陪孩子读书", **invited), build_session(year_id, "手机怎么管", **invited)
    over, off = _over(year_id, invited), build_session(year_id, "亲子运动", **(invited | {"state": SessionState.CANCELLED}))
    uninvited = build_session(year_id, "幼小衔接", grades=[1], class_ids=[])
    off.state_reason = "场地停用"
    _file(full)
    town = FamilyTown(
        seated=build_date(full, _evening(2), 3),
        waiting=build_date(full, _evening(3), 1),
        free=build_date(free, _evening(4), 30),
        over=build_date(over, _evening(-6), None),
        uninvited=build_date(uninvited, _evening(5), 30),
    )
    town.seated.online_link = LINK
    for date in (build_date(free, _evening(5), None, place=""), build_date(off, _evening(6), 10)):
        date.online_link = "" if date.place else LINK
    _sign_up(town.seated, own, mine, SignUpState.SEATED)
    _sign_up(town.waiting, stranger, other, SignUpState.SEATED)
    _sign_up(town.waiting, own, mine, SignUpState.WAITING, gives_up=town.seated.id)
    _sign_up(town.over, own, mine, SignUpState.SEATED)
    _present(town.over, own, mine)
    db.session.commit()
    return town


def family_special(town: FamilyTown) -> dict[str, list[Target]]:
    """The rows of the families' pages, for their addresses share their values with the office's."""
    dates = [
        Target("报上名的场次", {"date_id": town.seated.id}),
        Target("没有邀请的场次", {"date_id": town.uninvited.id}),
    ]
    return {
        "parentschool.family_session": [
            Target("邀请三年级2班的活动", {"session_id": town.seated.session_id}),
            Target("只邀请一年级的活动", {"session_id": town.uninvited.session_id}),
        ],
        "parentschool.sign_up": [Target("可以报名的场次", {"date_id": town.free.id}), dates[1]],
        "parentschool.withdraw": dates,
        "parentschool.date_file": [*dates, Target("候补的场次", {"date_id": town.waiting.id})],
    }


def grow_families(number: int) -> None:
    """One more of everything the families' pages list: sessions ahead and over, dates, files, sign-ups and who else waits."""
    full = db.session.query(ParentSession).filter_by(topic="陪孩子读书").one()
    sign_up = db.session.query(SignUp).filter_by(session_id=full.id).order_by(SignUp.id).first()
    assert sign_up is not None
    own, mine, year_id = sign_up.guardian, sign_up.pupil, full.school_year_id
    invited = {"grades": [], "class_ids": full.class_ids, "guest": ""}
    more, over = build_session(year_id, f"新活动{number}", **invited), _over(year_id, invited, f"{number}")
    _file(full, f"{number}")
    held = build_date(more, _evening(10 + number), 1)
    _sign_up(held, own, mine, SignUpState.SEATED)
    last = build_date(over, _evening(-20 + number), None)
    _sign_up(last, own, mine, SignUpState.SEATED)
    _present(last, own, mine)
    build_date(full, _evening(20 + number), 5)
    stranger = Guardian(name=f"巴家长{number}", phone=f"1390000008{number}")
    db.session.add(stranger)
    db.session.flush()
    waiting = db.session.query(SignUp).filter_by(session_id=full.id, state=SignUpState.WAITING).first()
    assert waiting is not None
    pupil = Pupil(name=f"候补{number}")
    db.session.add(pupil)
    db.session.flush()
    date = db.session.get_one(SessionDate, waiting.date_id)
    _sign_up(date, stranger, pupil, SignUpState.WAITING)
    db.session.flush()


def _evening(days: int) -> datetime:
    return (now() + timedelta(days=days)).replace(hour=19, minute=0, second=0, microsecond=0)


def _over(year_id: int, invited: dict[str, object], number: str = "") -> ParentSession:
    window = {"sign_up_opens_at": now() - timedelta(days=40), "sign_up_closes_at": now() - timedelta(days=30)}
    return build_session(year_id, f"家长培训会{number}", **(invited | window))


def _file(session: ParentSession, number: str = "") -> None:
    facts = {"name": f"讲义{number}.pdf", "media_type": "application/pdf", "size": 4, "digest": "0" * 64, "added_at": now()}
    db.session.add(SessionMaterial(session_id=session.id, content=b"%PDF", **facts))


def _sign_up(date: SessionDate, who: Guardian, pupil: Pupil, state: SignUpState, *, gives_up: int | None = None) -> None:
    is_seated = state is SignUpState.SEATED
    row = {"session_id": date.session_id, "date_id": date.id, "guardian_id": who.id, "pupil_id": pupil.id, "family": pupil.id}
    times = {"joined_at": now(), "seated_at": now() if is_seated else None}
    db.session.add(SignUp(**row, adults=1, state=state, gives_up_id=gives_up, **times))
    db.session.flush()


def _present(date: SessionDate, who: Guardian, pupil: Pupil) -> None:
    facts = {"date_id": date.id, "guardian_id": who.id, "pupil_id": pupil.id, "family": pupil.id, "adults": 1}
    db.session.add(FamilyPresence(**facts, method=CheckInMethod.CODE, noted_at=date.starts_at))
