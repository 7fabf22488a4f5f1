"""Words that no course of the after-school service may be called or described by: new lessons and drilling (AS-04, AS-05)."""

import re
import unicodedata

from school.errors import Refused
from school.wording import HAN, NEGATED, plain_text

# Each with what it is; the looks around keep ordinary words apart: 主题海报, 设备考察, 互补差异, 传统文化课.
FORBIDDEN = (
    (
        re.compile(
            "(?<![全最更崭])新授|(?:讲授|讲|上|教|授)新课(?!程)|讲授新知|教授新知|提前学|超前学|提前讲|抢先学|预学下|抢跑"
        ),
        "讲授新课",
    ),
    (
        re.compile(
            "补课|补习|(?<!栽)培优(?![良质美])|提优|培尖|拔尖班|尖子班|(?<!互)补差(?!异)|学科培训|同步(?:辅导|讲解|课堂)"
            "|文化课(?:辅导|培训|提高|强化|成绩)"
        ),
        "学科补习",
    ),
    (
        re.compile(
            "(?<!印)刷题|(?<![主难])题海(?!报)|押题|(?<![认纯天])真题(?!材|[写字])|模拟[试考]?卷|试卷讲评|专项训练卷|做卷子"
        ),
        "刷题",
    ),
    (
        re.compile(
            "(?<!设)备考(?![察古核勤虑究])|(?<![对相])应试(?![管剂纸验])|(?<![思参])考前|(?<![思参])考点|冲刺(?:班|营|考|期末|期中|复习|名校|高分)"
            "|(?:期末|期中|考试|升学|复习)冲刺|中考(?![察古核量虑验究勤证])|小升初|升学|择校|(?<!前)提分(?![析别工组享类钟])"
            "|考级(?:班|辅导|培训|考试)"
        ),
        "备考",
    ),
    (re.compile("晚自习|晚自修|夜自习|午托|午间托管|午餐看护"), "午间或晚间看管"),
)

# The ministry's own words for what the service may do for children who find learning hard (双减意见 §10).
_ALLOWED = re.compile("(?:学习|学业)有困难的?(?:学生|孩子|同学|儿童)?(?:进行|提供|给予|以|做)?补习辅导")
_JOINS = frozenset("、，,和或与及")
_SIMPLE = str.maketrans("補課題備習應試學講衝級點競優", "补课题备习应试学讲冲级点竞优")
_BREAKS = ("S", "Pi", "Pf", "Ps", "Pe", "Pd", "Pc")


class WordingRefused(Refused):
    """Wording that AS-04 forbids, with the field it stands in."""


def check_wording(text: str, field: str) -> None:
    """Raise `WordingRefused` naming the phrase when a text promises new lessons, tutoring in subjects, or drilling (AS-04).

    Nothing typed between the characters hides a word: spaces, full-width forms, marks, pictures, new lines, traditional
    characters. 不补课、不刷题 and 不补课、刷题 are not forbidden.
    """
    if found := find_wording(text):
        phrase, kind = found[0]
        what = "" if phrase in kind else f"，它属于{kind}"
        raise WordingRefused(f"不能写“{phrase}”{what}。课后服务不讲新课、不补课、不刷题、不备考，也不办午托和晚自习。", field)


def find_wording(text: str) -> list[tuple[str, str]]:
    """Every forbidden phrase that the text does not deny, with its kind, in the order of the text."""
    plain = _ALLOWED.sub("", _joined(text))
    matches = sorted((match.start(), match.end(), kind) for pattern, kind in FORBIDDEN for match in pattern.finditer(plain))
    found, denied_until = [], -2
    for start, end, kind in matches:
        follows_denied = start == denied_until + 1 and plain[denied_until] in _JOINS
        if follows_denied or NEGATED.search(plain[max(0, start - 8) : start]):
            denied_until = end
        else:
            found.append((plain[start:end], kind))
    return found


def _joined(text: str) -> str:
    """`text` without what might stand between the characters of a word; commas and full stops stay."""
    plain = plain_text(text).translate(_SIMPLE).replace("\n", "")
    broken = "".join(" " if unicodedata.category(c).startswith(_BREAKS) else c for c in plain)
    return re.sub(rf"(?<=[{HAN}]) +(?=[{HAN}])", "", broken)
