"""Names of people nobody has met: Han, Mongolian and others, drawn from pools with a generator of one's own."""

from random import Random
from typing import NamedTuple

from school.people.enums import Gender


def _pool(*lines: str) -> tuple[str, ...]:
    return tuple(name for line in lines for name in line.split())


COMMON_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶贺顾毛郝龚邵万钱严武戴莫孔"
)
BOYS = _pool(
    "浩宇 子轩 宇航 俊杰 梓睿 一鸣 沐阳 奕辰 浩然 睿博 铭泽 嘉豪 天佑 文博 思远 泽宇 皓轩 明哲 致远",
    "宇泽 子墨 家乐 乐天 景行 承宇 知行 博文 志强 启航 凯 鑫 磊 昊 硕 峻熙 晨阳 云帆 书豪 一凡",
    "瑞霖",
)
GIRLS = _pool(
    "梓涵 欣怡 诗涵 雨桐 子涵 可馨 语桐 思琪 一诺 佳琪 梦瑶 若溪 静怡 雅琳 心怡 雪儿 婉婷 紫萱 晓彤",
    "乐瑶 芷若 清扬 悦 静 婷 萌 雨欣 安然 念初 沐晴 嘉懿 书瑶 艺涵 佳慧 思彤 月 舒雅 筱雨 昕妍",
    "依诺",
)
MEN = _pool(
    "建军 志强 建国 立军 伟 强 磊 勇 涛 超 明 刚 平 辉 鹏 杰 斌 海涛 文斌 永刚 国庆 春生 俊峰",
    "志刚 晓东 卫东 建华 宏伟 学军 振华 海龙 玉林",
)
WOMEN = _pool(
    "丽 静 敏 艳 秀英 娟 霞 秀兰 燕 玲 丹 萍 红 玉梅 丽娟 晓燕 春梅 海燕 雪梅 丽华 慧敏 秀梅",
    "红梅 桂兰 淑珍 雅琴 晓红 翠芳 美玲 丽萍 凤英 彩霞",
)
MONGOLIAN_BOYS = _pool(
    "苏和 朝鲁 布和 那日苏 额尔敦 孟和 宝音 特木尔 青格勒 图门 阿拉坦 乌力吉 达来 苏日格 阿古拉 哈斯",
    "敖其尔 吉雅",
)
MONGOLIAN_BOYS_ENDINGS = _pool(
    "巴特尔 巴雅尔 德力格尔 朝格图 毕力格 吉日嘎拉 布和 扎布 仓 达来 孟和",
)
MONGOLIAN_GIRLS = _pool(
    "乌云 萨仁 娜仁 斯琴 格日勒 阿拉腾 乌兰 苏布德 奥云 哈斯 通拉嘎 敖登 诺敏 红格尔 阿茹 苏日 乌日 温都苏",
)
MONGOLIAN_GIRLS_ENDINGS = _pool(
    "其木格 高娃 图雅 花 其其格 塔娜 琪琪格 格日乐 托娅 斯琴 罕",
)
MONGOLIAN_ALONE = {
    Gender.MALE: _pool("巴特尔 巴雅尔 呼格吉勒 敖日格勒 吉日嘎拉 乌恩其 苏日格 阿木尔 恩和 朝克图"),
    Gender.FEMALE: _pool("乌云其木格 萨日娜 娜仁托娅 阿茹娜 乌日娜 诺敏 苏日娜 塔娜 托娅 阿丽玛"),
}


class SpecialName(NamedTuple):
    """A name that has to survive print and export; no family name where people have none."""

    name: str
    gender: Gender
    family_name: str = ""


# Names with the separator, with characters that older encodings do not have, and with surnames of two characters.
SPECIAL = (
    SpecialName("阿依古丽·买买提", Gender.FEMALE),
    SpecialName("艾力·吐尔逊", Gender.MALE),
    SpecialName("古丽娜尔·艾合买提", Gender.FEMALE),
    SpecialName("叶尔波力·哈德尔", Gender.MALE),
    SpecialName("迪丽努尔·阿不都热依木", Gender.FEMALE),
    SpecialName("王㛃涵", Gender.FEMALE, "王"),
    SpecialName("李䶮", Gender.MALE, "李"),
    SpecialName("陈𬱖", Gender.FEMALE, "陈"),
    SpecialName("刘𫍯远", Gender.MALE, "刘"),
    SpecialName("赵𬭎宇", Gender.MALE, "赵"),
    SpecialName("周翊𫖮", Gender.MALE, "周"),
    SpecialName("欧阳若溪", Gender.FEMALE, "欧阳"),
    SpecialName("司马浩然", Gender.MALE, "司马"),
)


def surname(random: Random) -> str:
    """A Han surname; the commonest come more often."""
    return COMMON_SURNAMES[min(int(random.expovariate(1 / 22)), len(COMMON_SURNAMES) - 1)]


def han_child(family_name: str, gender: Gender, random: Random) -> str:
    """A child's Han name."""
    return family_name + random.choice(BOYS if gender is Gender.MALE else GIRLS)


def han_adult(family_name: str, gender: Gender, random: Random) -> str:
    """A grown-up's Han name."""
    return family_name + random.choice(MEN if gender is Gender.MALE else WOMEN)


def mongolian(gender: Gender, random: Random) -> str:
    """A Mongolian name, a given name alone; some families put 包 or 白 before it."""
    if random.random() < 0.12:
        return random.choice(MONGOLIAN_ALONE[gender])
    is_male = gender is Gender.MALE
    first = random.choice(MONGOLIAN_BOYS if is_male else MONGOLIAN_GIRLS)
    last = random.choice(MONGOLIAN_BOYS_ENDINGS if is_male else MONGOLIAN_GIRLS_ENDINGS)
    if random.random() < 0.12:
        return random.choice("包白") + first
    return first if first == last else first + last
