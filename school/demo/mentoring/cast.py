"""Who sits where in the demo's triads, and what they talk about; numbers are posts from 1 (`school.demo.staff.posts`)."""

from dataclasses import dataclass
from enum import Enum

from school.mentoring.enums import EntryKind, Seat


class Pace(Enum):
    """How a triad works: what it owes in time, too little of it, or nothing any more."""

    STEADY = 1.0
    SLOW = 0.55
    SILENT = 0.0


@dataclass(frozen=True)
class Trio:
    """A triad of the demo; `lacks` is whose signature is missing, `waits` whether the latest entries wait for a yes."""

    subject: str
    chief: int
    middle: int
    novice: int
    pace: Pace = Pace.STEADY
    lacks: Seat | None = None
    waits: bool = False

    @property
    def posts(self) -> dict[Seat, int]:
        """Posts from 0 by seat."""
        return {Seat.CHIEF: self.chief - 1, Seat.MIDDLE: self.middle - 1, Seat.NOVICE: self.novice - 1}


EXTENDED = Trio("chinese", 15, 14, 19)  # leader3, homeroom; goes on from last term
PASSED = Trio("chinese", 23, 8, 9)  # last term only

TRIOS = (
    EXTENDED,
    Trio("chinese", 13, 3, 4),
    Trio("chinese", 28, 25, 29, Pace.SLOW),
    Trio("chinese", 18, 10, 24),
    Trio("maths", 22, 17, 16, waits=True),  # prep, teacher
    Trio("maths", 12, 7, 6),
    Trio("english", 33, 34, 35),
    Trio("morality", 37, 39, 38, Pace.SILENT),
    Trio("science", 44, 42, 43, lacks=Seat.NOVICE),
    Trio("pe", 45, 48, 47),
    Trio("music", 54, 52, 53, Pace.SLOW),
    Trio("art", 55, 57, 56),
)

LESSONS = {
    "chinese": ["秋天的雨", "大自然的声音", "搭石", "父爱之舟", "桂花雨", "掌声", "小小的船", "雾在哪里", "观潮", "少年闰土"],
    "maths": ["倍的认识", "两位数乘一位数", "认识周长", "分数的初步认识", "角的度量", "小数乘法", "可能性", "多边形的面积"],
    "english": ["My_schoolbag", "At_the_farm", "What_would_you_like", "Our_weekend_plan", "Around_my_home"],
    "morality": ["我们的班规", "说话要算数", "家乡的新变化", "网络新世界", "学会反思"],
    "science": ["水的三态变化", "声音的产生", "简单电路", "种子发芽", "光的传播"],
    "pe": ["立定跳远", "前滚翻", "小篮球运球", "接力跑", "跳短绳"],
    "music": ["草原就是我的家", "牧童短笛", "节奏游戏", "小步舞曲", "合唱练习"],
    "art": ["线条的魅力", "渐变的颜色", "家乡的桥", "剪纸窗花", "水墨游戏"],
}

PRAISE = (
    "目标清楚，导入自然；小组交流时个别学生没有参与，建议分工到人。",
    "提问有层次，学生说得多；练习可以再精选，保证当堂完成。",
    "板书工整，重点突出；最后一个环节有些赶，前面可以省两分钟。",
    "分层作业设计得当，三类学生都有事做；评价语言可以更具体。",
    "教态亲切，课堂常规好；要多给后排学生回答的机会。",
    "教材钻研比较深，生活实例贴切；时间分配还要再练。",
)
TALKS = ("本周教学进度和作业量", "学困生的个别辅导", "家长沟通怎样开口", "期中前的单元整理")
REFLECTIONS = ("提问太碎怎么改", "小组合作为什么没有动起来", "当堂练习没做完的原因", "一次成功的分层练习")
DESIGNS = ("基础、提高、拓展三层作业", "单元实践作业", "十分钟当堂作业")
NOTES = {
    EntryKind.PLAN_REVIEW: "教案环节完整，重难点标得清楚；第二课时的练习请减少一题。",
    EntryKind.MODEL_LESSON: "示范了情境导入和分层练习，课后一起整理了板书。",
    EntryKind.REPORT_LESSON: "按上次的意见改了提问，学生参与明显增多。",
    EntryKind.TALK: "梳理了两周来的问题，约定下周再听一节。",
    EntryKind.REFLECTION: "写了课堂实录和改进，已当面交流。",
    EntryKind.HOMEWORK_DESIGN: "三层各一份，控制在 20 分钟以内。",
}
