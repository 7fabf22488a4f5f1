"""Issuing a guardian's certificate, numbered within the school year."""

from school.audit.service import Actor, record
from school.clock import now
from school.db import db
from school.errors import Refused
from school.parentschool.models import ParentCertificate
from school.parentschool.queries.learning import attended_by, find_certificate_of, find_guardian, find_year, numbers_of_year
from school.parentschool.queries.sessions import lock_year
from school.parentschool.rules.learning import certificate_number, check_certificate, figures, next_serial
from school.preferences.queries import get_preferences


def issue_certificate(guardian_id: int, school_year_id: int, *, actor: Actor) -> ParentCertificate:
    """Issue a guardian's certificate of a school year, with the figures of this moment.

    Locks the school year, so that no two have one number. Raises `Refused` with too few sessions that are settled, or
    when the guardian has the certificate of the year.
    """
    lock_year(school_year_id)
    year, guardian = find_year(school_year_id), find_guardian(guardian_id)
    if year is None or guardian is None:
        raise Refused("没有这个学年的学习记录。")
    attended = attended_by([guardian_id], now())[guardian_id]
    counted = figures(one for one in attended if one.school_year_id == school_year_id)
    has_one = find_certificate_of(guardian_id, school_year_id) is not None
    check_certificate(counted.sessions, get_preferences().parent_certificate_sessions, has_one=has_one)
    number = certificate_number(year.start_year, next_serial(numbers_of_year(school_year_id)))
    issued = ParentCertificate(
        guardian_id=guardian_id,
        school_year_id=school_year_id,
        number=number,
        sessions=counted.sessions,
        minutes=counted.minutes,
        issued_at=now(),
    )
    db.session.add(issued)
    db.session.flush()
    words = f"领取了家长学校证书 {number}"
    record(actor, "parentschool.certificate", words, subject_type="parent_certificate", subject_id=issued.id)
    return issued
