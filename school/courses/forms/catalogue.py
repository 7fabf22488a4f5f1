"""Forms of the catalogue: a course with its meetings, a provider, a copy, an import."""

from collections.abc import Callable, Iterable
from datetime import time
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from school.courses.enums import Family, Tag, Weeks
from school.courses.rules.catalogue import MOST_MEETINGS, CourseValues
from school.courses.rules.facts import WEEKDAYS, MeetingFacts
from school.courses.rules.rows import plain_code
from school.errors import Refused
from school.web.forms import NEEDED, SchoolForm, WholeNumberField, choices, choices_of, member_of, stripped

WRITTEN = DataRequired("请填写这一项。")  # after the blanks around it are gone
DATE_NEEDED = InputRequired("请按 2026-09-01 这样的格式填写日期。")
Pairs = Iterable[tuple[str, str]]


def _line(label: str, most: int, *, is_needed: bool = False, hint: str = "", also: Callable[[str], str] = str) -> StringField:
    limits = [WRITTEN if is_needed else Optional(), Length(max=most, message=f"最多 {most} 个字。")]
    return StringField(label, description=hint, filters=[stripped, also], validators=limits)


def _number_or_none(value: str | int | None) -> int | None:
    return int(value) if str(value or "").isdecimal() else None


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n")


class BoxesField(SelectMultipleField):
    """Several choices, each with a box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **options: Any) -> None:
        """WTForms has no Chinese sentence for a choice that is not offered."""
        not_offered = "请从列出的选项中选择。"
        super().__init__(label, invalid_value_message=not_offered, invalid_choice_message=not_offered, **options)


class CourseForm(SchoolForm):
    """A course; up to five weekly meetings, an empty weekday is none."""

    code = _line("编号", 10, is_needed=True, hint="例如 A01，不重复。", also=plain_code)
    name = _line("名称", 40, is_needed=True)
    family = SelectField("类别", choices=choices_of(Family), coerce=member_of(Family))
    description = TextAreaField(
        "课程内容",
        description="家长看到的介绍：学什么、怎么学、要带什么。不讲新课、不刷题。",
        filters=[stripped, _plain_lines],
        validators=[Length(max=1000, message="最多 1000 个字。")],
    )
    grades = BoxesField("年级", coerce=int)
    capacity = WholeNumberField("人数上限", validators=[NEEDED])
    minimum = WholeNumberField("开班人数", description="报名不足就不开班；0 表示不限。", validators=[NEEDED])
    first_on = DateField("第一次上课", validators=[DATE_NEEDED])
    last_on = DateField("最后一次上课", validators=[DATE_NEEDED])
    room = _line("教室", 40)
    teachers = _line("本校教师", 200, hint="姓名或工号，几位之间用顿号隔开；重名的写工号。")
    provider_id = SelectField("校外机构", description="白名单内的机构；本校教师上课不用选。", coerce=_number_or_none)
    outside_teacher = _line("校外教师称呼", 60, hint="家长看到的称呼，例如“王教练”。")
    fee_note = _line("收费说明", 200, hint="例如：免费；或材料费 30 元/学期，困难家庭免收。")
    safety_note = _line("安全说明", 200, hint="例如：穿运动鞋；剪刀统一保管。")
    tags = BoxesField("课程标签", choices=choices_of(Tag))
    is_exempt = BooleanField("不计入每周、每天的门数")
    warning_reason = _line("提前结束或时间较短的理由", 200, hint="例如与校车时间衔接；时间够长就不用填。")
    change_reason = _line("改动的理由", 200, hint="已有家庭选了这门课，减少名额、提高开班人数、改收费时必填，记录在案。")
    revision = HiddenField()

    def offer(self, last_grade: int, providers: Pairs) -> None:
        """Give the selects what there is to choose from."""
        self.grades.choices = choices((str(grade), f"{'零一二三四五六七八九'[grade]}年级") for grade in range(1, last_grade + 1))
        self.provider_id.choices = choices([("", "（本校）"), *providers])

    @property
    def rows_in_use(self) -> int:
        """How many meetings to show at once: at least two, and those with something in them."""
        used = [n for n, row in enumerate(self.meeting_rows, 1) if any(field.data or field.errors for field in row[:3])]
        return max(2, *used) if used else 2

    @property
    def meeting_rows(self) -> list[tuple[Any, Any, Any, Any]]:
        """The fields of each meeting: weekday, start, end, weeks."""
        return [
            tuple(self[f"{name}_{n}"] for name in ("weekday", "starts", "ends", "weeks")) for n in range(1, MOST_MEETINGS + 1)
        ]

    def show(self, values: CourseValues, reason: str, teachers: str) -> None:
        """Fill the form with a course and its teachers' names."""
        for name in vars(values):
            if name in self:
                self[name].data = list(value) if isinstance(value := getattr(values, name), frozenset | tuple) else value
        self.teachers.data, self.warning_reason.data = teachers, reason
        for (weekday, starts, ends, weeks), meeting in zip(self.meeting_rows, values.meetings, strict=False):
            weekday.data, weeks.data = meeting.weekday, meeting.weeks
            starts.data, ends.data = _time(meeting.starts_at), _time(meeting.ends_at)

    def chosen(self, teacher_ids: tuple[int, ...]) -> CourseValues:
        """What was typed, with the teachers that were meant; raises `Refused` for a meeting without weekday, start or end."""
        return CourseValues(
            code=self.code.data,
            name=self.name.data,
            family=self.family.data,
            description=self.description.data or "",
            room=self.room.data or "",
            grades=frozenset(self.grades.data or ()),
            capacity=self.capacity.data,
            minimum=self.minimum.data,
            first_on=self.first_on.data,
            last_on=self.last_on.data,
            fee_note=self.fee_note.data or "",
            safety_note=self.safety_note.data or "",
            tags=tuple(self.tags.data or ()),
            is_exempt=self.is_exempt.data,
            teacher_ids=teacher_ids,
            provider_id=self.provider_id.data,
            outside_teacher=self.outside_teacher.data or "",
            meetings=tuple(self._meetings()),
        )

    def _meetings(self) -> Iterable[MeetingFacts]:
        for weekday, starts, ends, weeks in self.meeting_rows:
            if not weekday.data and starts.data is None and ends.data is None:
                continue
            if not weekday.data:
                raise Refused("请选择星期几，或清空这个时段。", weekday.name)
            if starts.data is None or ends.data is None:
                raise Refused("请填写上课和下课时间。", starts.name)
            yield MeetingFacts(weekday.data, _minute(starts.data), _minute(ends.data), weeks.data)


