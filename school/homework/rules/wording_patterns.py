"""The default list of wordings HW-08 and HW-09 do not want, as data: what to look for, which rule, what to say.

The regular expressions meet text that `wording.plain_text` has prepared: no spaces, half-width, lower case.
"""

import re
from dataclasses import dataclass

from school.preferences.enums import Treatment


@dataclass(frozen=True)
class Pattern:
    """One wording: code, regular expression, rule ID, treatment, and the sentence with {phrase} for what was found."""

    code: str
    regex: str
    rule: str
    treatment: Treatment
    sentence: str


# A few characters of the same sentence in which nobody but the parent acts.
_NEARBY = r"(?:(?!老师|教师|同学|同伴|同桌|组长|自己)[^,。;!?\n]){0,8}?"
_PARENT = r"(?:家长|父母|爸爸|妈妈|爸妈|监护人|家人|爷爷|奶奶|姥姥|姥爷|外公|外婆)"
_RECORDING = r"(?:拍照|拍图|拍下|拍视频|拍摄|照片|图片|截图|截屏|视频|录像|录音|录屏|音频)"
_SEND = r"(?:上传|发送|发到|发至|发在|发给|发进|发群|发班|发微信|发钉钉|发老师|传到|传至|传给|传群|提交)"
_GROUP = (
    r"(?:(?:班级|家长|家校|微信|qq|钉钉|交流|学习|作业|阅读|打卡|年级|班)+群(?![像舞众体])|(?<![人羊鸟鱼蜂蚁狼牛马兽鸡鸭鹅族楼猴象])群(?:里|内|中|聊)"
    r"|朋友圈|班级圈|班级空间|qq空间|微信|钉钉|小程序)"
)
_POST = r"(?:发(?!现|明|生|音|言|展|芽|电|光|动|达|热|烧|挥|起|扬|出)|分享|晒|展示|提交|上传|反馈|汇报|回复|接龙|点赞)"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "parent_sign",
        rf"{_PARENT}{_NEARBY}(?:签字(?!笔)|签名(?!墙)|签阅|签个?名|签个字)|签(?:字|名)[^,。;!?\n]{{0,2}}{_PARENT}",
        "HW-08",
        Treatment.BLOCK,
        "“{phrase}”是请家长签字，作业由老师批阅，请删去这个要求。",
    ),
    Pattern(
        "parent_mark",
        rf"{_PARENT}{_NEARBY}(?:批改|批阅|判改|评改|改作业|判作业|订正作业|打分|评分|判卷|阅卷)",
        "HW-08",
        Treatment.BLOCK,
        "“{phrase}”是请家长批改，作业由老师批改，请删去这个要求。",
    ),
    Pattern(
        "parent_check",
        rf"{_PARENT}{_NEARBY}(?:检查(?!家里|家中|家庭|安全|电|门窗|煤气|燃气|身体|视力|厨房|房间|隐患|水)|检阅|核对|过目|把关)",
        "HW-08",
        Treatment.BLOCK,
        "“{phrase}”是请家长检查，作业由老师检查，请删去这个要求。",
    ),
    Pattern(
        "photo_upload",
        rf"{_RECORDING}[^。;!?\n]{{0,10}}?{_SEND}"
        rf"|{_RECORDING}[^。;!?\n]{{0,10}}?{_GROUP}[^。;!?\n]{{0,8}}?{_POST}"
        r"|(?:线上|网上|在线)(?:提交|上交)|(?<![向往课])上传(?=[,。;:!?)\n]|$|到|至|作业|照片|图|视频|音频|录音|作品|成果|打卡|班|群|平台|钉|微|小程序|app|给老师|一)",
        "HW-08",
        Treatment.BLOCK,
        "“{phrase}”是请家里拍照或上传，作业不靠手机完成，请改为到校展示，或删去。",
    ),
    Pattern(
        "check_in",
        # 打卡拉OK, 打卡通, 打卡牌 and 打卡地 are other words.
        r"打卡(?!拉|通|牌|片|车|丁车|路里|地|景|圣地|胜地)|(?:线上|群里?|小程序|每日|每天)签到|(?:群|微信|小程序)[^,。;!?\n]{0,4}接龙",
        "HW-08",
        Treatment.BLOCK,
        "“{phrase}”是打卡，作业不要求打卡，请删去，或请学生自己记录。",
    ),
    Pattern(
        "group_share",
        rf"{_POST}[^。;!?\n]{{0,6}}?{_GROUP}|{_GROUP}[^,。;!?\n]{{0,8}}?{_POST}|传(?:到|至|进)[^,。;!?\n]{{0,4}}{_GROUP}",
        "HW-08",
        Treatment.BLOCK,
        "“{phrase}”是请家里发到群里或网上，作业不靠手机完成，请改为到校展示，或删去。",
    ),
    Pattern(
        "parent_task",
        rf"{_PARENT}{_NEARBY}(?:听写|报听写|报词|出题|监督|督促|辅导作业|辅导孩子)",
        "HW-08",
        Treatment.WARN,
        "“{phrase}”像是给家长布置任务。",
    ),
    Pattern(
        "punishment",
        r"罚[^,。;!?\n]{0,2}(?:抄|写|默|背)|罚做(?:题|作业)|惩罚性(?:作业|抄)",
        "HW-09",
        Treatment.BLOCK,
        "“{phrase}”是惩罚性作业，请删去，换成针对问题的少量练习。",
    ),
    Pattern(
        "whole_paper",
        r"(?:整[张份套]|全套|一整?[张份套]|1[张份套])[^,。;!?\n]{0,6}?(?:试卷|卷子|测试卷|练习卷|单元卷|期[中末]卷|真题)|整卷|全卷"
        r"|(?:试卷|卷子|测试卷|练习卷)(?:一|1)[张套份]",
        "HW-09",
        Treatment.WARN,
        "“{phrase}”是整张试卷，请挑选需要的题。",
    ),
    Pattern(
        "whole_book",
        # 整本书阅读 is a task of the curriculum, so a whole book to read is not meant.
        r"(?:整本|整册|全本|全册|一整本)(?!书)[^,。;!?\n]{0,6}?(?:练习|习题|作业|同步|口算|题|字帖|教辅|册)|(?:整本|整册|全本|全册)(?:都?做完|完成|写完)",
        "HW-09",
        Treatment.WARN,
        "“{phrase}”是整本练习，请挑选需要的部分。",
    ),
)

# Words that contain a forbidden one and mean something else.
INNOCENT = re.compile(r"成语接龙|词语接龙|打卡拉ok|单词接龙")
