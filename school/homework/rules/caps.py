"""The cap on written homework (HW-01 to HW-04): limits of a day, the day's load, and what could give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from school.errors import Refused
from school.homework.enums import Demand, Form, Layer, Stage
from school.homework.rules.concerns import Concern, check_reason
from school.law import NATIONAL_CAPS
from school.preferences.enums import Treatment

NEAR_PERCENT = 80
EVENINGS_BEFORE_BREAK = 3
LAYERS = (Layer.A, Layer.B, Layer.C)


@dataclass(frozen=True)
class LayerMinutes:
    """What one layer is asked, in minutes: the estimate, and how much of it is done in school."""

    minutes: int
    in_school: int = 0

    @property
    def at_home(self) -> int:
        """Minutes taken home."""
        return max(self.minutes - self.in_school, 0)


@dataclass(frozen=True)
class ItemLoad:
    """One item as the cap sees it; `layers` holds one `all`, or any of A, B and C."""

    item_id: int
    subject: str
    demand: Demand
    form: Form
    stage: Stage
    layers: Mapping[Layer, LayerMinutes]


@dataclass(frozen=True)
class DayLoad:
    """A class-day's written minutes.

    `required` and `optional` are the largest totals over the layers, each on its own; `with_optional` is the largest
    total of both together in one layer. `by_layer` and `by_subject` hold required minutes; `by_subject` and
    `in_school` are those of the heaviest layer, so the subjects add up to `required`.
    """

    required: int = 0
    optional: int = 0
    with_optional: int = 0
    in_school: int = 0
    by_layer: Mapping[Layer, int] = field(default_factory=dict)
    by_subject: Mapping[str, int] = field(default_factory=dict)
    heaviest: Layer = Layer.ALL


@dataclass(frozen=True)
class Limits:
    """Minutes allowed on one class-day: over `soft` needs a typed reason, over `hard` is refused.

    `ceiling` is how far the teaching office could lift `hard`; `evenings` the evenings the work is spread over.
    """

    soft: int
    hard: int
    ceiling: int
    evenings: int = 1

    @property
    def is_before_break(self) -> bool:
        """Whether two or more days without school follow (HW-04)."""
        return self.evenings >= EVENINGS_BEFORE_BREAK


@dataclass(frozen=True)
class Relief:
    """Items that together would free `frees` minutes if left out, made optional or moved into the lesson."""

    item_ids: tuple[int, ...]
    frees: int
    is_enough: bool


class GradeOutside(Refused):
    """A grade outside compulsory schooling, for which no cap is made up."""


class CapLoosened(Refused):
    """A school's own cap that is above the national one."""


class CapExceeded(Refused):
    """The day's required written minutes are over the hard limit; says by how much and what to do next."""

    def __init__(self, load: DayLoad, limits: Limits) -> None:
        self.load = load
        self.limits = limits
        self.limit = limits.hard
        self.over_by = load.required - limits.hard
        super().__init__(_exceeded_in_words(load, limits), "minutes")


def national_cap(grade: int) -> int:
    """The national cap in minutes a day for `grade` 1 to 9: 0, 60 or 90 (HW-01, HW-02, HW-03).

    Raises `GradeOutside` for any other grade, such as that of a class that has graduated.
    """
    if grade not in NATIONAL_CAPS:
        raise GradeOutside("这个班级当时不在一至九年级，不能登记作业。请核对班级和日期。")
    return NATIONAL_CAPS[grade]


def check_school_cap(grade: int, minutes: int) -> None:
    """Raise `CapLoosened` unless 0 <= `minutes` <= the national cap: a school may only tighten (HW-02)."""
    national = national_cap(grade)
    if not 0 <= minutes <= national:
        raise CapLoosened(f"{grade}年级国家规定的上限是 {national} 分钟，学校只能定得更严，请填 0 到 {national}。", "minutes")


