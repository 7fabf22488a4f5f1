"""What the demo's parent school is about: topics by calendar month, who speaks, what families read and teachers write."""

from dataclasses import dataclass

from school.parentschool.enums import EventKind, MentorSource, VisitMode


@dataclass(frozen=True)
class Topic:
    """An event: what it is, for which grades (none: all), what families are told, and who of `MENTORS` holds it."""

    kind: EventKind
    title: str
    grades: tuple[int, ...]
    text: str
    speaker: int


TOPICS: dict[int, tuple[Topic, ...]] = {
    9: (Topic(EventKind.MEETING, "新学期家长会：作业怎么管、课后做什么", (), "说清作业公示、课后服务和接送安排。", 3),),
    10: (Topic(EventKind.TRAINING, "孩子写作业拖拉怎么办", (1, 2, 3), "三个在家就能用的办法，带一个真实例子来讨论。", 0),),
    11: (
        Topic(EventKind.SALON, "家有二孩：怎样做到不偏心", (), "十二个家庭围坐，轮流说、轮流听。", 5),
        Topic(EventKind.READING, "亲子共读《草原上的小木屋》", (3, 4, 5, 6), "读一章、聊一章，孩子也可以来。", 4),
    ),
    12: (Topic(EventKind.TRAINING, "青春期来得早，父母先做什么", (5, 6), "身体的变化、情绪的变化，和可以说的话。", 1),),
    1: (Topic(EventKind.INTERVIEW, "寒假怎么过：导师面对面", (), "八个方面的假期手册怎么用，导师一对一回答。", 2),),
    3: (
        Topic(EventKind.MEETING, "开学第一课：睡眠、手机和作业", (), "说清作息和手机管理的约定。", 3),
        Topic(EventKind.TRAINING, "听孩子说话的五分钟", (), "一个练习，每天五分钟。", 0),
    ),
    4: (
        Topic(EventKind.READING, "世界读书日：爸爸妈妈读给孩子听", (), "每家带一本书，读三分钟。", 4),
        Topic(EventKind.SALON, "隔代教养：老人和父母怎样配合", (), "欢迎爷爷奶奶、姥姥姥爷来。", 5),
    ),
    5: (
        Topic(EventKind.OPEN_DAY, "校园开放日：进课堂、看社团", (), "听一节课，看一个社团，吃一顿午餐。", 3),
        Topic(EventKind.TRAINING, "网络安全与零花钱", (), "民警和家长一起说案例。", 2),
    ),
    6: (Topic(EventKind.TRAINING, "毕业与升学：帮孩子平稳过渡", (5, 6), "初中的一天是什么样，现在能准备什么。", 1),),
    7: (Topic(EventKind.INTERVIEW, "暑假安全与防溺水", (), "说清防溺水“六不准”，领暑假安排表。", 2),),
}


@dataclass(frozen=True)
class CorpsMember:
    """Somebody of the mentor corps; a teacher is named by post, a parent by the family's place in the register."""

    source: MentorSource
    name: str
    work: str
    field: str


MENTORS = (
    CorpsMember(MentorSource.COMMUNITY, "格日勒图", "县妇联家庭教育讲师", "亲子沟通"),
    CorpsMember(MentorSource.COMMUNITY, "宋丽华", "县医院儿科医生", "青春期与健康"),
    CorpsMember(MentorSource.COMMUNITY, "呼和巴图", "派出所民警", "安全与法治"),
    CorpsMember(MentorSource.TEACHER, "", "", "家校沟通"),
    CorpsMember(MentorSource.TEACHER, "", "", "亲子阅读"),
    CorpsMember(MentorSource.PARENT, "", "", "多子女家庭"),
    CorpsMember(MentorSource.PARENT, "", "", "隔代教养"),
    CorpsMember(MentorSource.TEACHER, "", "", "习惯养成"),
)
TEACHER_POSTS = (3, 8, 14)  # of the three teachers, by staff list
FEEDBACK = (
    "例子就是我家的事，回去就试。",
    "时间正好，希望多讲怎样和孩子商量。",
    "内容实在，要是能发一份提纲更好。",
    "",
    "",
    "老师讲得清楚，孩子爸爸也听进去了。",
    "",
    "希望下次早一点开始，老人要早睡。",
)
BOOKS = (
    ("正面管教", "尼尔森", "读到“和善而坚定”这一章，想起早上催孩子起床的自己。这周改成前一晚一起准备书包，早上不再吼。"),
    ("草原上的小木屋", "怀德", "和孩子轮流读，他读对话我读叙述。读到搬家那段，孩子问我们搬来的时候是什么样。"),
    ("朗读手册", "崔利斯", "每晚十五分钟，坚持了三周。孩子开始自己去拿书，比催他写作业容易多了。"),
    ("爱的教育", "亚米契斯", "孩子最喜欢《少年笔耕》。我们说好，家里的事他也可以分一件。"),
    ("你就是孩子最好的玩具", "艾米", "试着先说孩子的感受再说要求，弟弟抢玩具的时候真的管用。"),
)
PURPOSES = ("新学期了解情况", "孩子近来上课走神", "开学适应", "作业完成情况", "课后托管安排", "转学后的适应")
AT_SCHOOL = (
    "上课专注，愿意举手，和同桌相处好。",
    "课堂练习能当堂完成，字迹要再工整些。",
    "活泼好动，午休时不太安静，提醒后能改。",
)
AT_HOME = (
    "晚上九点前能睡，作业在课后服务里做完。",
    "由老人照看，晚饭后看电视时间偏长。",
    "父母上班早，早饭常在路上吃。",
    "愿意帮忙做家务，会照顾弟弟。",
)
WISHES = ("希望多给上台说话的机会。", "希望老师多提醒喝水。", "想让孩子参加体育类课程。", "")
MEASURES = ("约定每天一起读书十五分钟，下月再联系。", "座位往前调，课间请同学一起玩。", "推荐亲子共读书单，请参加家长学校。")
FOLLOW_UPS = ("电话回访作息情况", "观察两周课堂专注情况", "请家长参加下次家长学校", "和体育老师商量加入足球课程")
RESULTS = ("已回访，作息有改善。", "两周内提醒明显减少。", "家长已报名。")
MET = ("母亲和孩子", "父亲", "姥姥和孩子", "父母和孩子")
MODES = ((VisitMode.HOME, 60, "家中"), (VisitMode.PHONE, 25, ""), (VisitMode.SCHOOL, 10, "年级会谈室"), (VisitMode.ONLINE, 5, ""))
