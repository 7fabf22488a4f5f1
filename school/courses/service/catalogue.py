"""Keeping the catalogue: a course made, changed, listed, taken off, called off; its picture; providers."""

from datetime import date
from hashlib import sha256

from sqlalchemy.exc import IntegrityError

from school.audit.service import Actor, record
from school.calendar.models import Term
from school.calendar.queries import get_calendar
from school.courses.enums import CourseState, SelectionState
from school.courses.models import Course, CourseMeeting, CourseTeaching, Provider
from school.courses.queries.catalogue import facts_of
from school.courses.queries.manage import (
    copies_of,
    count_chosen,
    find_course_by_code,
    find_provider,
    find_provider_by_name,
    lock_catalogue,
    others_of,
    papers_of,
    read_course,
    teachers_named,
    was_chosen,
)
from school.courses.queries.seats import taken_by_course
from school.courses.queries.selections import find_selection_of_term
from school.courses.rules.catalogue import (
    CourseValues,
    Hours,
    change_concerns,
    check_change_concerns,
    check_clashes,
    check_complete,
    check_concerns,
    check_may_change,
    check_provider,
    check_times,
    check_values,
    time_concerns,
)
from school.courses.rules.pictures import picture_type
from school.courses.service import seats, waiting
from school.db import db, is_unique_violation
from school.errors import Conflict, Refused
from school.preferences.queries import get_preferences


def create_course(
    term: Term, values: CourseValues, *, reason: str = "", copied_from: Course | None = None, actor: Actor
) -> Course:
    """Add a course as a draft; everything but what families must know is checked (AS-02 … AS-05, AS-08)."""
    lock_catalogue(term.id)
    if find_course_by_code(term.id, values.code):
        raise Refused(f"本学期已有编号 {values.code} 的课程。", "code")
    concerns = check_course(term, values, without=None)
    check_concerns(concerns, reason)
    course = Course(term_id=term.id, state=CourseState.DRAFT, copied_from_id=copied_from.id if copied_from else None)
    put_values(course, values, reason if concerns else "")
    db.session.add(course)
    db.session.flush()
    _record(actor, "courses.create", f"新建了课程“{course.name}”（{course.code}）", course, reason=course.warning_reason)
    return course


def change_course(
    course_id: int, values: CourseValues, *, revision: int, reason: str = "", change_reason: str = "", actor: Actor
) -> Course:
    """Change a course; what families chose it by stays once somebody has chosen.

    `reason` answers AS-02 and AS-03 and stays with the course; `change_reason` answers `change_concerns` and goes on record.
    More seats go to the waiting list at once.
    """
    course, term = _locked(course_id)
    if course.revision != revision:
        raise Conflict("您打开这一页以后，别人已经改过这门课程。核对后可以再次提交。")
    same = find_course_by_code(term.id, values.code)
    if same is not None and same.id != course.id:
        raise Refused(f"本学期已有编号 {values.code} 的课程。", "code")
    selection = find_selection_of_term(term.id)
    before = facts_of(course)
    if values.code != course.code and selection is not None and selection.state is not SelectionState.DRAFT:
        raise Refused("选课公布以后不能再改编号。", "code")
    taken = taken_by_course(selection.id).get(course.id, 0) if selection else 0
    chosen = count_chosen(course.id)
    check_may_change(before, values, selection.state if selection else None, chosen=chosen, taken=taken)
    concerns = check_course(term, values, without=course.id)
    check_concerns(concerns, reason)
    hurting = change_concerns(before, values, chosen=chosen)
    check_change_concerns(hurting, change_reason, chosen=chosen)
    put_values(course, values, reason if concerns else "")
    course.revision += 1
    db.session.flush()
    if course.state is CourseState.LISTED:
        check_complete(facts_of(course))
    if selection is not None and (values.capacity > before.capacity or values.grades > before.grades):
        waiting.settle(selection.id, [course.id], by=actor)
    sentence = f"修改了课程“{course.name}”（{course.code}）" + (f"：{'，'.join(hurting)}" if hurting else "")
    _record(actor, "courses.change", sentence, course, reason=change_reason if hurting else course.warning_reason)
    return course


