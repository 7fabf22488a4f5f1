"""What a group may read: an event's title, time, place and address, nothing about any person (PR-03)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from school.errors import Refused
from school.outbox.enums import GroupKind

LONGEST_TITLE, LONGEST_PLACE = 60, 40
PHONE_DIGITS = 7  # so many digits in a row, blanks and hyphens between them or not, are somebody's number
WEEKDAYS = "一二三四五六日"
_NUMBER = re.compile(rf"\d(?:[\s\-_.·()]*\d){{{PHONE_DIGITS - 1},}}")
_DATES = re.compile(r"(?<!\d)20\d\d[-./]\d{1,2}[-./]\d{1,2}(?!\d)|(?<!\d)20\d\d\s?[-—–~至]\s?20\d\d(?!\d)")
_NUMERALS = str.maketrans("〇零一二三四五六七八九幺", "001234567891")


@dataclass(frozen=True)
class GroupText:
    """All that a group is told: `title` of a session or course, when it begins (aware), where."""

    kind: GroupKind
    title: str
    starts_at: datetime | None = None
    place: str = ""

    def lines(self, address: str) -> str:
        """The message; `address` is the whole address of the page, or "" where the site has none."""
        lines = [f"【{self.kind.label}】{self.title}"]
        if self.starts_at:
            day = self.starts_at
            lines.append(f"时间：{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）{day:%H:%M}")
        if self.place:
            lines.append(f"地点：{self.place}")
        lines.append(f"详情：{address}" if address else "详情请登录学校网站查看。")
        return "\n".join(lines)


def check_group_text(text: GroupText) -> None:
    """Refuse words that hold what looks like a phone number or an e-mail address, are too long, or more than a line."""
    for field, words, most in (("title", text.title, LONGEST_TITLE), ("place", text.place, LONGEST_PLACE)):
        plain = _DATES.sub("日", unicodedata.normalize("NFKC", words)).translate(_NUMERALS)
        if len(words) > most or "\n" in words or "\r" in words:
            raise Refused(f"群消息的这一项只能有一行，最多 {most} 个字。", field)
        if _NUMBER.search(plain) or "@" in plain:
            raise Refused("群消息里不能有电话号码、证件号或邮箱。", field)
    if not text.title.strip():
        raise Refused("群消息要有标题。", "title")


def check_names(text: GroupText, names: Iterable[str]) -> None:
    """Refuse words that name a pupil or guardian; blanks between the characters of a name hide nothing."""
    told = {"title": _folded(text.title), "place": _folded(text.place)}
    for name in names:
        folded = _folded(name)
        field = next((field for field, words in told.items() if len(folded) > 1 and folded in words), None)
        if field:
            raise Refused(f"群消息里不能有学生或家长的姓名，请去掉“{name}”。", field)


def check_group_link(link: str) -> None:
    """Raise ValueError for a link that could carry more than which page it is."""
    if "?" in link or "#" in link:
        raise ValueError("a link for a group is a plain path")


def _folded(text: str) -> str:
    return re.sub(r"[\s·•]", "", unicodedata.normalize("NFKC", text)).casefold()
