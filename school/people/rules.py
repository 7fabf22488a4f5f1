"""Names, class names and phone numbers: one spelling for each, so that nobody becomes two."""

import re
import unicodedata
from dataclasses import dataclass

from school.calendar.rules import grade_of
from school.errors import Refused

NAME_AT_MOST = 50
LAST_GRADE = 9
SEPARATOR = "\u00b7"

# Everything typed between two parts of a name instead of U+00B7 (民委发〔2016〕33号).
_LOOKALIKES = re.escape(
    "\u00b7\u0387\u1427\u16eb\u2022\u2023\u2024\u2027\u2218\u2219\u22c5\u25cf\u25aa\u2981\u2e30\u2e31\u2e33"
    "\u3002\u30fb\ua78f\ufe52\uff0e\uff61\uff65\U00010101."
)
# Hanzi with its variation selectors; rare ones live in the astral planes or, in old files, in the private use area.
_HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ue000-\uf8ff\U00020000-\U0003ffff"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SEPARATORS = re.compile(rf"(?<=[{_HAN}{_SELECTORS}])\s*[{_LOOKALIKES}]+\s*(?=[{_HAN}])")
_PADDED = re.compile(rf"([{_HAN}][{_SELECTORS}]?)\s+([{_HAN}][{_SELECTORS}]?)")
_EDGES = " \t\r\n\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"
_UNSEEN = re.compile("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

_HANZI_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_GRADE = "[一二三四五六七八九1-9]"
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_BRACKETS = str.maketrans("[]【】〔〕〈〉{}", "()()()()()")
_CLASS_FORMS = (
    # 三(2)班, 三年级(2)班, 初一(2)班: the bracket or 年级 keeps grade and number apart.
    re.compile(rf"(?P<junior>初中?)?(?P<grade>{_GRADE})(?:年级|年)?\((?P<number>{_NUMBER})\)班?"),
    re.compile(rf"(?P<junior>初中?)?(?P<grade>{_GRADE})(?:年级|年)(?P<number>{_NUMBER})班?"),
    # 三2班, 三二班, 3二班; not 三十二班, which may be class 32.
    re.compile(r"(?P<junior>初中?)?(?P<grade>[一二三四五六七八九])(?P<number>\d{1,2}|[一二三四五六七八九])班"),
    re.compile(r"(?P<junior>初中?)?(?P<grade>[1-9])(?P<number>[一二三四五六七八九])班"),
    # 302, 312班: one digit of grade, two of number.
    re.compile(r"(?P<junior>初中?)?(?P<grade>[1-9])(?P<number>\d{2})班?"),
)
_ENTRY_FORM = re.compile(rf"(?P<year>(?:20)?\d{{2}})级\(?(?P<number>{_NUMBER})\)?班?")
_OTHER_SCHOOLS = re.compile(r"高[一二三123中]|职[高一二三]|中专|大学")
_KINDERGARTEN = re.compile(r"[大中小托幼]班|学前|幼儿|幼升小")
_HANZI_GRADES = "零一二三四五六七八九"

# Surnames that never begin a Mongolian given name written in Hanzi; a longer name that starts so is surname + name.
COMMON_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙朱马郭何林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余杜程魏吕丁任卢姚沈钟姜崔谭陆范汪廖"
    "石贾韦夏付方邹熊秦邱侯江尹薛闫段龙史陶顾毛郝龚邵万钱严覃武戴莫孔向汤包"
)
# In names of two or three characters these count too. 乌 巴 达 那 哈 特 are left out: here they begin Mongolian names.
SURNAMES = COMMON_SURNAMES | frozenset(
    "于高胡叶苏白孟雷贺金傅钟温康施牛洪章常倪翟岳齐梅庄辛管祝左涂谷祁耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席"
    "卫查屈鲍位覃霍翁隋植甘景薄单柏宁柴桂诸阮卞聂葛喻殷申安樊米易文季褚骆黎乔兰贝芦葛邢解应宗宣洛伏房焦窦冉艾池乐"
    "符司晏褟蒲瞿岑阎党尚商佟敖滕柳俞华鲁时穆伍娄危颜强车闵麦冷古刁楚丛鞠简桑边花连栾井农荣桓封储郁臧邬屠仇"
    "赖代邝佘揭蓝卓蔺暴丘展占仲舒战岩祖由柯"
)
_COMPOUNDS = (
    "欧阳上官司马诸葛司徒东方独孤南宫夏侯皇甫尉迟公孙慕容令狐长孙宇文司空端木百里呼延东郭轩辕赫连澹台闻人公羊申屠太史"
    "淳于钟离濮阳西门拓跋完颜纳兰"
)
COMPOUND_SURNAMES = frozenset(_COMPOUNDS[start : start + 2] for start in range(0, len(_COMPOUNDS), 2))

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0\d{2,3})?[2-8]\d{6,7}(?:转?\d{1,5})?")


