"""The text of a triad's agreement (责任书), its digest, and who must sign it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256

from school.errors import Conflict
from school.mentoring.enums import DutyField, Seat, Signer
from school.mentoring.rules.duties import Duty

# By field: what it is about, what masters do, what apprentices do, whatever the counts.
SIDES = {
    DutyField.TEACHING: (
        "备课、作业批改、命题",
        "审阅教案并签字，指出作业批改中的问题，带徒弟一起命题、试做。",
        "教案提前一周写好；作业全批全改，有日期、有等第、有评语；出题先自己做一遍。",
    ),
    DutyField.CLASSROOM: (
        "听课、评课、上课",
        "走进徒弟的课堂，听后当面评议；上示范课，讲清为什么这样教。",
        "听课有记录、有思考；上汇报课，按评议意见改进。",
    ),
    DutyField.MATERIALS: (
        "课程标准、教材、作业设计",
        "带徒弟研读课程标准和教材，理清单元目标和重点、难点。",
        "单元备课写明分层作业设计，教学内容不超课标。",
    ),
}
END = [
    "",
    "五、考核",
    "1. 期满由教导处组织验收，看听课、备课、汇报课、反思和作业设计，不以考试成绩为依据。",
    "2. 通过的出师，发给证书；没有通过的延期一学期。",
    "",
    "六、调整与解除",
    "1. 因病、调动等不能继续的，本人向教导处提出；换人或解除由教导处写明原因并登记，已完成的次数保留。",
    "2. 责任书内容有改动时，各方重新签署，原文保留备查。",
    "",
    "七、份数",
    "本责任书一式四份，三位教师和教导处各执一份。",
]


def agreement_text(
    school_name: str, subject: str, names: Mapping[Seat, str], starts_on: date, ends_on: date, duties: Iterable[Duty]
) -> str:
    """The agreement as it is signed: parties, period, both sides' duties with counts in the three fields, appraisal, exit.

    `names` tell the parties apart for good (name and staff code): another person is always another text.
    """
    owed = list(duties)
    lines = [
        f"{school_name}“三人行”师徒结对责任书",
        "",
        f"学科：{subject}",
        f"期限：{_day(starts_on)}至{_day(ends_on)}",
        *(f"{seat.label}：{names[seat]}" for seat in Seat),
        "1号是2号的师傅，2号是3号的师傅。",
        "",
        "一、师德",
        "1. 师傅言传身教，徒弟虚心好学；互相尊重，坦诚交流。",
        "2. 不向学生、家长推销任何资料，不组织、不参与有偿补课。",
        "3. 落实“双减”：作业控量提质，不布置机械、重复、惩罚性作业。",
    ]
    for number, field in zip("二三四", DutyField, strict=True):
        about, master, apprentice = SIDES[field]
        lines += ["", f"{number}、{field.label}（{about}）", f"师傅：{master}", f"徒弟：{apprentice}", *_counts(owed, field)]
    return "\n".join(lines + END) + "\n"


def digest_of(text: str) -> str:
    """The SHA-256 of a text, which every signature names."""
    return sha256(text.encode()).hexdigest()


def check_signing(signer: Signer, signed: Collection[Signer], shown: str, digest: str) -> bool:
    """Whether the signature is new; raises `Conflict` when the text shown is not the one in force."""
    if shown != digest:
        raise Conflict("责任书的内容刚刚有改动，请重新看过再签。")
    return signer not in signed


def missing_signers(signed: Collection[Signer]) -> list[Signer]:
    """Who has not signed yet, in order."""
    return [one for one in Signer if one not in signed]


def _counts(owed: Iterable[Duty], field: DutyField) -> list[str]:
    """What each seat owes in a field, a line a seat."""
    of_field = [one for one in owed if one.field is field and one.count]
    by_seat = {seat: [f"{one.kind.label}不少于 {one.count} 次" for one in of_field if one.seat is seat] for seat in Seat}
    return [f"{seat.label.split(' ')[0]}：{'，'.join(phrases)}。" for seat, phrases in by_seat.items() if phrases]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