def effective_cap(grade: int, school_caps: Mapping[int, int], approved: int | None = None) -> int:
    """The cap in minutes that holds in `grade`: the tighter of nation and school (HW-02).

    `approved` minutes of the teaching office lift a school cap for the day, never above the national cap and never
    below the school's own.
    """
    national = national_cap(grade)
    school = max(min(school_caps.get(grade, national), national), 0)
    return school if approved is None else max(school, min(approved, national))


def day_limits(
    grade: int,
    cap: int,
    *,
    evenings: int | None = 1,
    weekend_percent: int = 100,
    weekend_treatment: str = Treatment.WARN,
) -> Limits:
    """The limits of one class-day (HW-02 to HW-04).

    `cap` is the effective cap in minutes, `evenings` those until the next school day (None: the calendar ends, taken
    as a weekend), `weekend_percent` the share of one day's cap the school grants the whole break. Before fewer than
    two free days soft and hard are the cap. Before a break soft is the share, hard the cap times the evenings;
    `weekend_treatment` block makes soft the hard limit, off drops soft.
    """
    spread = EVENINGS_BEFORE_BREAK if evenings is None else evenings
    national = national_cap(grade)
    if spread < EVENINGS_BEFORE_BREAK:
        return Limits(cap, cap, max(cap, national), spread)
    share, hard = cap * weekend_percent // 100, cap * spread
    if weekend_treatment == Treatment.BLOCK:
        return Limits(share, share, share, spread)
    soft = hard if weekend_treatment == Treatment.OFF else min(share, hard)
    return Limits(soft, hard, max(hard, national * spread), spread)


def counted_minutes(grade: int, item: ItemLoad, layer: Layer) -> int:
    """Minutes of `item` that count for a pupil of `layer` in `grade` (HW-01 to HW-03); 0 when not written.

    An after-class item counts whole, though part of it be done in school, for the estimate is what was promised.
    In grades 1 and 2, and for work before or in class, only what is taken home counts.
    """
    asked = item.layers.get(layer) or item.layers.get(Layer.ALL)
    if asked is None or not item.form.is_written:
        return 0
    counts_whole = item.stage is Stage.AFTER_CLASS and national_cap(grade) > 0
    return asked.minutes if counts_whole else asked.at_home


def day_load(grade: int, items: Sequence[ItemLoad]) -> DayLoad:
    """The load in minutes of a class-day in `grade` from `items` that count (see `states.counts`), in any order.

    A layered class takes the largest total over its layers; an `all` item counts in each (HW-02).
    """
    layers = _layers_of(items)
    required = {layer: _total(grade, items, layer, Demand.REQUIRED) for layer in layers}
    optional = {layer: _total(grade, items, layer, Demand.OPTIONAL) for layer in layers}
    heaviest = max(layers, key=lambda layer: required[layer])
    return DayLoad(
        required=required[heaviest],
        optional=max(optional.values()),
        with_optional=max(required[layer] + optional[layer] for layer in layers),
        in_school=sum(_in_school(item, heaviest) for item in items),
        by_layer=required,
        by_subject=_by_subject(grade, items, heaviest),
        heaviest=heaviest,
    )


def load_concerns(load: DayLoad, limits: Limits) -> list[Concern]:
    """What of a load under the hard limit still needs a typed reason: over soft (HW-04), or over it with optional items."""
    if load.required > limits.soft:
        over_by = load.required - limits.soft
        return [
            Concern(
                "HW-04",
                f"假期前的书面作业合计 {load.required} 分钟，比整个假期的建议总量 {limits.soft} 分钟多 {over_by} 分钟。",
                "minutes",
            )
        ]
    if load.optional and load.with_optional > limits.soft:
        over_by = load.with_optional - limits.soft
        return [
            Concern("HW-02", f"必做加选做合计 {load.with_optional} 分钟，比上限 {limits.soft} 分钟多 {over_by} 分钟。", "minutes")
        ]
    return []


def check_load(load: DayLoad, limits: Limits, *, reason: str = "") -> list[Concern]:
    """Raise `CapExceeded` over the hard limit (HW-02, HW-03), `ReasonNeeded` when a warning has no `reason`.

    Answers the warnings that were passed with the reason, to be counted.
    """
    if load.required > limits.hard:
        raise CapExceeded(load, limits)
    concerns = load_concerns(load, limits)
    check_reason(concerns, reason)
    return concerns