@dataclass(frozen=True, order=True)
class ClassKey:
    """The canonical key of a class: the year its pupils entered grade 1, and its number from 1."""

    entry_year: int
    number: int


class NameUnusable(Refused):
    """A name that is empty, too long or holds characters nobody can see."""


class ClassNameUnclear(Refused):
    """A class name that fits no class of this school, or more than one."""


class PhoneUnclear(Refused):
    """A phone number that is no mainland mobile number."""


class LandlineGiven(PhoneUnclear):
    """A landline number, with which nobody can sign in; an import may go on without it and say so."""


def normalise_name(raw: str) -> str:
    """A person's name with blanks trimmed and look-alike separators between Hanzi turned into U+00B7.

    All other characters stay as they are, rare ones and 兒 beside 儿 included: no Unicode normalisation. Blanks around
    a separator and the blank that widens a two-character name (张 三) go. `Null` and `NA` are names. Raises
    `NameUnusable` for 0 or more than 50 characters, control and invisible characters.
    """
    name = raw.strip(_EDGES)
    if not name:
        raise NameUnusable("请填写姓名。", "name")
    if _UNSEEN.search(name) or any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise NameUnusable("姓名里有看不见的控制字符，请重新输入姓名。", "name")
    name = _SEPARATORS.sub(SEPARATOR, name)
    if padded := _PADDED.fullmatch(name):
        name = "".join(padded.groups())
    if len(name) > NAME_AT_MOST:
        raise NameUnusable(f"姓名最多 {NAME_AT_MOST} 个字，现有 {len(name)} 个字。", "name")
    return name


def parse_class_name(text: str, *, school_year_start: int, max_grade: int = LAST_GRADE) -> ClassKey:
    """The class that `text` names in the school year starting in `school_year_start`.

    Takes 三(2)班, 三（2）班, 三年级2班, 三年级二班, 三2班, 302, 初一(2)班 and 2024级2班. Raises `ClassNameUnclear` for
    anything else, 高三(2)班 and 大班 with their own sentence, and for grades outside 1 to `max_grade`; a class that
    enters next September may already be named by its year.
    """
    plain = _plain_class_name(text)
    _check_kind_of_school(text, plain)
    if match := _ENTRY_FORM.fullmatch(plain):
        return _key_of_entry(match, text, school_year_start, max_grade)
    for form in _CLASS_FORMS:
        if match := form.fullmatch(plain):
            return _key_of_grade(match, text, school_year_start, max_grade)
    raise ClassNameUnclear(f"认不出班级“{_short(text)}”，请写成“三年级2班”“三(2)班”或“2024级2班”。", "class_name")


def class_label(entry_year: int, number: int, school_year_start: int, *, max_grade: int = LAST_GRADE) -> str:
    """What the class is called in the school year starting in `school_year_start`: 三年级2班.

    After `max_grade` it is 2019级2班（已毕业）, before grade 1 it is 2027级2班.
    """
    grade = grade_of(entry_year, school_year_start)
    if grade < 1:
        return f"{entry_year}级{number}班"
    if grade > max_grade:
        return f"{entry_year}级{number}班（已毕业）"
    return f"{_grade_word(grade)}年级{number}班"


def grade_label(entry_year: int, school_year_start: int, *, max_grade: int = LAST_GRADE) -> str:
    """What the year group is called: 三年级; 2019级（已毕业） after `max_grade`, 2027级 before grade 1."""
    grade = grade_of(entry_year, school_year_start)
    if grade < 1:
        return f"{entry_year}级"
    return f"{entry_year}级（已毕业）" if grade > max_grade else f"{_grade_word(grade)}年级"