def list_course(course_id: int, *, actor: Actor) -> Course:
    """Show a draft to families; refused while something they must know is missing (AS-06). Twice changes nothing.

    Calendar, settings, papers and teachers may have changed since it was written, so everything is checked again.
    """
    course, term = _locked(course_id)
    if course.state is CourseState.LISTED:
        return course
    if course.state is not CourseState.DRAFT:
        raise Refused(f"{course.state.label}的课程不能再上架，请新建一门。")
    _check_not_frozen(term, "上架")
    check_complete(facts_of(course))
    check_concerns(check_course(term, values_of(course), without=course.id), course.warning_reason)
    course.state = CourseState.LISTED
    course.revision += 1
    _record(actor, "courses.list", f"上架了课程“{course.name}”（{course.code}）", course)
    return course


def unlist_course(course_id: int, *, actor: Actor) -> Course:
    """Take a course off again while nobody has chosen it; afterwards it can only be called off."""
    course, term = _locked(course_id)
    if course.state is CourseState.DRAFT:
        return course
    if course.state is not CourseState.LISTED:
        raise Refused(f"这门课程{course.state.label}。")
    _check_not_frozen(term, "下架")
    if was_chosen(course.id):
        raise Refused("已有家庭选了这门课，不能下架；确实不开，请停开并写明原因。")
    course.state = CourseState.DRAFT
    course.revision += 1
    _record(actor, "courses.unlist", f"下架了课程“{course.name}”（{course.code}）", course)
    return course


def cancel_course(course_id: int, *, reason: str, actor: Actor) -> int:
    """Call a course off with a reason families read; answers how many children lost a place.

    This is possible at any time, for a teacher may fall ill; a frozen list must then be frozen anew before it is drawn on.
    """
    course, term = _locked(course_id)
    if not reason:
        raise Refused("请写明停开的原因，家长会看到。", "reason")
    if course.state is CourseState.CANCELLED:
        return 0
    if course.state is not CourseState.LISTED:
        raise Refused(f"这门课程{'还是草稿，可以删除' if course.state is CourseState.DRAFT else course.state.label}，不用停开。")
    selection = find_selection_of_term(term.id)
    if selection is not None:
        return len(seats.cancel_course(selection.id, course.id, reason=reason, by=actor))
    course.state, course.state_reason = CourseState.CANCELLED, reason
    course.revision += 1
    _record(actor, "courses.cancel", f"停开了课程“{course.name}”", course, reason=reason)
    return 0


def delete_course(course_id: int, *, actor: Actor) -> None:
    """Delete a draft nobody ever chose."""
    course, _term = _locked(course_id)
    if course.state is not CourseState.DRAFT or was_chosen(course.id):
        raise Refused("只有没有人选过的草稿可以删除。")
    for copy in copies_of(course.id):
        copy.copied_from_id = None
    _record(actor, "courses.delete", f"删除了课程草稿“{course.name}”（{course.code}）", course)
    db.session.delete(course)
    db.session.flush()


def set_picture(course_id: int, content: bytes | None, *, actor: Actor) -> None:
    """Give a course a picture, or take it away; only real JPEG, PNG and WebP up to 500 KB."""
    course, _term = _locked(course_id)
    course.picture, course.picture_type, course.picture_digest = None, "", ""
    if content:
        course.picture_type = picture_type(content)
        course.picture, course.picture_digest = content, sha256(content).hexdigest()
    course.revision += 1
    verb = "更换了" if content else "去掉了"
    _record(actor, "courses.picture", f"{verb}课程“{course.name}”的图片", course)


def save_provider(
    provider: Provider | None,
    name: str,
    whitelist_number: str,
    licence_number: str,
    licence_until: date,
    checks_until: date,
    *,
    revision: int,
    actor: Actor,
) -> Provider:
    """Add or change a provider; `provider` is locked when it exists."""
    same = find_provider_by_name(name)
    if same is not None and same is not provider:
        raise Refused(f"已有机构“{name}”。", "name")
    if (provider.revision if provider else 0) != revision:
        raise Conflict("您打开这一页以后，别人已经改过这家机构。核对后可以再次提交。")
    verb = "修改了" if provider else "登记了"
    if provider is None:
        provider = Provider(revision=0)
        db.session.add(provider)
    provider.name, provider.whitelist_number, provider.licence_number = name, whitelist_number, licence_number
    provider.licence_until, provider.checks_until = licence_until, checks_until
    provider.revision += 1
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:  # two people registered it at the same moment
        if not is_unique_violation(error, "uq_course_providers_name"):
            raise
        raise Refused(f"已有机构“{name}”。", "name") from None
    sentence = f"{verb}机构“{name}”：许可证到 {licence_until.isoformat()}，人员核查到 {checks_until.isoformat()}"
    record(actor, "courses.provider", sentence, subject_type="course_provider", subject_id=provider.id)
    return provider


