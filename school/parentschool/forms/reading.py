"""Forms of reading-sharing."""

from collections.abc import Iterable
from uuid import uuid4

from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.validators import Length

from school.parentschool.rules.reading import LONGEST_AUTHOR, LONGEST_BOOK, LONGEST_TEXT, SHORTEST_TEXT, NoteValues
from school.web.forms import NEEDED, SchoolForm, choices, maybe_number, short, stripped


class NoteForm(SchoolForm):
    """What was read, and who may read about it."""

    pupil_id = RadioField("以哪个孩子家长的身份分享", coerce=maybe_number)
    book = short("书名", LONGEST_BOOK)
    author = short("作者（选填）", LONGEST_AUTHOR, is_needed=False)
    text = TextAreaField(
        "几句心得",
        description=f"{SHORTEST_TEXT} 到 {LONGEST_TEXT} 个字。请不要写孩子的姓名和家里的隐私。",
        filters=[stripped],
        validators=[NEEDED, Length(max=2000, message=f"最多 {LONGEST_TEXT} 个字。")],
    )
    may_show = BooleanField("审核通过后，可以给同班家长看", description="不勾选就只有班主任和学校看到；以后随时可以改。")
    may_name = BooleanField("给同班家长看时，写明是哪位家长（如“孙家长”）", description="不勾选就写“一位家长”。")
    submission_key = HiddenField()
    revision = HiddenField()

    def offer(self, children: Iterable[tuple[int, str]]) -> None:
        """Give the choice of children, and an empty form its key."""
        self.pupil_id.choices = choices(children)
        if not self.submission_key.data:
            self.submission_key.data = uuid4().hex

    def values(self) -> NoteValues:
        """What was typed."""
        return NoteValues(
            book=self.book.data or "",
            author=self.author.data or "",
            text=self.text.data or "",
            may_show=self.may_show.data,
            may_name=self.may_name.data,
        )


class ConsentForm(SchoolForm):
    """Whether other guardians may read a note, and the surname of who wrote it."""

    may_show = BooleanField("可以给同班家长看")
    may_name = BooleanField("写明是哪位家长")


class ReturnForm(SchoolForm):
    """Why a note is sent back."""

    reason = short("退回的原因", 200, is_needed=False, hint="家长会看到。")
    revision = HiddenField()


class ApproveForm(SchoolForm):
    """One button, with the revision that was read."""

    revision = HiddenField()
