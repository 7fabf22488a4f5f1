"""Vocabularies of mentoring, tiers, teams and research, with the words the school uses."""

from enum import StrEnum


class Seat(StrEnum):
    """The three seats of a triad; the middle one is apprentice of the chief and master of the novice (S8)."""

    CHIEF = "chief"
    MIDDLE = "middle"
    NOVICE = "novice"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"chief": "1号 首席师傅", "middle": "2号 中坚教师", "novice": "3号 新教师"}[self.value]


class TriadState(StrEnum):
    """How far a triad has come; whether it is on track follows from its entries."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    COMPLETED = "completed"  # both apprentices were accepted or extended
    DISSOLVED = "dissolved"  # ended early, with a reason

    @property
    def label(self) -> str:
        """The school's word."""
        return {"proposed": "拟定", "active": "进行中", "completed": "已验收", "dissolved": "已解除"}[self.value]


class DutyField(StrEnum):
    """The three fields of the agreement (责任书)."""

    TEACHING = "teaching"
    CLASSROOM = "classroom"
    MATERIALS = "materials"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"teaching": "教学常规", "classroom": "课堂常规", "materials": "学科教材指导"}[self.value]


class EntryKind(StrEnum):
    """What master and apprentice do together."""

    OBSERVATION = "observation"
    PLAN_REVIEW = "plan_review"
    MODEL_LESSON = "model_lesson"
    REPORT_LESSON = "report_lesson"
    TALK = "talk"
    REFLECTION = "reflection"
    HOMEWORK_DESIGN = "homework_design"

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "observation": "听课",
            "plan_review": "审阅教案",
            "model_lesson": "示范课",
            "report_lesson": "汇报课",
            "talk": "谈话交流",
            "reflection": "教学反思",
            "homework_design": "作业设计",
        }[self.value]


class EntryState(StrEnum):
    """An entry counts toward the duties once the other side has confirmed it."""

    ENTERED = "entered"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"entered": "待确认", "confirmed": "已确认", "returned": "已退回", "withdrawn": "已撤回"}[self.value]


class Signer(StrEnum):
    """Who signs an agreement: the three seats and the office."""

    CHIEF = "chief"
    MIDDLE = "middle"
    NOVICE = "novice"
    OFFICE = "office"

    @property
    def label(self) -> str:
        """The school's word."""
        return "教导处" if self is Signer.OFFICE else Seat(self.value).label


class Outcome(StrEnum):
    """How an acceptance (验收) ends for one apprentice."""

    PASSED = "passed"
    EXTENDED = "extended"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"passed": "通过，出师", "extended": "延期"}[self.value]


class Grade(StrEnum):
    """The grade of an acceptance's score (MT-02)."""

    EXCELLENT = "excellent"
    GOOD = "good"
    QUALIFIED = "qualified"
    TO_IMPROVE = "to_improve"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"excellent": "优", "good": "良", "qualified": "合格", "to_improve": "待改进"}[self.value]


class Tier(StrEnum):
    """The three tiers of the 131 team (S9)."""

    LEARNING = "learning"
    RESEARCH = "research"
    GUIDANCE = "guidance"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"learning": "学习型", "research": "研究型", "guidance": "指导型"}[self.value]


class Title(StrEnum):
    """A teacher's professional title."""

    NONE = "none"
    THIRD = "third"
    SECOND = "second"
    FIRST = "first"
    SENIOR = "senior"
    FULL_SENIOR = "full_senior"

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "none": "未评",
            "third": "三级教师",
            "second": "二级教师",
            "first": "一级教师",
            "senior": "高级教师",
            "full_senior": "正高级教师",
        }[self.value]


class AgeGroup(StrEnum):
    """An age group; the date of birth is not kept (PR-12)."""

    UNDER_36 = "under_36"
    FROM_36 = "from_36"
    FROM_46 = "from_46"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"under_36": "35岁及以下", "from_36": "36—45岁", "from_46": "46岁及以上"}[self.value]


class TeamKind(StrEnum):
    """The teams that are appraised as a whole (S9)."""

    PREP_GROUP = "prep_group"
    GRADE_GROUP = "grade_group"
    TRIAD = "triad"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"prep_group": "备课组", "grade_group": "年级组", "triad": "三人行"}[self.value]


class Indicator(StrEnum):
    """What a team is weighed by; all but the last are counted by the system."""

    HOMEWORK_PUBLISHED = "homework_published"
    HOMEWORK_WITHIN_CAP = "homework_within_cap"
    OBSERVATIONS = "observations"
    RESEARCH = "research"
    REQUIREMENTS = "requirements"
    AFTER_SCHOOL = "after_school"
    FAMILIES = "families"
    JUDGED = "judged"

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "homework_published": "作业按时公示",
            "homework_within_cap": "作业不超上限",
            "observations": "听评课",
            "research": "教研出勤",
            "requirements": "统一要求完成",
            "after_school": "课后服务开课",
            "families": "家长学校参与",
            "judged": "集体评议",
        }[self.value]


class ActivityKind(StrEnum):
    """A research activity (S10)."""

    PREPARATION = "preparation"
    WORKSHOP = "workshop"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"preparation": "集体备课", "workshop": "主题研修"}[self.value]


class CycleStage(StrEnum):
    """The stages of the workshop cycle 备·说·讲·评·研."""

    PREPARE = "prepare"
    EXPLAIN = "explain"
    TEACH = "teach"
    EVALUATE = "evaluate"
    REFLECT = "reflect"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"prepare": "备", "explain": "说", "teach": "讲", "evaluate": "评", "reflect": "研"}[self.value]


class Presence(StrEnum):
    """Whether a teacher came to an activity."""

    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"present": "出席", "excused": "请假", "absent": "缺席"}[self.value]


class ProjectStage(StrEnum):
    """The stages of a research project (课题)."""

    APPLIED = "applied"
    OPENED = "opened"
    MIDTERM = "midterm"
    CONCLUDED = "concluded"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"applied": "申报", "opened": "开题", "midterm": "中期", "concluded": "结题", "stopped": "终止"}[self.value]
