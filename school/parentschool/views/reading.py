"""Reading-sharing: a guardian's own notes, those of the class, and what a teacher looks at before others do."""

from collections.abc import Callable

from flask import flash, render_template, url_for

from school.accounts.identity import Person, actor, the_person
from school.calendar.rules import school_year_start
from school.clock import today
from school.db import transaction
from school.errors import Refused
from school.parentschool import policy
from school.parentschool.enums import ReadingState
from school.parentschool.forms.reading import ApproveForm, ConsentForm, NoteForm, ReturnForm
from school.parentschool.loaders import get_my_note, get_note_to_moderate, my_comers, my_guardian_ids
from school.parentschool.queries.presence import Comer
from school.parentschool.queries.reading import SharedNote, classes_of, notes_of, notes_to_moderate, shared_with
from school.parentschool.rules.reading import shown_as
from school.parentschool.service import reading as service
from school.parentschool.views import bp
from school.people.labels import class_name
from school.permissions import Permission
from school.web.forms import revision_of
from school.web.guard import requires
from school.web.pages import see_other
from school.web.small_form import Page, small_form


@bp.get("/families/reading")
@requires(Permission.JOIN_PARENT_SCHOOL)
def reading() -> str:
    """One's own notes with their state, and what the class's other guardians share."""
    return _own_page()


@bp.route("/families/reading/new", methods=["GET", "POST"])
@requires(Permission.JOIN_PARENT_SCHOOL)
def new_note() -> Page:
    """Write a note."""
    children: dict[int, Comer] = {}
    for comer in my_comers():
        children.setdefault(comer.pupil_id, comer)
    form = NoteForm(pupil_id=next(iter(children), None))
    form.offer((one.pupil_id, f"{one.pupil_name}（{_class(one.entry_year, one.class_number)}）") for one in children.values())

    def write() -> None:
        key = (form.submission_key.data or "")[:40]
        service.write(children[form.pupil_id.data], form.values(), key=key, actor=actor())

    return _note_form(form, write, title="写读书分享", done="已提交，班主任看过后会告诉您结果。")


@bp.route("/families/reading/<int:note_id>", methods=["GET", "POST"])
@requires(Permission.JOIN_PARENT_SCHOOL)
def change_note(note_id: int) -> Page:
    """Change an own note; the teacher looks at it again."""
    note = get_my_note(note_id)
    names = ("book", "author", "text", "may_show", "may_name", "submission_key", "pupil_id")
    form = NoteForm(**{name: getattr(note, name) for name in names}, revision=str(note.revision))
    form.offer([(note.pupil_id, f"{note.pupil.name}（{_class(note.school_class.entry_year, note.school_class.number)}）")])

    def write() -> None:
        service.change(note_id, form.values(), revision=revision_of(form.revision.data), actor=actor())

    lead = f"退回原因：{note.state_reason}" if note.state_reason else "修改后由班主任再看一遍，通过前同班家长看不到。"
    return _note_form(form, write, title="修改读书分享", done="已提交，请等班主任再看一遍。", lead=lead)


@bp.post("/families/reading/<int:note_id>/consent")
@requires(Permission.JOIN_PARENT_SCHOOL)
def consent_note(note_id: int) -> Page:
    """Give or withdraw the consent that other guardians read a note; it holds at once."""
    get_my_note(note_id)
    form = ConsentForm()
    consents = {"may_show": form.may_show.data, "may_name": form.may_name.data}
    return _on_own_note(lambda: service.consent(note_id, **consents, actor=actor()), "已保存，立即生效。")


@bp.post("/families/reading/<int:note_id>/withdraw")
@requires(Permission.JOIN_PARENT_SCHOOL)
def withdraw_note(note_id: int) -> Page:
    """Take an own note back."""
    get_my_note(note_id)
    return _on_own_note(lambda: service.withdraw(note_id, actor=actor()), "已撤回，谁也看不到了。")


