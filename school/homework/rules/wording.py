"""Wording that asks parents to work, photos to be sent, or copying without end (HW-08, HW-09)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from school.errors import Refused
from school.homework.rules.concerns import Concern
from school.homework.rules.filing import ItemValues
from school.homework.rules.repeats import REPEAT_LIMIT, repeats_in
from school.homework.rules.wording_patterns import INNOCENT, PATTERNS, Pattern
from school.preferences.enums import Treatment
from school.wording import NEGATED, plain_text

SENTENCE_ENDS = " 。.;；!！\r\n"


@dataclass(frozen=True)
class Finding:
    """A phrase of the text (as matched, without spaces) that a rule does not want, and what to do about it."""

    code: str
    rule: str
    treatment: Treatment
    phrase: str
    sentence: str


class WordingRefused(Refused):
    """Wording that HW-08 or HW-09 forbids; `findings` holds each phrase."""

    def __init__(self, findings: Sequence[Finding], field: str) -> None:
        self.findings = tuple(findings)
        super().__init__("".join(finding.sentence for finding in self.findings), field)


def find_wording(
    text: str,
    *,
    patterns: Sequence[Pattern] = PATTERNS,
    repeat_limit: int = REPEAT_LIMIT,
    allowed: Sequence[str] = (),
) -> list[Finding]:
    """Every phrase of `text` that HW-08 or HW-09 forbids or warns of, in the order of the patterns, each once.

    Full-width forms, spaces and invisible characters do not hide a phrase. `repeat_limit` is the N of 「抄N遍」 from
    which it is refused. A phrase inside one of the `allowed` wordings (a false alarm the principal let pass) is left out.
    """
    plain = plain_text(text)
    spared = _spans(plain, [plain_text(wording) for wording in allowed])
    spared += [match.span() for match in INNOCENT.finditer(plain)]
    findings = []
    for finding, start, end in _raw_findings(plain, patterns, repeat_limit):
        if not any(first <= start and end <= last for first, last in spared) and finding not in findings:
            findings.append(finding)
    return findings


def check_wording(
    text: str,
    *,
    patterns: Sequence[Pattern] = PATTERNS,
    repeat_limit: int = REPEAT_LIMIT,
    allowed: Sequence[str] = (),
    field: str = "content",
) -> list[Concern]:
    """Raise `WordingRefused` with every phrase that is blocked (HW-08, HW-09); answer the warnings as concerns."""
    findings = find_wording(text, patterns=patterns, repeat_limit=repeat_limit, allowed=allowed)
    blocked = [finding for finding in findings if finding.treatment is Treatment.BLOCK]
    if blocked:
        raise WordingRefused(blocked, field)
    return [Concern(finding.rule, finding.sentence, field) for finding in findings]


def check_item_wording(
    item: ItemValues,
    *,
    patterns: Sequence[Pattern] = PATTERNS,
    repeat_limit: int = REPEAT_LIMIT,
    allowed: Sequence[str] = (),
) -> list[Concern]:
    """`check_wording` for every text of an item, each warning once; a layer is read together with the quantity.

    抄写生词 as content and 5遍 as quantity is 「抄5遍」 as well (HW-09).
    """
    texts = [(f"{asked.content.rstrip(SENTENCE_ENDS)},{item.quantity}", "content") for asked in item.layers]
    texts += [(item.book, "book"), (item.pages, "pages"), (item.questions, "questions")]
    concerns: dict[Concern, None] = {}
    for text, field in texts:
        found = check_wording(text, patterns=patterns, repeat_limit=repeat_limit, allowed=allowed, field=field)
        concerns.update(dict.fromkeys(found))
    return list(concerns)


def _raw_findings(plain: str, patterns: Sequence[Pattern], repeat_limit: int) -> Iterator[tuple[Finding, int, int]]:
    for pattern in patterns:
        for match in re.finditer(pattern.regex, plain):
            if not NEGATED.search(plain[max(0, match.start() - 8) : match.start()]):
                yield _finding(pattern, match.group()), match.start(), match.end()
    for repeat in repeats_in(plain):
        if repeat.times >= repeat_limit:
            sentence = f"“{repeat.phrase}”属于机械重复的抄写，请少于 {repeat_limit} 遍，或换成更有用的练习。"
            yield Finding("repeat_copy", "HW-09", Treatment.BLOCK, repeat.phrase, sentence), repeat.start, repeat.end


def _finding(pattern: Pattern, phrase: str) -> Finding:
    sentence = pattern.sentence.format(phrase=phrase)
    return Finding(pattern.code, pattern.rule, pattern.treatment, phrase, sentence)


def _spans(plain: str, wordings: Sequence[str]) -> list[tuple[int, int]]:
    return [match.span() for wording in wordings if wording for match in re.finditer(re.escape(wording), plain)]
