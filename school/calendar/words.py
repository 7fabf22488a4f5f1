"""Moments and stretches of time in words, as every page says them."""

from datetime import datetime

WEEKDAYS = "零一二三四五六日"


def moment_with_day(moment: datetime) -> str:
    """“11月27日（周五）20:00”; the moment is in the school's zone."""
    return f"{moment.month}月{moment.day}日（周{WEEKDAYS[moment.isoweekday()]}）{moment:%H:%M}"


def stretch_with_day(starts_at: datetime, ends_at: datetime) -> str:
    """“11月27日（周五）19:00—20:30”, with the day of the end when it is another one."""
    is_one_day = starts_at.date() == ends_at.date()
    return f"{moment_with_day(starts_at)}—{f'{ends_at:%H:%M}' if is_one_day else moment_with_day(ends_at)}"


def time_left(now: datetime, until: datetime) -> str:
    """“还有 2 天 8 小时”, rounded down; "" when it is over."""
    minutes = int((until - now).total_seconds() // 60)
    if until <= now:
        return ""
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"还有 {days} 天 {hours} 小时" if hours else f"还有 {days} 天"
    if hours:
        return f"还有 {hours} 小时 {minutes % 60} 分钟"
    return f"还有 {minutes} 分钟" if minutes else "不到 1 分钟"
