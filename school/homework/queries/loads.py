"""Items and limits as the cap's rules see them."""

from collections.abc import Iterable
from datetime import date

from school.calendar.rules import SchoolCalendar, evenings_until_next_school_day
from school.homework.models import HomeworkItem
from school.homework.rules.caps import ItemLoad, LayerMinutes, Limits, day_limits, effective_cap
from school.preferences.queries import get_preferences


def load_of_item(item: HomeworkItem) -> ItemLoad:
    """One stored item as a value of the rules; subjects are named by their id."""
    layers = {layer.layer: LayerMinutes(layer.minutes, layer.in_school_minutes) for layer in item.layers}
    return ItemLoad(item.id or 0, str(item.subject_id), item.demand, item.form, item.stage, layers)


def loads_of(items: Iterable[HomeworkItem]) -> list[ItemLoad]:
    """Several items as values of the rules."""
    return [load_of_item(item) for item in items]


def limits_on(grade: int, on_day: date, approved_minutes: int | None, calendar: SchoolCalendar) -> Limits:
    """Limits in minutes of a class-day, whether anything was filed for it yet or not (HW-01…HW-04)."""
    preferences = get_preferences()
    return day_limits(
        grade,
        effective_cap(grade, preferences.school_caps, approved_minutes),
        evenings=evenings_until_next_school_day(on_day, calendar, grade=grade),
        weekend_percent=preferences.weekend_percent,
        weekend_treatment=preferences.weekend_treatment,
    )
