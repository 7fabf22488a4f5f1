"""Single cells of the lists turned into values: genders, relations, years, subjects, yes and no, classes."""

import re
import unicodedata
from functools import lru_cache

from school.errors import Refused
from school.people.enums import Gender, Relation
from school.people.rules import ClassKey, parse_class_name

_GENDERS = {"男": Gender.MALE, "男性": Gender.MALE, "m": Gender.MALE, "male": Gender.MALE, "1": Gender.MALE} | {
    "女": Gender.FEMALE,
    "女性": Gender.FEMALE,
    "f": Gender.FEMALE,
    "female": Gender.FEMALE,
    "2": Gender.FEMALE,
}
_UNKNOWN_GENDERS = {"", "未知", "未知的性别", "未说明", "未说明的性别", "0", "9", "-", "/", "无"}
_RELATIONS = {
    Relation.FATHER: "父亲 父 爸爸 爸 父子 父女 生父",
    Relation.MOTHER: "母亲 母 妈妈 妈 母子 母女 生母",
    Relation.PATERNAL_GRANDFATHER: "祖父 爷爷 爷",
    Relation.PATERNAL_GRANDMOTHER: "祖母 奶奶 奶",
    Relation.MATERNAL_GRANDFATHER: "外祖父 外公 姥爷 老爷",
    Relation.MATERNAL_GRANDMOTHER: "外祖母 外婆 姥姥",
    Relation.STEPFATHER: "继父 养父",
    Relation.STEPMOTHER: "继母 养母",
    Relation.SIBLING: "兄弟姐妹 哥哥 姐姐 哥 姐 兄 弟弟 妹妹",
    Relation.RELATIVE: "其他亲属 亲属 亲戚 叔叔 伯父 姑姑 舅舅 姨妈 姨 叔 伯 姑 舅 伯母 婶婶 舅妈 姑父 姨父",
}
_RELATION_OF = {word: relation for relation, words in _RELATIONS.items() for word in words.split()}
_YES = {"是", "√", "✓", "✔", "y", "yes", "1", "true", "对", "v", "有", "o", "●", "○", "班主任", "兼", "年级组长", "备课组长"}
_NO = {"", "否", "×", "✗", "n", "no", "0", "false", "无", "-", "/", "不是", "非", "没有"}
_GRADE_ONLY = re.compile(r"[一二三四五六七八九1-9]")
_NUMBER_ONLY = re.compile(r"\(?(\d{1,2}|[一二三四五六七八九十]{1,3})\)?班?")
_ENTRY_ONLY = re.compile(r"(?:20)?\d{2}级?")


def fold(text: str) -> str:
    """A short cell in half-width, lower case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def gender_of(text: str) -> Gender | None:
    """男 or 女; None when unknown; raises `Refused` for anything else."""
    folded = fold(text)
    if folded in _UNKNOWN_GENDERS:
        return None
    if folded not in _GENDERS:
        raise Refused("性别请填“男”或“女”，不清楚可以留空。")
    return _GENDERS[folded]


def relation_of(text: str) -> Relation:
    """What a guardian is to the pupil; words nobody foresaw count as 其他."""
    return _RELATION_OF.get(fold(text).strip("()"), Relation.OTHER)


def is_yes(text: str) -> bool:
    """A mark in a column such as 班主任; raises `Refused` for what is neither yes nor no."""
    folded = fold(text)
    if folded in _NO:
        return False
    if folded in _YES:
        return True
    raise Refused("请填“是”或留空。")


def number_text(text: str) -> str:
    """A number within a class or register as text, without the `.0` a spreadsheet adds."""
    return re.sub(r"(?<=\d)\.0+$", "", unicodedata.normalize("NFKC", text).strip())


def year_in(text: str) -> int | None:
    """The calendar year a date begins with (2026, 202609, 2026-09-01, 2026年9月); None when there is none."""
    match = re.match(r"(19[5-9]\d|20\d\d)(?!\d{5,})", unicodedata.normalize("NFKC", text).strip())
    return int(match[1]) if match and not re.match(r"\d{9,}", text.strip()) else None


@lru_cache(maxsize=4096)
def class_key_of(class_text: str, grade_text: str, school_year_start: int) -> ClassKey:
    """The class that the two cells 班级 and 年级 name together; raises `Refused` when they do not name one."""
    named = _named_whole(class_text, grade_text)
    key = parse_class_name(named, school_year_start=school_year_start)
    if key.number > 99:
        raise Refused("班号请填 1 到 99。")
    if named == class_text and grade_text:
        _check_same_grade(key, grade_text, school_year_start)
    return key


def _named_whole(class_text: str, grade_text: str) -> str:
    """三年级 + (2)班 is 三年级2班; a class that names its grade itself stays as it is."""
    if not class_text:
        raise Refused("没有填班级。")
    number = _NUMBER_ONLY.fullmatch(fold(class_text))
    if not number:
        return class_text
    if not grade_text:
        raise Refused(f"“{class_text}”没有写年级，请写成“三年级2班”。")
    return f"{_grade_named(grade_text)}{number[1]}班"


def _grade_named(grade_text: str) -> str:
    folded = fold(grade_text)
    if _GRADE_ONLY.fullmatch(folded):
        return f"{folded}年级"
    return f"{folded.removesuffix('级')}级" if _ENTRY_ONLY.fullmatch(folded) else folded


def _check_same_grade(key: ClassKey, grade_text: str, school_year_start: int) -> None:
    """Refuse 四年级 beside 三年级2班; a grade cell nobody can read does not matter when the class is clear."""
    try:
        other = parse_class_name(f"{_grade_named(grade_text)}{key.number}班", school_year_start=school_year_start)
    except Refused:
        return
    if other.entry_year != key.entry_year:
        raise Refused(f"班级与年级“{grade_text}”不一致，请核对。")