@bp.get("/parent-school/reading")
@requires(Permission.SERVE_FAMILIES)
def moderate_reading() -> Page:
    """The notes of the classes this person moderates, those that wait first."""
    return _moderation_page()


@bp.post("/parent-school/reading/<int:note_id>/approve")
@requires(Permission.SERVE_FAMILIES)
def approve_note(note_id: int) -> Page:
    """Approve a note, exactly as it was read."""
    get_note_to_moderate(note_id)
    revision = revision_of(ApproveForm().revision.data)
    try:
        with transaction():
            service.moderate(note_id, ReadingState.APPROVED, reason="", revision=revision, actor=actor())
    except Refused as refused:
        return _moderation_page(refused.message), 422
    flash("已通过。", "success")
    return see_other(url_for("parentschool.moderate_reading"))


@bp.route("/parent-school/reading/<int:note_id>/return", methods=["GET", "POST"])
@requires(Permission.SERVE_FAMILIES)
def return_note(note_id: int) -> Page:
    """Send a note back with a reason."""
    note = get_note_to_moderate(note_id)
    form = ReturnForm(revision=str(note.revision))

    def write() -> None:
        reason, revision = form.reason.data or "", revision_of(form.revision.data)
        service.moderate(note_id, ReadingState.RETURNED, reason=reason, revision=revision, actor=actor())

    back = url_for("parentschool.moderate_reading")
    lead = f"{note.guardian.name}：《{note.book}》"
    return small_form(form, write, title="退回这篇分享", lead=lead, back_url=back, next_url=back, done="已退回。", button="退回")


def _own_page(refusal: str = "") -> str:
    comers, mine = my_comers(), my_guardian_ids()
    shared = shared_with({one.class_id for one in comers}, not_by=mine)
    return render_template(
        "parentschool/reading.html",
        notes=[(note, _consent(note)) for note in notes_of(mine)],
        shared=[(one, _shown_as(one)) for one in shared],
        may_write=bool(comers),
        refusal=refusal,
    )


def _on_own_note(write: Callable[[], object], done: str) -> Page:
    try:
        with transaction():
            write()
    except Refused as refused:
        return _own_page(refused.message), 422
    flash(done, "success")
    return see_other(url_for("parentschool.reading"))


def _moderation_page(refusal: str = "") -> str:
    notes = notes_to_moderate(_moderated_classes(the_person()))
    rows = [(one, _class(one.school_class.entry_year, one.school_class.number)) for one in notes]
    waiting = [one for one in rows if one[0].state is ReadingState.SUBMITTED]
    others = [one for one in rows if one[0].state is not ReadingState.SUBMITTED]
    return render_template("parentschool/reading_moderate.html", waiting=waiting, others=others, refusal=refusal)


def _moderated_classes(person: Person) -> list[int] | None:
    return None if policy.serves_all(person) else classes_of(person.homeroom_class_ids, person.grade_entry_years)


def _note_form(form: NoteForm, write: Callable[[], object], *, title: str, done: str, lead: str = "") -> Page:
    back = url_for("parentschool.reading")
    facts = {"title": title, "lead": lead, "back_url": back, "next_url": back, "done": done, "button": "提交"}
    return small_form(form, write, **facts, template="parentschool/reading_form.html")


def _consent(note: object) -> ConsentForm:
    """The boxes of one note; their ids are its own, for a page has several."""
    form = ConsentForm(formdata=None, obj=note)
    for field in (form.may_show, form.may_name):
        field.id = f"{field.name}-{note.id}"  # type: ignore[attr-defined]
        field.label.field_id = field.id
    return form


def _shown_as(one: SharedNote) -> str:
    return shown_as(_class(one.entry_year, one.class_number), one.guardian_name, may_name=one.may_name)


def _class(entry_year: int, number: int) -> str:
    return class_name(entry_year, number, school_year_start(today()))
