"""What a family reads after a tap: one certain sentence naming session, day, weekday, time, place and adults."""

from school.parentschool.rules.signups import DateFacts
from school.parentschool.service.signups import Answer, Result

FREES = "不能来请及时退出，座位让给候补的家庭。"


def answer_in_words(result: Result) -> str:
    """The sentence after an act on a sign-up."""
    facts = seat_in_words(result.session.topic, result.date, result.adults)
    if result.answer is Answer.WAITING:
        return f"已排上候补第 {result.position} 位：{facts}。有座位时按顺序递补，并给您发通知。{_kept(result)}"
    if result.answer is Answer.LEFT:
        return f"已退出：{facts}。"
    if result.answer is Answer.ALREADY:
        return f"已经报好名：{facts}。不用再报。"
    if result.answer is Answer.CHANGED:
        return f"人数已改好：{facts}。"
    left = f"原来 {result.left.words} 那一场已经退出。" if result.left else ""
    return f"{'已换好' if result.left else '报名成功'}：{facts}。{left}{FREES}"


def seat_in_words(topic: str, date: DateFacts, adults: int) -> str:
    """“怎样陪孩子写作业”，11月27日（周五）19:00—20:30，多功能厅，2 位家长."""
    return f"“{topic}”，{date.words}" + (f"，{adults} 位家长" if adults else "")


def _kept(result: Result) -> str:
    return f"轮到以前，{result.kept.words} 那一场的座位给您留着。" if result.kept else ""
