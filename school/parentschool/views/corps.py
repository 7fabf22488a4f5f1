"""The mentor corps as the office keeps it: who is in it until when, what they were asked for and what they held."""

from datetime import date

from flask import abort, render_template, request, url_for

from school.accounts.identity import actor
from school.calendar.rules import school_year_start
from school.clock import now, today
from school.parentschool.askings import askings_of, in_stages
from school.parentschool.enums import MentorSource
from school.parentschool.forms.corps import EndForm, MemberForm, NewMemberForm
from school.parentschool.loaders import get_member
from school.parentschool.queries.corps import FoundGuardian, asked_counts, find_guardians, held_counts, members
from school.parentschool.rules.corps import MemberValues, Standing
from school.parentschool.service import corps as service
from school.parentschool.service.corps import Person, term_of
from school.parentschool.views import bp
from school.people.labels import class_name
from school.people.queries.listing import teachers_listed
from school.permissions import Permission
from school.web.forms import revision_of
from school.web.guard import requires
from school.web.small_form import Page, small_form

MOST_FOUND = 20  # guardians offered by one search
LEAST_WORDS = 2  # characters of a search, so that nobody lists the school


@bp.get("/parent-school/corps")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def corps() -> str:
    """Everybody of the corps by where their term of office is; how much each was asked for and held."""
    every = [(one, term_of(one).standing(today())) for one in members()]
    groups = [(standing, [one for one, at in every if at is standing]) for standing in _ORDER]
    return render_template(
        "parentschool/corps.html",
        groups=[(standing, rows) for standing, rows in groups if rows],
        asked=asked_counts(),
        held=held_counts(now()),
    )


@bp.route("/parent-school/corps/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def new_corps_member() -> Page:
    """Take somebody in: a teacher, a guardian who is looked for by name or phone, or somebody from the community."""
    source, words = _asked_source(), request.args.get("q", "").strip()[:50]
    found = find_guardians(words, most=MOST_FOUND) if source is MentorSource.PARENT and len(words) >= LEAST_WORDS else []
    start_year = school_year_start(today())
    form = NewMemberForm(consented_on=today(), serves_from=today(), serves_until=date(start_year + 1, 8, 31))
    form.keep(source, _people(source, found, start_year))
    made: list[int] = []

    def write() -> None:
        person = Person(
            source,
            name=(form.name.data or "") if "name" in form else "",
            teacher_id=form.chosen("teacher_id"),
            guardian_id=form.chosen("guardian_id"),
        )
        made.append(service.add_member(person, form.values(), actor=actor()).id)

    return small_form(
        form,
        write,
        title="添加导师",
        lead="先征得本人同意；同意书或答复由学校留存。",
        back_url=url_for("parentschool.corps"),
        next_url=lambda: url_for("parentschool.corps_member", member_id=made[0]),
        done="已加入导师团。",
        template="parentschool/corps_new.html",
        source=source,
        sources=list(MentorSource),
        words=words,
        is_short=0 < len(words) < LEAST_WORDS,
        found=found,
        most=MOST_FOUND,
    )


@bp.get("/parent-school/corps/<int:member_id>")
@requires(Permission.MANAGE_PARENT_SCHOOL)
def corps_member(member_id: int) -> str:
    """One member: term, consent, what they were asked for and what they held."""
    member = get_member(member_id)
    askings = askings_of([member_id])
    return render_template(
        "parentschool/corps_member.html",
        member=member,
        standing=term_of(member).standing(today()),
        groups=in_stages(askings),
        held=sum(len(one.held) for one in askings),
    )


@bp.route("/parent-school/corps/<int:member_id>/change", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def change_corps_member(member_id: int) -> Page:
    """Change what the corps says about a member, or lengthen the term."""
    member = get_member(member_id)
    present = {name: getattr(member, name) for name in MemberValues.__annotations__}
    form = MemberForm(**present, revision=str(member.revision))
    if member.source is not MentorSource.COMMUNITY:
        del form["work"]
    back = url_for("parentschool.corps_member", member_id=member_id)
    return small_form(
        form,
        lambda: service.change_member(member_id, form.values(), revision=revision_of(form.revision.data), actor=actor()),
        title=f"修改{member.name}的资料",
        lead="续聘就把任期结束往后改。",
        back_url=back,
        next_url=back,
        done="已修改。",
    )


@bp.route("/parent-school/corps/<int:member_id>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_PARENT_SCHOOL)
def end_corps_member(member_id: int) -> Page:
    """A member leaves before the term is over, or takes their consent back."""
    member = get_member(member_id)
    form = EndForm(on_day=today(), revision=str(member.revision))
    back = url_for("parentschool.corps_member", member_id=member_id)

    def write() -> None:
        revision = revision_of(form.revision.data)
        service.end_member(member_id, on_day=form.on_day.data, reason=form.reason.data or "", revision=revision, actor=actor())

    return small_form(
        form,
        write,
        title=f"{member.name}退出导师团",
        lead="任期没满要退出、本人收回同意时在这里办。还没有答复的邀请会一起撤回。",
        back_url=back,
        next_url=back,
        done="已办理退出。",
        button="办理退出",
    )


_ORDER = (Standing.SERVING, Standing.AHEAD, Standing.OVER, Standing.LEFT)


def _asked_source() -> MentorSource:
    wanted = request.args.get("source", MentorSource.COMMUNITY.value)
    return MentorSource(wanted) if wanted in set(MentorSource) else abort(404)


def _people(source: MentorSource, found: list[FoundGuardian], start_year: int) -> list[tuple[str, str]]:
    """Whom the source offers, by id."""
    if source is MentorSource.TEACHER:
        present = [(str(one.id), one.name) for one in teachers_listed() if one.left_on is None]
        return [("", "请选择"), *present]
    return [(str(one.id), _guardian_words(one, start_year)) for one in found]


def _guardian_words(one: FoundGuardian, start_year: int) -> str:
    """Told apart by the child's class and the end of the phone; the whole number is nobody's need here (PR-06)."""
    phone = f"，手机尾号 {one.phone[-4:]}" if one.phone else ""
    return f"{one.name}（{class_name(one.entry_year, one.class_number, start_year)} {one.pupil}的家长{phone}）"
