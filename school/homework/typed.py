"""Between the item form and the rules' values: reading what was typed, and filling the form from an item."""

from datetime import date
from typing import Any

from school.errors import Refused
from school.homework.enums import Demand, Form, Kind, Layer, Stage
from school.homework.forms import LAYERS, ItemForm
from school.homework.models import HomeworkItem
from school.homework.rules.filing import ItemValues, LayerValues, default_in_school

PLAIN = ("book", "pages", "questions", "quantity", "trial_minutes", "due_on")


def values_of(form: ItemForm, on_day: date) -> ItemValues:
    """The typed item; raises `Refused` when a layer has content without minutes."""
    stage = Stage(form.stage.data)
    wanted = ("all",) if form.layering.data == "whole" else ("a", "b", "c")
    return ItemValues(
        on_day=on_day,
        layers=tuple(_layer(form, name, stage) for name in wanted if _is_filled(form, name) or wanted == ("all",)),
        form=Form(form.form.data),
        kind=Kind(form.kind.data),
        stage=stage,
        demand=Demand(form.demand.data),
        **{name: form[name].data for name in PLAIN},
    )


def typed_from(item: HomeworkItem) -> dict[str, Any]:
    """An item as the form's data, for editing or copying."""
    whole = any(layer.layer is Layer.ALL for layer in item.layers)
    typed: dict[str, Any] = {name: getattr(item, name) for name in PLAIN}
    typed |= {name: getattr(item, name).value for name in ("form", "kind", "stage", "demand")}
    typed |= {"layering": "whole" if whole else "layered", "warning_reason": item.warning_reason}
    for layer in item.layers:
        name = layer.layer.value
        typed |= {f"{name}_content": layer.content, f"{name}_minutes": layer.minutes}
        typed[f"{name}_in_school"] = layer.in_school_minutes
    return typed


def typed_to_change(item: HomeworkItem) -> dict[str, Any]:
    """An item as the form's data for changing it, with the revision the person saw."""
    return typed_from(item) | {"revision": item.revision, "submission_key": item.submission_key}


def differences(form: ItemForm, item: HomeworkItem) -> list[tuple[str, str, str]]:
    """(label, what is stored now, what was typed) for every field where the two differ."""
    stored = typed_from(item)
    names = [name for name in stored if name in form._fields]
    names += [field for field in layer_fields() if field not in stored and form[field].data]
    rows = [(form[name].label.text, _shown(form[name], stored.get(name)), _shown(form[name], form[name].data)) for name in names]
    return [row for row in rows if row[1] != row[2]]


def field_of(refused: Refused, form: ItemForm) -> str | None:
    """The form's field for a field of the rules: contents and minutes belong to the first layer shown."""
    first = "all" if form.layering.data == "whole" else "a"
    names = {
        "content": f"{first}_content",
        "minutes": f"{first}_minutes",
        "in_school_minutes": f"{first}_in_school",
        "layers": f"{first}_content",
        "reason": "warning_reason",
    }
    return names.get(refused.field or "", refused.field)


def layer_fields() -> list[str]:
    """Names of all fields of all layers."""
    return [f"{layer}_{part}" for layer in LAYERS for part in ("content", "minutes", "in_school")]


def _is_filled(form: ItemForm, name: str) -> bool:
    return bool(form[f"{name}_content"].data) or form[f"{name}_minutes"].data is not None


def _layer(form: ItemForm, name: str, stage: Stage) -> LayerValues:
    minutes = form[f"{name}_minutes"].data
    if minutes is None:
        raise Refused("请填写预计用时（分钟）。", f"{name}_minutes")
    in_school = form[f"{name}_in_school"].data
    if in_school is None:
        in_school = default_in_school(stage, minutes)
    return LayerValues(Layer(name), form[f"{name}_content"].data or "", minutes, in_school)


def _shown(field: Any, value: Any) -> str:
    """A value in words: the label of a choice, else the text."""
    labels = {str(key): str(label) for key, label, *_rest in getattr(field, "choices", None) or []}
    return labels.get(str(value), "" if value is None else str(value))