def normalise_phone(raw: str) -> str | None:
    """A mainland mobile number as 11 digits, or None when `raw` is blank.

    Takes +86, blanks, dashes, full-width digits and the `.0` a spreadsheet adds. Raises `LandlineGiven` for a landline
    and `PhoneUnclear` for everything else: a number somebody signs in with is never guessed.
    """
    plain = unicodedata.normalize("NFKC", raw).strip().strip(_EDGES).lstrip("'’‘")
    if not plain:
        return None
    plain = re.sub(r"(?<=\d)\.0+$", "", plain)
    digits = re.sub(r"[\s\-‐‑–—−.·()]", "", plain)
    mobile = re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", digits)
    if mobile.isascii() and _MOBILE.fullmatch(mobile):
        return mobile
    if digits.isascii() and _LANDLINE.fullmatch(digits):
        raise LandlineGiven(f"“{_short(raw)}”是固定电话，不能用来登录。请填手机号码，没有就留空。", "phone")
    raise PhoneUnclear(f"“{_short(raw)}”不是 11 位手机号码，请核对；一格只填一个号码。", "phone")


def mask_phone(phone: str | None) -> str:
    """A phone number as others may see it, 138****8000; nothing of a short one, empty for None."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****"


def public_teacher_name(name: str) -> str:
    """How the public log calls a teacher: surname + 老师 for a Han name, else the whole first part + 老师 (PR-03).

    欧阳修 is 欧阳老师, 斯琴高娃 is 斯琴高娃老师, 阿依古丽·买买提 is 阿依古丽老师. A name without a surname we know, or of
    four and more characters without a very common one, counts as Mongolian: a given name alone.
    """
    first_part = re.split(rf"[{SEPARATOR}\s]", name.strip(), maxsplit=1)[0]
    has_parts = first_part != name.strip()
    return f"{first_part if has_parts else _surname_of(first_part)}老师"


def _surname_of(name: str) -> str:
    if len(name) >= 3 and name[:2] in COMPOUND_SURNAMES:
        return name[:2]
    known = SURNAMES if len(name) in (2, 3) else COMMON_SURNAMES
    return name[0] if len(name) > 1 and name[0] in known else name


def _plain_class_name(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    plain = "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")
    return re.sub(r"^(\d{3})\.0+$", r"\1", plain)


def _check_kind_of_school(text: str, plain: str) -> None:
    if _OTHER_SCHOOLS.search(plain):
        raise ClassNameUnclear(f"“{_short(text)}”不是义务教育阶段的班级，这里只有一至九年级的班级。", "class_name")
    if _KINDERGARTEN.search(plain):
        raise ClassNameUnclear(f"“{_short(text)}”是幼儿园的班级，这里只有一至九年级的班级。", "class_name")


def _key_of_entry(match: re.Match[str], text: str, school_year_start: int, max_grade: int) -> ClassKey:
    year = int(match["year"]) % 100 + 2000
    grade = grade_of(year, school_year_start)
    if grade > max_grade:
        raise ClassNameUnclear(f"“{_short(text)}”已经毕业，请核对入学年份。", "class_name")
    if grade < 0:
        raise ClassNameUnclear(f"“{_short(text)}”还没有入学，请核对入学年份。", "class_name")
    return ClassKey(year, _number(match["number"], text))


def _key_of_grade(match: re.Match[str], text: str, school_year_start: int, max_grade: int) -> ClassKey:
    grade = _HANZI_DIGITS.get(match["grade"]) or int(match["grade"])
    if match["junior"]:
        if grade > 3:
            raise ClassNameUnclear(f"认不出班级“{_short(text)}”，初中请写初一、初二、初三。", "class_name")
        grade += 6
    if grade > max_grade:
        raise ClassNameUnclear(
            f"“{_short(text)}”是{_grade_word(grade)}年级，本校最高{_grade_word(max_grade)}年级。", "class_name"
        )
    return ClassKey(school_year_start - grade + 1, _number(match["number"], text))


def _number(text: str, whole: str) -> int:
    number = int(text) if text.isdecimal() else _hanzi_number(text)
    if number is None or number < 1:
        raise ClassNameUnclear(f"认不出“{_short(whole)}”是几班，班号从 1 开始。", "class_name")
    return number


def _hanzi_number(text: str) -> int | None:
    match = re.fullmatch(r"(?:(?P<tens>[一二三四五六七八九])?(?P<ten>十))?(?P<ones>[一二三四五六七八九])?", text)
    if match is None:
        return None
    tens = (_HANZI_DIGITS[match["tens"]] if match["tens"] else 1) if match["ten"] else 0
    return tens * 10 + (_HANZI_DIGITS[match["ones"]] if match["ones"] else 0)


def _grade_word(grade: int) -> str:
    return _HANZI_GRADES[grade]


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 20 else f"{plain[:20]}…"
