"""How many times a text asks for the same thing to be copied: 抄3遍, 各抄五遍, 生字每个写十遍 (HW-09)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

REPEAT_LIMIT = 3
DIGITS = {
    d: n
    for n, characters in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for d in characters
}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
MANY = 99

_NUMERAL = "".join((*DIGITS, *UNITS))
_TIMES = re.compile(
    rf"(?<!第)(?<![0-9{_NUMERAL}.])(\d{{1,3}}|[{_NUMERAL}]{{1,5}}|好几|许多|很多|多|若干|无数)(?:至少|多)?(遍|次|回)"
)
_COPY_ANY = re.compile(r"抄(?!报)|默写|听写|书写|描红|誊|写|默|描|临")
_COPY_ONLY = re.compile(r"(?<!摘)(?<!手)抄")
_OTHER = re.compile(r"读|诵|背|听|说|看|唱|跳|跑|做|画|检查|修改|改|练|数|复习|预习|温习|浏览|讲|弹|踢|拍|演|思考|摘抄|观察")
# Nouns that contain a verb; they are blanked so that the verb that governs the count is found.
_NOUNS = re.compile(
    r"《[^》\n]*》|“[^”\n]*”|「[^」\n]*」|练习[册本题卷]|听写|阅读|读[本物书]|说明[文书]|数学|数字|背景|画册|做法|看图|看拼音|口算|讲义|算式|改错|练习"
)
_WORDS = re.compile(r"生字|生词|字词|词语|单词")
_SENTENCE_END = "。;!?\n"
_REACH = 30


@dataclass(frozen=True)
class Repeat:
    """A count of copies: the phrase from its verb to its unit, its place in the text, and how many times."""

    phrase: str
    start: int
    end: int
    times: int


def repeats_in(plain: str) -> Iterator[Repeat]:
    """Every count of copies in a text prepared by `wording.plain_text`; the verb nearest before the count decides."""
    for match in _TIMES.finditer(plain):
        start = _copy_verb_before(plain, match.start(), unit=match.group(2))
        if start is None:
            start, end = match.start(), _copy_verb_after(plain, match.end())
        else:
            end = match.end()
        if end is not None:
            yield Repeat(plain[start:end], start, end, times_of(match.group(1)))


def times_of(numeral: str) -> int:
    """The number of a Western or Chinese numeral up to 999; of 两三 the larger; of 多 or 好几 a large one."""
    if numeral.isdecimal():
        return int(numeral)
    if not set(numeral) <= {*DIGITS, *UNITS}:
        return MANY
    total, digit = 0, 0
    for character in numeral:
        if character in DIGITS:
            digit = DIGITS[character]
        else:
            total, digit = total + max(digit, 1) * UNITS[character], 0
    return total + digit


def _copy_verb_before(plain: str, end: int, *, unit: str) -> int | None:
    start = max(end - _REACH, max(plain.rfind(mark, 0, end) for mark in _SENTENCE_END) + 1)
    before = _NOUNS.sub(lambda noun: "□" * len(noun.group()), plain[start:end])
    # 写日记3次 is three occasions, 抄课文3次 three copies: other units than 遍 count with 抄 alone.
    copies = _COPY_ANY if unit == "遍" else _COPY_ONLY
    copy_at = max((match.start() for match in copies.finditer(before)), default=-1)
    other_at = max((match.start() for match in _OTHER.finditer(before)), default=-1)
    if copy_at > other_at:
        return start + copy_at
    if other_at < 0 and unit == "遍" and (words := _WORDS.search(before)):
        return start + words.start()
    return None


def _copy_verb_after(plain: str, start: int) -> int | None:
    match = re.match(r"[^,。;!?\n读背]{0,6}?抄", plain[start : start + 8])
    return None if match is None else start + match.end()
