"""What the rest of a class-day weighs, beside the item that is being typed."""

from dataclasses import dataclass

from school.homework.models import HomeworkItem
from school.homework.queries.boards import ClassDay
from school.homework.queries.days import find_day
from school.homework.queries.loads import loads_of
from school.homework.rules.caps import DayLoad, ItemLoad, LayerMinutes, Limits, day_load
from school.homework.rules.filing import ItemValues
from school.homework.rules.states import counts


@dataclass(frozen=True)
class Others:
    """Minutes of the day's other items by layer, and the limits, for the running total under the form."""

    a: int
    b: int
    c: int
    required: int
    optional: int
    limits: Limits
    takes_written_home: bool


def others_on_day(class_day: ClassDay, item: HomeworkItem | None) -> Others:
    """The day without `item`."""
    load = day_load(class_day.grade, loads_of(_rest(class_day, item)))
    by_layer = [load.by_layer.get(layer, load.required) for layer in ("a", "b", "c")]
    return Others(*by_layer, load.required, load.optional, class_day.limits, class_day.limits.ceiling > 0)


def weighed(class_day: ClassDay, item: HomeworkItem | None, values: ItemValues) -> DayLoad:
    """The day as it would be with the typed values in place of `item`."""
    layers = {asked.layer: LayerMinutes(asked.minutes, asked.in_school_minutes) for asked in values.layers}
    typed = ItemLoad(0, "", values.demand, values.form, values.stage, layers)
    return day_load(class_day.grade, [*loads_of(_rest(class_day, item)), typed])


def _rest(class_day: ClassDay, item: HomeworkItem | None) -> list[HomeworkItem]:
    day = find_day(class_day.class_id, class_day.on_day)
    return [one for one in (day.items if day else []) if counts(one.state) and (item is None or one.id != item.id)]