def is_near(minutes: int, cap: int, *, percent: int = NEAR_PERCENT) -> bool:
    """Whether `minutes` reach `percent` of `cap` without passing it; a cap of 0 is never near."""
    return cap > 0 and cap * percent <= minutes * 100 <= cap * 100


def what_could_give(grade: int, items: Sequence[ItemLoad], over_by: int) -> list[Relief]:
    """How a day of `items` could lose `over_by` minutes, for the homeroom teacher to choose from.

    First the smallest sets of required items whose giving way is enough, the closest fit first; then the single items
    that help but do not suffice, the longest first. What an item frees is measured on the whole day, because a layer
    that is not the heaviest frees nothing.
    """
    before = day_load(grade, items).required
    movable = [item for item in items if item.demand is Demand.REQUIRED and _most(grade, item) > 0]
    enough: list[Relief] = []
    for size in range(1, min(len(movable), 3) + 1):
        freed = [_relief(grade, items, chosen, before, over_by) for chosen in combinations(movable, size)]
        enough = sorted((relief for relief in freed if relief.is_enough), key=lambda r: (r.frees, r.item_ids))
        if enough:
            break
    singles = [_relief(grade, items, (item,), before, over_by) for item in movable]
    helping = [relief for relief in singles if relief.frees > 0 and not relief.is_enough]
    return enough + sorted(helping, key=lambda r: (-r.frees, r.item_ids))


def _relief(grade: int, items: Sequence[ItemLoad], chosen: Sequence[ItemLoad], before: int, over_by: int) -> Relief:
    gone = {item.item_id for item in chosen}
    left = day_load(grade, [item for item in items if item.item_id not in gone])
    frees = before - left.required
    return Relief(tuple(item.item_id for item in chosen), frees, frees >= over_by)


def _most(grade: int, item: ItemLoad) -> int:
    return max(counted_minutes(grade, item, layer) for layer in (*LAYERS, Layer.ALL))


def _layers_of(items: Sequence[ItemLoad]) -> tuple[Layer, ...]:
    is_layered = any(layer is not Layer.ALL for item in items for layer in item.layers)
    return LAYERS if is_layered else (Layer.ALL,)


def _total(grade: int, items: Sequence[ItemLoad], layer: Layer, demand: Demand) -> int:
    return sum(counted_minutes(grade, item, layer) for item in items if item.demand is demand)


def _in_school(item: ItemLoad, layer: Layer) -> int:
    asked = item.layers.get(layer) or item.layers.get(Layer.ALL)
    is_counted = asked is not None and item.form.is_written and item.demand is Demand.REQUIRED
    return asked.in_school if asked is not None and is_counted else 0


def _by_subject(grade: int, items: Sequence[ItemLoad], layer: Layer) -> dict[str, int]:
    totals: dict[str, int] = {}
    for item in items:
        if item.demand is Demand.REQUIRED and (minutes := counted_minutes(grade, item, layer)):
            totals[item.subject] = totals.get(item.subject, 0) + minutes
    return totals


def _exceeded_in_words(load: DayLoad, limits: Limits) -> str:
    over_by = load.required - limits.hard
    if limits.ceiling == 0:
        return f"一、二年级不留带回家的书面作业，现有 {over_by} 分钟要带回家。请改为在校完成，或改为口头、阅读、实践作业。"
    whole = "假期前的书面作业" if limits.is_before_break else "当天的书面作业"
    now = f"{whole}合计 {load.required} 分钟，比上限 {limits.hard} 分钟多 {over_by} 分钟。"
    todo = f"请减少 {over_by} 分钟、改为选做或课中练习，或先存为草稿请班主任统筹"
    if load.required <= limits.ceiling:
        return f"{now}{todo}；也可以写明理由请教导处批准。"
    return f"{now}{todo}。"
