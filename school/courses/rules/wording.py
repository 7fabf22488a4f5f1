"""Words that no course of the after-school service may be called or described by: new lessons and drilling (AS-04)."""

import re

from school.errors import Refused
from school.wording import NEGATED, plain_text

FORBIDDEN = (
    (re.compile("新授课?|讲授新课|上新课|教授新知|提前学|超前学|预学下"), "讲授新课"),
    (re.compile("补课|补习|培优|提优|培尖|拔尖班|尖子班|补差班|同步辅导班|学科培训|文化课"), "学科补习"),
    (re.compile("刷题|题海|押题|真题|模拟卷|试卷讲评|专项训练卷|强化训练"), "刷题"),
    (re.compile("备考|应试|考前|冲刺|中考|小升初|升学|择校|提分|考级考试"), "备考"),
)


class WordingRefused(Refused):
    """Wording that AS-04 forbids, with the field it stands in."""


def check_wording(text: str, field: str) -> None:
    """Raise `WordingRefused` naming the phrase when a text promises new lessons, tutoring in subjects, or drilling (AS-04).

    Spaces, full-width forms and marks between the characters hide nothing; 不补课、不刷题 is not forbidden.
    """
    plain = plain_text(text)
    for pattern, kind in FORBIDDEN:
        for match in pattern.finditer(plain):
            if not NEGATED.search(plain[max(0, match.start() - 8) : match.start()]):
                sentence = f"“{match.group()}”属于{kind}。课后服务不讲新课、不刷题、不备考，请改写。"
                raise WordingRefused(sentence, field)