for _number in range(1, MOST_MEETINGS + 1):
    _days = [("", "（不上）"), *((str(day), f"周{WEEKDAYS[day]}") for day in range(1, 6))]
    setattr(CourseForm, f"weekday_{_number}", SelectField(f"第 {_number} 个时段", choices=choices(_days), coerce=_number_or_none))
    setattr(CourseForm, f"starts_{_number}", TimeField(f"第 {_number} 个开始", validators=[Optional()]))
    setattr(CourseForm, f"ends_{_number}", TimeField(f"第 {_number} 个结束", validators=[Optional()]))
    setattr(
        CourseForm, f"weeks_{_number}", SelectField(f"第 {_number} 个周次", choices=choices_of(Weeks), coerce=member_of(Weeks))
    )


class CancelForm(SchoolForm):
    """Why a course is called off."""

    reason = _line("原因", 200, hint="家长会看到。")


class PictureForm(SchoolForm):
    """A course's picture."""

    picture = FileField("图片", description="JPG、PNG 或 WebP，不超过 500 KB。不要用认得出孩子的照片，家长以外的人也看得到。")


class ProviderForm(SchoolForm):
    """An outside provider with its papers."""

    name = _line("机构名称", 60, is_needed=True)
    whitelist_number = _line("白名单编号", 40, is_needed=True, hint="教体局公布的课后服务机构白名单。")
    licence_number = _line("办学许可证号", 40, is_needed=True)
    licence_until = DateField("许可证有效期至", validators=[DATE_NEEDED])
    checks_until = DateField("人员核查有效期至", description="无犯罪记录、健康等核查。", validators=[DATE_NEEDED])
    revision = HiddenField()


class CopyForm(SchoolForm):
    """Which courses of an earlier term to take over."""

    courses = BoxesField("课程", coerce=int)


class ImportForm(SchoolForm):
    """A list of courses to import."""

    file = FileField("文件（.xlsx 或 .csv）", validators=[FileRequired("请选择文件。")])


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
