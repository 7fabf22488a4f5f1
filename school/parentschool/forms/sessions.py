"""Forms of sessions, their dates and their files."""

from collections.abc import Iterable
from datetime import datetime

from flask_wtf.file import MultipleFileField
from wtforms import DateField, DateTimeLocalField, HiddenField, SelectField, TimeField
from wtforms.validators import InputRequired, NumberRange, Optional

from school.clock import ZONE
from school.parentschool.enums import EventKind
from school.parentschool.rules.plan import grades_in_words
from school.parentschool.rules.sessions import MOST_ADULTS, MOST_CHAIRS, DateValues, SessionValues
from school.web.forms import (
    DATE_NEEDED,
    NEEDED,
    BoxesField,
    SchoolForm,
    WholeNumberField,
    choices,
    choices_of,
    long,
    maybe_number,
    member_of,
    short,
)

Pairs = Iterable[tuple[str, str]]
TIME_NEEDED = InputRequired("请按 19:00 这样的格式填写时间。")
MOMENT_NEEDED = InputRequired("请选择日期和时间。")
MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class WhenAndWhere(SchoolForm):
    """The fields of one date."""

    on_day = DateField("日期", validators=[DATE_NEEDED])
    starts = TimeField("开始", format=["%H:%M", "%H:%M:%S"], validators=[TIME_NEEDED])
    ends = TimeField("结束", format=["%H:%M", "%H:%M:%S"], validators=[TIME_NEEDED])
    place = short("地点", 60, is_needed=False, hint="例如：多功能厅。地点和线上链接至少填一项才能发布。")
    online_link = short("线上链接", 300, is_needed=False, hint="https:// 开头，只给报上名的家长看。")
    chairs = WholeNumberField(
        "座位数",
        description="不限就留空。",
        validators=[Optional(), NumberRange(1, MOST_CHAIRS, f"请填 1 到 {MOST_CHAIRS} 之间的整数。")],
    )

    def date_values(self) -> DateValues:
        """What was typed about the date, in the school's zone."""
        return DateValues(
            starts_at=datetime.combine(self.on_day.data, self.starts.data, ZONE),
            ends_at=datetime.combine(self.on_day.data, self.ends.data, ZONE),
            place=self.place.data or "",
            online_link=self.online_link.data or "",
            chairs=self.chairs.data,
        )


class SessionForm(SchoolForm):
    """What a session says."""

    topic = short("主题", 80)
    kind = SelectField("类型", choices=choices_of(EventKind), coerce=member_of(EventKind))
    plan_row_id = SelectField("对应的计划", coerce=maybe_number)
    description = long("内容介绍", hint="讲什么，适合谁，要带什么。发布前必填。")
    guest = short("嘉宾", 80, is_needed=False, hint="不在导师团里的主讲人，写姓名和身份。导师团的人保存后再邀请。")
    grades = BoxesField("邀请年级", coerce=int, description="年级和班级一个都不选，就是邀请全校。")
    class_ids = BoxesField("另外邀请的班级", coerce=int)
    most_adults = WholeNumberField(
        "每个家庭最多几位家长", validators=[NEEDED, NumberRange(1, MOST_ADULTS, f"请填 1 到 {MOST_ADULTS} 之间的整数。")]
    )
    sign_up_opens_at = DateTimeLocalField("报名开始", format=MOMENT, validators=[MOMENT_NEEDED])
    sign_up_closes_at = DateTimeLocalField("报名截止", format=MOMENT, validators=[MOMENT_NEEDED])
    revision = HiddenField()

    def offer(self, plan_rows: Pairs, last_grade: int, classes: Pairs) -> None:
        """Give the selects what there is to choose from."""
        self.plan_row_id.choices = choices([("", "计划外"), *plan_rows])
        self.grades.choices = choices((grade, grades_in_words([grade])) for grade in range(1, last_grade + 1))
        self.class_ids.choices = choices(classes)

    def values(self) -> SessionValues:
        """What was typed, in the school's zone."""
        return SessionValues(
            kind=self.kind.data,
            topic=self.topic.data or "",
            description=self.description.data or "",
            guest=self.guest.data or "",
            plan_row_id=self.plan_row_id.data,
            grades=frozenset(self.grades.data or ()),
            class_ids=frozenset(self.class_ids.data or ()),
            most_adults=self.most_adults.data,
            sign_up_opens_at=self.sign_up_opens_at.data.replace(tzinfo=ZONE),
            sign_up_closes_at=self.closes_at(),
        )

    def closes_at(self) -> datetime:
        """When sign-up ends, in the school's zone."""
        closes_at: datetime = self.sign_up_closes_at.data.replace(tzinfo=ZONE)
        return closes_at


class NewSessionForm(SessionForm, WhenAndWhere):
    """A session with its first date; sign-up goes on until it begins unless the office says otherwise."""

    sign_up_closes_at = DateTimeLocalField(
        "报名截止", format=MOMENT, validators=[Optional()], description="留空就到第一场开始为止。"
    )

    def closes_at(self) -> datetime:
        """When sign-up ends, in the school's zone."""
        return super().closes_at() if self.sign_up_closes_at.data else self.date_values().starts_at


class DateForm(WhenAndWhere):
    """One date of a session; `reason` only when families know of it already."""

    reason = short("改时间或地点的原因", 100, is_needed=False, hint="改了时间或地点才要写，报了名的家长会收到。")
    revision = HiddenField()


class CancelForm(SchoolForm):
    """Why something is called off."""

    reason = short("取消的原因", 200, hint="报了名的家长会看到。")


class MaterialsForm(SchoolForm):
    """Files of a session."""

    files = MultipleFileField(
        "选择文件",
        description="PDF、Word、PPT、Excel（docx、pptx、xlsx）、JPG、PNG、MP3，"
        "每个不超过 10 MB，一个活动最多 10 个。大文件请一个一个传。",
    )
