"""The text of a triad's agreement (责任书), its digest, and who must sign it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256

from school.errors import Conflict
from school.mentoring.enums import DutyField, Seat, Signer
from school.mentoring.rules.duties import Duty


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
        "",
        "一、师德与态度",
        "1. 师傅言传身教，徒弟虚心好学；互相尊重，坦诚交流。",
        "2. 不向学生、家长推销任何资料，不组织、不参与有偿补课。",
        "3. 落实“双减”：作业控量提质，不布置机械、重复、惩罚性作业。",
    ]
    for number, field in enumerate(DutyField, 2):
        lines += ["", f"{'一二三四五'[number - 1]}、{field.label}"]
        of_field = [one for one in owed if one.field is field and one.count]
        for position, duty in enumerate(of_field, 1):
            lines.append(f"{position}. {duty.seat.label.split(' ')[0]}：{duty.kind.label}不少于 {duty.count} 次。")
        lines += _standing(field, len(of_field))
    lines += [
        "",
        "五、验收、续签与解除",
        "1. 学期结束后由教导处组织验收，不以考试成绩为依据；通过的颁发出师证书，未通过的延期。",
        "2. 中途换人或解除，由教导处写明原因并登记；已完成的次数保留。",
        "3. 责任书内容有改动时，各方重新签署；原文保留备查。",
        "4. 本责任书由三位教师和教导处各执一份。",
    ]
    return "\n".join(lines) + "\n"


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


def _standing(field: DutyField, after: int) -> list[str]:
    """What belongs to a field whatever the counts."""
    sentences = {
        DutyField.TEACHING: (
            "教案提前一周写好，师傅审阅签字；作业全批全改，有日期、有等第、有评语。",
            "试卷和作业由师徒共同命题、试做。",
        ),
        DutyField.CLASSROOM: ("听课有记录、有评议；每次听课后当面交流，徒弟写出改进。",),
        DutyField.MATERIALS: ("共同研读课程标准和教材，单元备课写明分层作业设计。",),
    }[field]
    return [f"{number}. {sentence}" for number, sentence in enumerate(sentences, after + 1)]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
