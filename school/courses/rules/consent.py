"""What a guardian agrees to before choosing (PR-01, AS-01), by version: an agreement on record names the text that was read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """One version of the notice: headings with their sentences, and what agreeing says."""

    version: int
    title: str
    items: tuple[tuple[str, str], ...]
    promise: str


_FIRST = Notice(
    version=1,
    title="课后服务选课告知书",
    items=(
        ("自愿", "参不参加、选什么，都由家长决定，每学期重新选；随时可以退出，不影响孩子在校学习。"),
        ("用来做什么", "只用于本学期课后服务的选课、摇号、候补、编班和通知，不作他用。"),
        (
            "用哪些信息",
            "孩子的姓名、年级和班级，您的登录账号，以及志愿、名额、候补和办理时间。不收集身份证号、住址和健康信息。"
            "不满十四周岁孩子的信息是敏感个人信息，所以请您单独同意。",
        ),
        (
            "谁能看到",
            "孩子的监护人、班主任、年级组长、教导处和校长；任课教师只看自己课程的名单。公开的摇号名单只有报名编号，没有姓名。",
        ),
        ("保存多久", "保存到孩子毕业或离校，之后由学校删除。"),
        (
            "怎样撤回",
            "在选课页面点“撤回同意”。撤回后，志愿、候补和名额一并取消，名额让给下一位；以前已经办理的事情仍然有效。"
            "志愿冻结后、摇号结果公布前暂不能撤回。",
        ),
    ),
    promise="我是孩子的监护人，已经阅读并同意。",
)

NOTICES = {_FIRST.version: _FIRST}


def notice_of(version: int) -> Notice:
    """The text of a version; of one that was never written, the newest before it. Versions count from 1."""
    return NOTICES[max((one for one in NOTICES if one <= version), default=min(NOTICES))]
