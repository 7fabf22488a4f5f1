"""Vocabularies of after-school courses and their selection, with the words the school uses."""

from enum import StrEnum


class Family(StrEnum):
    """The six families of courses, and homework tutoring (S11)."""

    CRAFTS = "crafts"
    SPORTS = "sports"
    SCIENCE = "science"
    LANGUAGE = "language"
    MUSIC = "music"
    CALLIGRAPHY = "calligraphy"
    TUTORING = "tutoring"

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "crafts": "美术手工",
            "sports": "体育技能",
            "science": "科技创新",
            "language": "语言艺术",
            "music": "音乐舞蹈",
            "calligraphy": "书法",
            "tutoring": "学业辅导",
        }[self.value]


class Tag(StrEnum):
    """What a course adds to the curriculum 绿色成长: its dimension, the qualities and the core competencies (S15)."""

    BASIC = "basic"
    EXTENDED = "extended"
    INTEGRATED = "integrated"
    MORAL = "moral"
    INTELLECTUAL = "intellectual"
    PHYSICAL = "physical"
    AESTHETIC = "aesthetic"
    LABOUR = "labour"
    HUMANITIES = "humanities"
    SCIENTIFIC_SPIRIT = "scientific_spirit"
    LEARNING_TO_LEARN = "learning_to_learn"
    HEALTHY_LIFE = "healthy_life"
    RESPONSIBILITY = "responsibility"
    INNOVATION = "innovation"

    @property
    def label(self) -> str:
        """The school's word."""
        return _TAGS[self][1]

    @property
    def group(self) -> str:
        """Which of the three lists it belongs to."""
        return _TAGS[self][0]


_DIMENSION, _QUALITY, _COMPETENCY = "维度", "五育", "核心素养"
_TAGS = {
    Tag.BASIC: (_DIMENSION, "基础"),
    Tag.EXTENDED: (_DIMENSION, "拓展"),
    Tag.INTEGRATED: (_DIMENSION, "综合"),
    Tag.MORAL: (_QUALITY, "德"),
    Tag.INTELLECTUAL: (_QUALITY, "智"),
    Tag.PHYSICAL: (_QUALITY, "体"),
    Tag.AESTHETIC: (_QUALITY, "美"),
    Tag.LABOUR: (_QUALITY, "劳"),
    Tag.HUMANITIES: (_COMPETENCY, "人文底蕴"),
    Tag.SCIENTIFIC_SPIRIT: (_COMPETENCY, "科学精神"),
    Tag.LEARNING_TO_LEARN: (_COMPETENCY, "学会学习"),
    Tag.HEALTHY_LIFE: (_COMPETENCY, "健康生活"),
    Tag.RESPONSIBILITY: (_COMPETENCY, "责任担当"),
    Tag.INNOVATION: (_COMPETENCY, "实践创新"),
}


class CourseState(StrEnum):
    """Where a course stands: only listed courses are public and can be chosen."""

    DRAFT = "draft"
    LISTED = "listed"
    CLOSED = "closed"  # the draw left it below its minimum
    CANCELLED = "cancelled"  # the office called it off

    @property
    def label(self) -> str:
        """The school's word."""
        return {"draft": "草稿", "listed": "已上架", "closed": "未开班", "cancelled": "已停开"}[self.value]


class Weeks(StrEnum):
    """In which teaching weeks a weekly meeting takes place (CA-02)."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"all": "每周", "odd": "单周", "even": "双周"}[self.value]


class SelectionState(StrEnum):
    """How far a term's selection has come; whether a window is open now follows from its times."""

    DRAFT = "draft"  # the office is setting it up
    ANNOUNCED = "announced"  # public, with the commitment to the seed; families choose in the windows
    FROZEN = "frozen"  # wishes can no longer change; the list and its hash are public
    DRAWN = "drawn"  # the outcome and the seed are public
    FINISHED = "finished"  # only the office changes anything

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "draft": "筹备中",
            "announced": "已公布",
            "frozen": "志愿已冻结",
            "drawn": "摇号已公布",
            "finished": "已结束",
        }[self.value]


class Phase(StrEnum):
    """The two phases in which families act."""

    WISH = "wish"
    OPEN = "open"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"wish": "填志愿", "open": "补选"}[self.value]


class Mechanism(StrEnum):
    """How the draw gives out seats."""

    ROUNDS = "rounds"
    OPTIMUM = "optimum"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"rounds": "逐轮摇号", "optimum": "整体最优"}[self.value]


class Promotion(StrEnum):
    """What happens when a place comes free for the first who waits."""

    DIRECT = "direct"
    OFFER = "offer"

    @property
    def label(self) -> str:
        """The school's word."""
        return {"direct": "直接递补", "offer": "先征询家长，限时确认"}[self.value]


class PlaceSource(StrEnum):
    """How a child came by a place."""

    DRAW = "draw"
    OPEN_ROUND = "open_round"
    WAITING_LIST = "waiting_list"
    TRANSFER = "transfer"
    OFFICE = "office"

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "draw": "摇号",
            "open_round": "补选",
            "waiting_list": "候补递补",
            "transfer": "转课",
            "office": "教导处调整",
        }[self.value]


class PlaceEnd(StrEnum):
    """Why a place ended."""

    WITHDRAWN = "withdrawn"
    SWAPPED = "swapped"
    TRANSFERRED = "transferred"
    OFFICE = "office"
    CANCELLED = "cancelled"
    LEFT_SCHOOL = "left_school"

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "withdrawn": "家长退课",
            "swapped": "候补成功后换出",
            "transferred": "转到其他课程",
            "office": "教导处调整",
            "cancelled": "课程停开",
            "left_school": "离校",
        }[self.value]


class WaitingState(StrEnum):
    """Where somebody on a waiting list stands; the first two are live."""

    WAITING = "waiting"
    OFFERED = "offered"  # holds a seat until the offer expires
    PLACED = "placed"
    DECLINED = "declined"
    EXPIRED = "expired"
    LEFT = "left"
    UNFIT = "unfit"  # grade, limit or clash: no longer fits, however many seats come free
    CLOSED = "closed"  # the course or the selection ended

    @property
    def label(self) -> str:
        """The school's word."""
        return {
            "waiting": "候补中",
            "offered": "等待确认",
            "placed": "已递补",
            "declined": "已放弃",
            "expired": "逾期未确认",
            "left": "已退出候补",
            "unfit": "不再符合条件",
            "closed": "候补已结束",
        }[self.value]

    @property
    def is_live(self) -> bool:
        """Whether the entry still waits or holds an offer."""
        return self in (WaitingState.WAITING, WaitingState.OFFERED)
