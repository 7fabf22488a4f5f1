"""Twenty-seven courses in six families, modelled on what real primary schools offer, and homework tutoring on five days."""

from dataclasses import dataclass

from school.courses.enums import Family, Tag, Weeks

START, END = 15 * 60 + 30, 17 * 60 + 30
FREE, CRAFT_FEE = "免费，学校提供器材。", "材料费 30 元/学期，家庭困难的免收。"
OUTSIDE_FEE = "机构收费 5 元/课时，按实际上课次数结算，家庭困难的免收。"
ALL, LOW, MIDDLE, HIGH, UPPER = (1, 2, 3, 4, 5, 6), (1, 2, 3), (3, 4), (4, 5, 6), (3, 4, 5, 6)


@dataclass(frozen=True)
class Plan:
    """A course of the demo; `teacher` is a subject and which of its teachers, empty for an outside one."""

    code: str
    name: str
    family: Family
    description: str
    room: str
    grades: tuple[int, ...]
    weekdays: tuple[int, ...]
    capacity: int
    teacher: tuple[str, int] | None
    popularity: int
    minimum: int = 10
    fee: str = FREE
    safety: str = "遵守课堂约定，下课由教师带到校门口交接。"
    tags: tuple[Tag, ...] = (Tag.EXTENDED,)
    weeks: Weeks = Weeks.ALL
    provider: int | None = None
    outside: str = ""


C, S, T, L, M, W = Family.CRAFTS, Family.SPORTS, Family.SCIENCE, Family.LANGUAGE, Family.MUSIC, Family.CALLIGRAPHY
ART = (Tag.EXTENDED, Tag.AESTHETIC)
SPORT = (Tag.EXTENDED, Tag.PHYSICAL, Tag.HEALTHY_LIFE)
SCIENCE = (Tag.INTEGRATED, Tag.INTELLECTUAL, Tag.INNOVATION)
WORDS = (Tag.EXTENDED, Tag.HUMANITIES)
MOVES = "穿运动鞋和宽松衣服；身体不适先告诉教师。"
TOOLS = "剪刀、刻刀由教师统一保管，用完清点。"

