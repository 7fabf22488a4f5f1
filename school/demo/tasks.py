"""What a prep group asks of its grade on a school day: one text for all classes, from the lesson they have come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from school.demo.textbooks import BOOKS, CHINESE, ENGLISH, MATHS, at_progress
from school.homework.enums import Demand, Form, Kind, Layer, Stage
from school.homework.rules.filing import ItemValues, LayerValues

FIRST_WRITTEN_GRADE = 3  # HW-01: below it nothing written goes home


@dataclass(frozen=True)
class Lesson:
    """Where a grade is: its textbook, how much of the term has passed (0 to 1), the day, and when work is due."""

    grade: int
    term: int
    progress: float
    on_day: date
    due_on: date

    @property
    def volume(self) -> tuple[int, int]:
        """The key of the textbook."""
        return self.grade, self.term

    @property
    def page(self) -> int:
        """The page the workbook is open at; two pages a day, about."""
        return 2 + int(self.progress * 88)

    @property
    def is_upper(self) -> bool:
        """Whether the grade may be given written homework."""
        return self.grade >= FIRST_WRITTEN_GRADE


def everyone(content: str, minutes: int, in_school: int = 0) -> tuple[LayerValues, ...]:
    """The same for the whole class."""
    return (LayerValues(Layer.ALL, content, minutes, in_school),)


def layered(contents: Sequence[str], minutes: Sequence[int], in_school: int = 0) -> tuple[LayerValues, ...]:
    """Content and minutes for A, B and C; the same part of each is done in school."""
    layers = zip((Layer.A, Layer.B, Layer.C), contents, minutes, strict=True)
    return tuple(LayerValues(layer, content, asked, min(in_school, asked)) for layer, content, asked in layers)


def tasks_of(code: str, lesson: Lesson, random: Random) -> list[ItemValues]:
    """The items of one subject on one day; empty when the group sets nothing that day."""
    return {"chinese": _chinese, "maths": _maths, "english": _english}.get(code, _other)(code, lesson, random)


def main_task(code: str, lesson: Lesson, minutes: int) -> ItemValues:
    """One plain written item of a subject in the upper grades, of exactly so many minutes."""
    content, book = _plain_written(code, lesson)
    return _written(lesson, everyone(content, minutes), book=book, trial=minutes // 2)


def _chinese(_code: str, lesson: Lesson, random: Random) -> list[ItemValues]:
    title = f"《{at_progress(CHINESE[lesson.volume], lesson.progress)}》"
    book = f"《{at_progress(BOOKS[lesson.volume], random.random())}》"
    reading = _aloud(lesson, Form.READING, f"自由阅读{book}15分钟，把喜欢的情节讲给同学听。", 15)
    if not lesson.is_upper:
        oral = _aloud(lesson, Form.ORAL, f"朗读课文{title}，读准字音，读通句子。", 10)
        practice = _in_class(lesson, f"在课堂上完成{title}的生字描红，每个字写一遍。", 10)
        return random.choice(([practice, oral], [practice, reading], [oral], [practice]))
    main = _chinese_written(title, lesson, random)
    chance = random.random()
    if chance < 0.1:
        return [_aloud(lesson, Form.ORAL, f"有感情地朗读{title}，试着背诵自己喜欢的自然段。", 15)]
    return [main, reading] if chance < 0.35 else [main]


def _chinese_written(title: str, lesson: Lesson, random: Random) -> ItemValues:
    minutes = random.choice((15, 20, 20, 25)) if lesson.grade < 5 else random.choice((20, 20, 25))
    in_school = random.choice((0, 5, 10, 10))
    if random.random() < 0.24:
        contents = (
            f"完成{title}第1—5题，并仿照课文的写法写一段话。",
            f"完成{title}第1—5题，用自己的话说明第5题的理由。",
            f"完成{title}第1—4题，把读错的词语再读一读。",
        )
        layers = layered(contents, (minutes, minutes, minutes - 5), in_school)
        return _written(lesson, layers, book="语文同步练习", kind=Kind.INTEGRATED, trial=random.choice((8, 10, None)))
    content = random.choice(
        (
            f"抄写{title}中要求会写的词语，每个写一遍，注意笔顺和结构。",
            f"完成{title}课后思考题，把想法写在练习本上。",
            f"完成{title}的练习，先读课文再动笔。",
            f"从{title}中摘抄三处描写生动的句子，写一写好在哪里。",
            f"默写{title}后的词语，自己订正写错的字。",
        )
    )
    is_unit = random.random() < 0.08
    if is_unit:
        content = f"整理{title}所在单元的读书笔记，写出学到的三种表达方法。"
    kind = Kind.UNIT if is_unit else Kind.BASIC
    return _written(lesson, everyone(content, minutes, in_school), book="语文同步练习", kind=kind, trial=_trial(minutes, random))


def _maths(_code: str, lesson: Lesson, random: Random) -> list[ItemValues]:
    unit = f"“{at_progress(MATHS[lesson.volume], lesson.progress)}”"
    if not lesson.is_upper:
        practice = _in_class(lesson, f"在课堂上完成{unit}的练习，同桌互相说一说算法。", 10)
        oral = _aloud(lesson, Form.ORAL, f"口算{unit}的题卡20道，说出是怎样想的。", 5)
        find = _aloud(lesson, Form.PRACTICE, f"在生活中找一找与{unit}有关的事物，明天讲给同学听。", 10)
        return random.choice(([practice], [practice, oral], [oral], [find]))
    minutes = random.choice((10, 15, 15, 20)) if lesson.grade < 5 else random.choice((15, 15, 20))
    in_school = random.choice((0, 0, 5, 10))
    first = random.choice((1, 2, 3))
    chance = random.random()
    if chance < 0.26:
        contents = (
            f"{unit}第{first}—{first + 4}题，并自己编一道题，写出解答。",
            f"{unit}第{first}—{first + 4}题，第{first + 4}题用两种方法。",
            f"{unit}第{first}—{first + 3}题，每题写出思考过程。",
        )
        return [_written(lesson, layered(contents, (minutes, minutes, minutes - 3), in_school), book="数学练习册")]
    if chance < 0.34:
        before = _written(
            lesson, everyone(f"课前检测：{unit}基础题3道，在早自习完成。", 5, 5), book="数学练习册", stage=Stage.BEFORE_CLASS
        )
        return [before, _written(lesson, everyone(f"{unit}第{first}—{first + 2}题。", minutes), book="数学练习册")]
    if chance < 0.42:
        optional = _written(
            lesson, everyone(f"选做：{unit}思考题1道，画图说明思路。", 5), book="数学练习册", demand=Demand.OPTIONAL
        )
        return [_written(lesson, everyone(f"{unit}第{first}—{first + 3}题。", 10), book="数学练习册", trial=4), optional]
    count = random.choice((3, 4, 5))
    questions, quantity = f"第{first}—{first + count - 1}题", f"{count}题"
    content = random.choice((f"{unit}练习，写出计算过程。", f"{unit}练习，做完后自己验算。", f"{unit}解决问题，先画图再列式。"))
    layers, trial = everyone(content, minutes, in_school), _trial(minutes, random)
    return [_written(lesson, layers, book="数学练习册", questions=questions, quantity=quantity, trial=trial)]


def _english(_code: str, lesson: Lesson, random: Random) -> list[ItemValues]:
    unit = _unit(lesson)
    chance = random.random()
    if chance < 0.3:
        return []
    if chance < 0.6:
        return [_aloud(lesson, Form.ORAL, f"{unit}：朗读 Let's talk 对话，和同学分角色表演。", 10)]
    minutes = random.choice((8, 10, 10)) if lesson.grade < 5 else random.choice((10, 10, 15))
    content = random.choice(
        (
            f"{unit}：抄写重点单词，每个写一遍，并各造一个句子。",
            f"{unit}：完成 Read and write 练习。",
            f"{unit}：仿照课文写4句话，介绍自己。",
        )
    )
    in_school = random.choice((0, 5))
    return [_written(lesson, everyone(content, minutes, in_school), book="英语活动手册", trial=_trial(minutes, random))]


def _other(code: str, lesson: Lesson, random: Random) -> list[ItemValues]:
    """Subjects that seldom set anything, and nothing written."""
    chance, form, contents, minutes = _OTHERS.get(code, (0.0, Form.PRACTICE, ("",), 10))
    if random.random() >= chance:
        return []
    return [_aloud(lesson, form, random.choice(contents), minutes)]


_OTHERS: dict[str, tuple[float, Form, tuple[str, ...], int]] = {
    "pe": (
        0.35,
        Form.SPORT,
        ("跳绳2组，每组1分钟，做好拉伸。", "坐位体前屈3组，每组30秒。", "慢跑10分钟，注意安全。", "开合跳3组，每组20个。"),
        15,
    ),
    "science": (
        0.12,
        Form.PRACTICE,
        ("观察今天的月亮，画下它的样子。", "种一颗豆子，记下第一天的样子。", "找三种会沉和会浮的物品，试一试。"),
        15,
    ),
    "music": (0.06, Form.ORAL, ("唱一唱本周学的歌，注意换气。", "用身边的物品打一段节奏。"), 10),
    "art": (0.06, Form.PRACTICE, ("收集几片落叶，下节课带来做拼贴。", "观察自己的手，画一张速写。"), 15),
    "morality": (0.05, Form.PRACTICE, ("了解社区里的一处公共设施，想想怎样爱护它。", "说一说班级里值得感谢的一件事。"), 10),
    "labour": (0.1, Form.LABOUR, ("整理自己的书桌和书包。", "学会叠一件衣服，明天展示。", "给家里的一盆植物浇水。"), 15),
}


def _plain_written(code: str, lesson: Lesson) -> tuple[str, str]:
    if code == "chinese":
        return f"完成《{at_progress(CHINESE[lesson.volume], lesson.progress)}》的练习，先读课文再动笔。", "语文同步练习"
    if code == "maths":
        return f"“{at_progress(MATHS[lesson.volume], lesson.progress)}”第2—5题，写出计算过程。", "数学练习册"
    return f"{_unit(lesson)}：完成 Read and write 练习。", "英语活动手册"


def _unit(lesson: Lesson) -> str:
    name = at_progress(ENGLISH[lesson.volume], lesson.progress)
    return f"Unit {ENGLISH[lesson.volume].index(name) + 1} {name}"


def _trial(minutes: int, random: Random) -> int | None:
    """A teacher needs about a third of the time; four in ten do not write it down."""
    return None if random.random() < 0.4 else max(minutes // 3, 2)


def _written(
    lesson: Lesson,
    layers: tuple[LayerValues, ...],
    *,
    book: str,
    questions: str = "",
    quantity: str = "",
    kind: Kind = Kind.BASIC,
    stage: Stage = Stage.AFTER_CLASS,
    demand: Demand = Demand.REQUIRED,
    trial: int | None = None,
) -> ItemValues:
    return ItemValues(
        on_day=lesson.on_day,
        due_on=lesson.due_on,
        layers=layers,
        kind=kind,
        stage=stage,
        demand=demand,
        book=book,
        pages=f"第{lesson.page}—{lesson.page + 1}页",
        questions=questions,
        quantity=quantity,
        trial_minutes=trial,
    )


def _in_class(lesson: Lesson, content: str, minutes: int) -> ItemValues:
    layers = everyone(content, minutes, minutes)
    return ItemValues(lesson.on_day, lesson.on_day, layers, form=Form.WRITTEN, stage=Stage.IN_CLASS)


def _aloud(lesson: Lesson, form: Form, content: str, minutes: int) -> ItemValues:
    """Anything that is not written: said, read, tried or played."""
    kind = Kind.PRACTICE if form in (Form.PRACTICE, Form.LABOUR) else Kind.BASIC
    return ItemValues(lesson.on_day, lesson.due_on, everyone(content, minutes), form=form, kind=kind)