def check_course(term: Term, values: CourseValues, *, without: int | None) -> list[str]:
    """Raise `Refused` for whatever AS-04, AS-05, AS-08 and clashes forbid; answer the sentences that need a reason."""
    preferences, hours = get_preferences(), school_hours()
    check_values(values, first=term.starts_on, last=term.ends_on, last_grade=preferences.last_grade)
    check_times(values, get_calendar(), hours)
    check_provider(values, papers_of(find_provider(values.provider_id)))
    teachers = teachers_named(values.teacher_ids)
    gone = [one.name for one in teachers.values() if one.left_on is not None and one.left_on < values.last_on]
    if gone or len(teachers) < len(set(values.teacher_ids)):
        raise Refused(f"{gone[0] if gone else '所选教师'}已离校，请换一位教师。", "teachers")
    names = {one.id: one.name for one in teachers.values()}
    check_clashes(values, others_of(term.id, without=without), names, preferences.shared_rooms)
    return time_concerns(values, hours)


def school_hours() -> Hours:
    """The school's times as its settings have them."""
    preferences = get_preferences()
    return Hours(preferences.lessons_end_minute, preferences.service_end_minute, preferences.service_minutes)


def put_values(course: Course, values: CourseValues, reason: str) -> None:
    """Set a course's columns, meetings and teachers."""
    course.code, course.name, course.family = values.code, values.name, values.family
    course.description, course.room = values.description, values.room
    course.grades, course.tags = sorted(values.grades), list(values.tags)
    course.capacity, course.minimum = values.capacity, values.minimum
    course.first_on, course.last_on = values.first_on, values.last_on
    course.fee_note, course.safety_note = values.fee_note, values.safety_note
    course.is_exempt, course.provider_id = values.is_exempt, values.provider_id
    course.provider = find_provider(values.provider_id)
    course.outside_teacher, course.warning_reason = values.outside_teacher, reason
    known = {(one.weekday, one.starts_at, one.weeks): one for one in course.meetings}
    meetings = []
    for one in values.meetings:  # a meeting that only ends at another time stays its row: (day, start, weeks) is unique
        kept = known.get((one.weekday, one.starts_at, one.weeks))
        meetings.append(kept or CourseMeeting(weekday=one.weekday, starts_at=one.starts_at, weeks=one.weeks))
        meetings[-1].ends_at = one.ends_at
    course.meetings = meetings
    teaching = {one.teacher_id: one for one in course.teachings}
    teachers = teachers_named(values.teacher_ids)
    course.teachings = [
        teaching.get(one) or CourseTeaching(teacher_id=one, teacher=teachers[one]) for one in dict.fromkeys(values.teacher_ids)
    ]


def values_of(course: Course) -> CourseValues:
    """A course as the office would type it."""
    return CourseValues(
        code=course.code,
        name=course.name,
        family=course.family,
        description=course.description,
        room=course.room,
        grades=frozenset(course.grades),
        capacity=course.capacity,
        minimum=course.minimum,
        first_on=course.first_on,
        last_on=course.last_on,
        fee_note=course.fee_note,
        safety_note=course.safety_note,
        tags=tuple(course.tags),
        is_exempt=course.is_exempt,
        teacher_ids=tuple(one.teacher_id for one in course.teachings),
        provider_id=course.provider_id,
        outside_teacher=course.outside_teacher,
        meetings=facts_of(course).meetings,
    )


def _check_not_frozen(term: Term, verb: str) -> None:
    selection = find_selection_of_term(term.id)
    if selection is not None and selection.state is SelectionState.FROZEN:
        raise Refused(f"志愿已经冻结，摇号公布以前不能{verb}课程。")


def _locked(course_id: int) -> tuple[Course, Term]:
    found = db.session.get(Course, course_id)
    if found is None:
        raise Refused("没有这门课程。")
    lock_catalogue(found.term_id)
    course = read_course(course_id)
    if course is None:
        raise Refused("这门课程已被删除。")
    return course, course.term


def _record(actor: Actor, action: str, sentence: str, course: Course, *, reason: str = "") -> None:
    record(actor, action, sentence, subject_type="course", subject_id=course.id, reason=reason)