COURSES = (
    Plan("A01", "创意剪纸", C, "从对折剪纸学起，完成窗花、生肖和团花，学期末布置走廊展板。", "美术室1", LOW, (1,), 26, ("art", 0), 6, fee=CRAFT_FEE, safety=TOOLS, tags=ART),
    Plan("A02", "超轻黏土", C, "捏塑动物、水果和小场景，学会配色和组合，每次带一件作品回家。", "美术室2", LOW, (2,), 26, ("art", 1), 9, fee=CRAFT_FEE, tags=ART),
    Plan("A03", "线描艺术", C, "用点、线、面画校园和家乡，学习观察和构图。", "美术室1", UPPER, (3,), 26, ("art", 2), 5, tags=ART),
    Plan("A04", "儿童画", C, "蜡笔、水粉大胆涂色，画自己的故事。", "美术室2", LOW, (4,), 26, ("art", 3), 7, fee=CRAFT_FEE, tags=ART),
    Plan("A05", "蒙古族刺绣", C, "认识传统纹样，学习平针、锁针，绣一个书签或荷包。", "劳技室1", HIGH, (5,), 20, ("art", 0), 3, fee=CRAFT_FEE, safety="针具当堂发放、当堂清点。", tags=(Tag.INTEGRATED, Tag.AESTHETIC, Tag.LABOUR)),
    Plan("B01", "快乐篮球", S, "运球、传球、上篮和小场对抗，学规则，也学合作。", "操场", UPPER, (1, 3), 30, ("pe", 0), 10, safety=MOVES, tags=SPORT),
    Plan("B02", "校园足球", S, "球性、带球和五人制比赛，男女生都欢迎。", "操场", UPPER, (2, 4), 30, ("pe", 1), 9, safety=MOVES, tags=SPORT),
    Plan("B03", "乒乓球", S, "握拍、正手攻球和发球，学期末循环赛。", "乒乓球室", ALL, (2,), 20, ("pe", 2), 8, safety=MOVES, tags=SPORT),
    Plan("B04", "羽毛球", S, "步法和高远球入门，双打配合。", "体育馆", HIGH, (5,), 20, ("pe", 3), 8, safety=MOVES, tags=SPORT),
    Plan("B05", "花样跳绳", S, "单摇、双摇、两人绳，练协调，也备着运动会。", "操场", LOW, (1,), 32, ("pe", 4), 5, safety=MOVES, tags=SPORT),
    Plan("B06", "搏克与摔跤游戏", S, "学习搏克的礼仪和基本动作，以游戏为主，软垫上进行。", "体育馆", HIGH, (3,), 20, ("pe", 5), 3, safety="全程软垫，教师在旁保护；指甲剪短。", tags=SPORT),
    Plan("C01", "趣味编程", T, "用积木式编程做小动画和小游戏。", "4楼信息科技室", UPPER, (1,), 28, ("it", 0), 10, tags=SCIENCE),
    Plan("C02", "编程无人机", T, "认识飞行原理，编写航线，室内安全飞行。", "科技活动室", HIGH, (2,), 16, None, 9, minimum=8, fee=OUTSIDE_FEE, safety="佩戴护目镜，在围网内飞行，桨叶全程加保护罩。", tags=SCIENCE, provider=0, outside="高教练"),
    Plan("C03", "机器人搭建", T, "齿轮、杠杆和传感器，小组完成任务挑战。", "科技活动室", HIGH, (4,), 20, ("it", 1), 8, tags=SCIENCE),
    Plan("C04", "科学小实验", T, "浮力、磁力、电路和种子发芽，动手做，写观察记录。", "科学实验室1", MIDDLE, (3,), 28, ("science", 0), 6, safety="不尝、不闻实验材料；用电实验只用电池。", tags=SCIENCE),
    Plan("C05", "纸桥与模型", T, "用纸和木条搭桥、搭塔，比一比谁承重大。", "劳技室1", (5, 6), (2,), 24, ("science", 1), 0, minimum=14, safety=TOOLS, tags=SCIENCE),
    Plan("D01", "小主持人", L, "发声、朗诵和即兴表达，轮流主持校园广播。", "阶梯教室", UPPER, (2,), 24, ("english", 0), 7, tags=WORDS),
    Plan("D02", "绘本阅读", L, "一起读绘本，演一演、画一画、讲给家人听。", "图书室", (1, 2), (3,), 26, ("chinese", 0), 7, tags=WORDS),
    Plan("D03", "英语戏剧", L, "用英语演童话短剧，重在敢开口。", "多功能厅", UPPER, (4,), 26, ("english", 1), 5, tags=WORDS),
    Plan("D04", "蒙古语会话", L, "日常问候、家庭和草原，学说也学唱。", "三楼会议室", ALL, (1,), 30, ("chinese", 1), 2, tags=(Tag.INTEGRATED, Tag.HUMANITIES)),
    Plan("D05", "国学诵读", L, "诵读古诗和经典短文，了解节气和传统节日。", "图书室", MIDDLE, (5,), 26, ("chinese", 2), 4, tags=WORDS),
    Plan("E01", "向阳合唱", M, "气息、音准和二声部，参加学校艺术节。", "音乐室1", UPPER, (3,), 40, ("music", 0), 6, tags=ART),
    Plan("E02", "民族舞", M, "蒙古族、藏族舞蹈的基本动作和组合。", "舞蹈室", ALL, (2, 5), 24, ("music", 1), 9, safety=MOVES, tags=ART),
    Plan("E03", "口风琴", M, "识五线谱，学吹简单乐曲，可以向学校借琴。", "音乐室2", LOW, (4,), 28, ("music", 2), 4, fee="自备口风琴，或向学校免费借用。", tags=ART),
    Plan("E04", "马头琴启蒙", M, "认识马头琴，学习持琴、运弓和一首短歌。", "音乐室1", HIGH, (1,), 12, None, 8, minimum=6, fee=OUTSIDE_FEE, tags=(Tag.INTEGRATED, Tag.AESTHETIC), provider=1, outside="宝音老师"),
    Plan("E05", "非洲鼓", M, "节奏游戏和合奏，单周上课。", "音乐室2", ALL, (3,), 24, ("music", 3), 6, tags=ART, weeks=Weeks.ODD),
    Plan("F01", "毛笔书法", W, "执笔、基本笔画和楷书入门，临帖为主。", "书法室", UPPER, (4,), 28, ("chinese", 3), 6, fee="自备毛笔，墨和毛毡学校提供。", tags=ART),
)  # fmt: skip

TUTORING = tuple(
    Plan(
        f"G0{day}",
        f"学业辅导（周{'零一二三四五'[day]}）",
        Family.TUTORING,
        "教师看护，孩子自己完成作业，有问题单独答疑；不讲新课，不加练习。",
        f"{day}楼各班教室",
        ALL,
        (day,),
        240,
        ("maths", day),
        3,
        minimum=0,
        safety="写完作业可以阅读；未经教师同意不离开教室。",
        tags=(Tag.BASIC,),
    )
    for day in range(1, 6)
)
PROVIDERS = (
    ("蓝天航模科技活动中心", "KHBMD-2026-017", "教民1152201600317"),
    ("草原琴声艺术培训中心", "KHBMD-2026-023", "教民1152201600423"),
)
