"""The columns the three lists are read by, with the names schools give them, and the columns that are never kept."""

import re

from school.people.enums import ImportKind
from school.sheets.headers import Column, plain_title

_GUARDIAN_1 = (
    "成员1",
    "监护人1",
    "家长1",
    "家庭成员1",
    "家庭成员或监护人1",
    "联系人1",
    "监护人一",
    "家长一",
    "第一监护人",
    "主监护人",
)
_GUARDIAN_2 = (
    "成员2",
    "监护人2",
    "家长2",
    "家庭成员2",
    "家庭成员或监护人2",
    "联系人2",
    "监护人二",
    "家长二",
    "第二监护人",
    "其他监护人",
)
_PHONE = ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "电话号码")


def _with(prefixes: tuple[str, ...], endings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(prefix + ending for prefix in prefixes for ending in endings)


PUPIL_COLUMNS = (
    Column("name", "姓名", ("学生姓名", "姓 名", "名字", "学生名字", "真实姓名", "中文姓名"), required=True),
    Column("gender", "性别", ("性 别", "男女")),
    Column("grade", "年级", ("年级名称", "所在年级", "年 级")),
    Column("class_name", "班级", ("班级名称", "所在班级", "班", "班 级", "班别", "行政班"), required=True),
    Column("number_in_class", "班内学号", ("班内序号", "座号", "班级学号", "班内编号", "座位号", "学生座号")),
    Column("register_number", "学籍辅号", ("学号", "校内学号", "学生学号", "学生编号", "校内编号")),
    Column("entry_month", "入学年月", ("入学日期", "入学时间", "入学年份", "入学年度")),
    Column(
        "guardian1_name", "监护人姓名", ("监护人", "家长姓名", "家长", "联系人", "联系人姓名", *_with(_GUARDIAN_1, ("姓名", "")))
    ),
    Column(
        "guardian1_relation",
        "监护人关系",
        (
            "关系",
            "与学生关系",
            "家长关系",
            "与本人关系",
            "称谓",
            "与监护人关系",
            *_with(_GUARDIAN_1, ("关系", "角色", "与学生关系")),
        ),
    ),
    Column(
        "guardian1_phone",
        "监护人电话",
        ("家长电话", "家长手机", *_with(("监护人", "家长", "联系人"), _PHONE), *_with(_GUARDIAN_1, _PHONE)),
    ),
    Column("guardian1_counts", "成员1是否监护人", _with(_GUARDIAN_1, ("是否监护人",))),
    Column("guardian2_name", "监护人2姓名", _with(_GUARDIAN_2, ("姓名", ""))),
    Column("guardian2_relation", "监护人2关系", _with(_GUARDIAN_2, ("关系", "角色", "与学生关系"))),
    Column("guardian2_phone", "监护人2电话", _with(_GUARDIAN_2, _PHONE)),
    Column("guardian2_counts", "成员2是否监护人", _with(_GUARDIAN_2, ("是否监护人",))),
    Column("family_phone", "联系电话", ("手机号码", "手机号", "手机", "电话", "电话号码", "联系方式", "家庭电话", "移动电话")),
)

TEACHER_COLUMNS = (
    Column("name", "姓名", ("教师姓名", "老师姓名", "教师", "老师", "教职工姓名", "姓 名"), required=True),
    Column("staff_code", "工号", ("教师工号", "职工号", "教职工号", "教工号", "教师编号", "人员编号", "编号", "工 号")),
    Column("phone", "手机号码", ("手机号", "手机", "联系电话", "电话", "电话号码", "联系方式", "移动电话")),
    Column(
        "teaching_since",
        "任教年份",
        ("参加工作时间", "参加工作年月", "任教时间", "从教时间", "开始任教年份", "从教年份", "参加工作日期"),
    ),
    Column("years_taught", "教龄", ("教学年限", "从教年限", "任教年限")),
)

ASSIGNMENT_COLUMNS = (
    Column("class_name", "班级", ("班级名称", "任教班级", "授课班级", "所教班级", "班"), required=True),
    Column("grade", "年级", ("任教年级", "授课年级", "年级名称")),
    Column("subject", "学科", ("任教学科", "科目", "课程", "任教科目", "学科名称", "课程名称"), required=True),
    Column("teacher", "教师", ("教师姓名", "任课教师", "姓名", "老师", "任课老师", "授课教师", "教师名称"), required=True),
    Column("staff_code", "工号", ("教师工号", "职工号", "教职工号", "教工号", "教师编号", "编号")),
    Column("homeroom", "班主任", ("是否班主任", "兼班主任", "任班主任")),
    Column("grade_leader", "年级组长", ("是否年级组长", "年级主任", "级部主任")),
    Column("prep_leader", "备课组长", ("是否备课组长", "学科组长")),
)

COLUMNS: dict[ImportKind, tuple[Column, ...]] = {
    ImportKind.PUPILS: PUPIL_COLUMNS,
    ImportKind.TEACHERS: TEACHER_COLUMNS,
    ImportKind.ASSIGNMENTS: ASSIGNMENT_COLUMNS,
}

# While one of these groups has no column in the file, titles nobody knows are kept until the list is applied, so that a
# person can say which of them is meant; otherwise they are dropped with the rest.
LOOKED_FOR: dict[ImportKind, tuple[frozenset[str], ...]] = {
    ImportKind.PUPILS: (
        frozenset({"name"}),
        frozenset({"class_name"}),
        frozenset({"guardian1_name"}),
        frozenset({"guardian1_phone", "family_phone"}),
    ),
    ImportKind.TEACHERS: (frozenset({"name"}), frozenset({"phone"}), frozenset({"staff_code"})),
    ImportKind.ASSIGNMENTS: (frozenset({"class_name"}), frozenset({"subject"}), frozenset({"teacher", "staff_code"})),
}

# Words in the titles of columns that a school's register has and this software has no use for (PR-12).
_NEVER_KEPT = re.compile(
    "身份证|证件|护照|民族|族别|健康|病|过敏|疫苗|血型|残疾|政治面貌|党员|团员|少先队|宗教|信仰|住址|地址|住所|居住|户口|户籍|籍贯|国籍|地区|侨|出生|生日|年龄"
    "|独生|留守|孤儿|烈士|优抚|低保|贫困|困难|资助|补助|助学金|一补|两免|随迁|务工|随班|学前教育|银行|卡号|开户|月发放|邮编|邮政|邮箱|信箱|邮件|主页|微信|qq"
    "|单位|职务|职业|职称|学历|收入|婚姻|照片|证件照|生活照|头像|指纹|曾用名|英文名|拼音|毕业|招生|联招|修读|学制|专业|学校类型|学生类别|标识码|机构代码"
    "|全国学籍号|学籍号|省级电子|国网|学籍状态|校车|上下学|距离|特长|爱好|购买学位|入学方式|就读方式|来源|本人电话|本人联系|本人手机|车牌|成绩|分数|排名"
    "|省$|市$|区县|说明|备注|享受|本人户"
)
# Titles that hold one of the words above and are needed all the same.
_KEPT_ALL_THE_SAME = re.compile("学籍辅号|是否监护人$")


def is_never_kept(title: str) -> bool:
    """Whether a column of this title is dropped before anything is stored."""
    plain = plain_title(title)
    return bool(_NEVER_KEPT.search(plain)) and not _KEPT_ALL_THE_SAME.search(plain)


_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])[GgLlJj]?\d{17}[0-9Xx](?![0-9A-Za-z])")
_GAPS = re.compile(r"(?<=\d)[\s\-‐‑–—_.·]+(?=[\dXx])")


def looks_like_id_number(text: str) -> bool:
    """Whether a cell holds what may be an 18-digit identity number, in groups or after a register's letter too."""
    if len(text) < 18:
        return False
    folded = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)
    return bool(_ID_NUMBER.search(folded) or _ID_NUMBER.search(_GAPS.sub("", folded)))
