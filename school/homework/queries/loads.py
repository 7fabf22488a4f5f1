"""Items as the cap sees them."""

from collections.abc import Iterable

from school.homework.models import HomeworkItem
from school.homework.rules.caps import ItemLoad, LayerMinutes


def load_of_item(item: HomeworkItem) -> ItemLoad:
    """One stored item as a value of the rules; subjects are named by their id."""
    layers = {layer.layer: LayerMinutes(layer.minutes, layer.in_school_minutes) for layer in item.layers}
    return ItemLoad(item.id or 0, str(item.subject_id), item.demand, item.form, item.stage, layers)


def loads_of(items: Iterable[HomeworkItem]) -> list[ItemLoad]:
    """Several items as values of the rules."""
    return [load_of_item(item) for item in items]
