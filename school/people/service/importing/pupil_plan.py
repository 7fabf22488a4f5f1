"""What a pupils' list would do to the school: new pupils, changes, moves, and who is not in the list."""

from collections import Counter, defaultdict
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from school.people.enums import ImportKind, Relation
from school.people.rules import ClassKey, class_label, mask_phone
from school.people.service.importing.plan import Change, Plan, Wrong
from school.people.service.importing.pupil_matching import KnownGuardian, KnownPupil, Matches, match_pupils
from school.people.service.importing.pupil_rows import GuardianRow, PupilRow, PupilRows, same_number

GuardianKey = tuple[str | None, str]
_NAMED = 30


@dataclass(frozen=True)
class PupilSnapshot:
    """What the school has: classes, pupils, guardians and teachers by phone and name, and login names taken."""

    classes: Dict[ClassKey, int]
    inhabited: frozenset[ClassKey]
    pupils: Sequence[KnownPupil]
    guardians: Dict[tuple[str, str], int]
    staff: Dict[tuple[str, str], int]
    logins: frozenset[str]


@dataclass(frozen=True)
class PupilAction:
    """What becomes of one row's pupil; an empty one changes nothing."""

    row: PupilRow
    known: KnownPupil | None = None
    columns: Dict[str, object] = field(default_factory=dict)
    is_new_place: bool = False
    has_new_seat: bool = False
    new_guardians: tuple[GuardianRow, ...] = ()
    gone_guardians: tuple[KnownGuardian, ...] = ()
    relations: Dict[int, Relation] = field(default_factory=dict)

    @property
    def changes_anything(self) -> bool:
        """Whether there is something to write."""
        return bool(
            self.known is None
            or self.columns
            or self.is_new_place
            or self.has_new_seat
            or self.new_guardians
            or self.gone_guardians
            or self.relations
        )


@dataclass
class PupilPlan(Plan):
    """A dry run of pupils with what an apply writes; `new_phones` are of guardians who keep their account, by id."""

    actions: list[PupilAction] = field(default_factory=list)
    new_phones: dict[int, str] = field(default_factory=dict)
    class_keys: list[ClassKey] = field(default_factory=list)


def plan_pupils(read: PupilRows, snapshot: PupilSnapshot, *, school_year_start: int, titles: Dict[str, str]) -> PupilPlan:
    """The plan for the rows of a file; pure. `titles` are the file's own column titles by key."""
    matches = match_pupils(read.rows, snapshot.pupils)
    wrong = [*read.wrong, *_wrong_matches(read.rows, matches, titles, school_year_start)]
    plan = PupilPlan(ImportKind.PUPILS, wrong=sorted(wrong, key=lambda one: one.row_number), warnings=list(read.warnings))
    refused = plan.wrong_rows
    for row in read.rows:
        if row.row_number not in refused:
            _add(plan, _action(row, matches.known.get(row.row_number)), school_year_start)
    _keep_accounts(plan, snapshot)
    plan.class_keys = sorted({a.row.key for a in plan.actions} - set(snapshot.classes), key=lambda k: (-k.entry_year, k.number))
    plan.new_classes = [class_label(key.entry_year, key.number, school_year_start) for key in plan.class_keys]
    _count_accounts(plan, snapshot)
    plan.missing = _missing(read, matches, snapshot.pupils, school_year_start)
    return plan


def _wrong_matches(rows: Sequence[PupilRow], matches: Matches, titles: Dict[str, str], year: int) -> list[Wrong]:
    wrong = []
    for row in rows:
        if reason := matches.unclear.get(row.row_number):
            wrong.append(Wrong(row.row_number, titles["name"], row.name, reason))
        if other := matches.clashing.get(row.row_number):
            where = class_label(other.key.entry_year, other.key.number, year) if other.key else "已离校"
            reason = f"这个号码属于{other.name}（{where}）。请核对号码；如果是改名，请先在学生页面改名。"
            wrong.append(Wrong(row.row_number, titles["register_number"], row.register_number or "", reason))
    return wrong


def _add(plan: PupilPlan, action: PupilAction, year: int) -> None:
    row, known = action.row, action.known
    if not action.changes_anything:
        plan.unchanged += 1
        return
    plan.actions.append(action)
    where = class_label(row.key.entry_year, row.key.number, year)
    if known is None:
        plan.added.append(Change(row.row_number, row.name, where))
    elif action.is_new_place:
        before = class_label(known.key.entry_year, known.key.number, year) if known.key and known.membership_id else "不在校"
        plan.moved.append(Change(row.row_number, row.name, where, f"{before} → {where}"))
    else:
        plan.changed.append(Change(row.row_number, row.name, where, ";".join(_differences(action))))


def _action(row: PupilRow, known: KnownPupil | None) -> PupilAction:
    """Compare a row with its pupil; an empty cell never takes away what the school knows."""
    if known is None:
        return PupilAction(row, new_guardians=row.guardians)
    wanted = {"name": row.name, "gender": row.gender, "register_number": row.register_number}
    columns = {key: value for key, value in wanted.items() if value and value != getattr(known, key)}
    new, gone, relations = _compare_guardians(row, known)
    is_new_place = known.membership_id is None or known.key != row.key
    has_new_seat = bool(row.number_in_class) and not same_number(row.number_in_class or "", known.number_in_class or "")
    return PupilAction(row, known, columns, is_new_place, has_new_seat and not is_new_place, new, gone, relations)


def _compare_guardians(
    row: PupilRow, known: KnownPupil
) -> tuple[tuple[GuardianRow, ...], tuple[KnownGuardian, ...], dict[int, Relation]]:
    """New guardians; those replaced by one of the same name with another phone; relations that differ."""
    by_key = {(guardian.phone, guardian.name): guardian for guardian in known.guardians}
    by_name = {guardian.name: guardian for guardian in known.guardians}
    new, gone, relations = [], [], {}
    for guardian in row.guardians:
        same = by_key.get((guardian.phone, guardian.name)) or (by_name.get(guardian.name) if guardian.phone is None else None)
        if same is None:
            new.append(guardian)
            before = by_name.get(guardian.name)
            if before and (before.phone, before.name) not in {(other.phone, other.name) for other in row.guardians}:
                gone.append(before)
        elif guardian.relation not in (same.relation, Relation.OTHER):
            relations[same.guardianship_id] = guardian.relation
    return tuple(new), tuple(gone), relations


def _differences(action: PupilAction) -> list[str]:
    known, row = action.known, action.row
    if known is None:
        return []
    texts = []
    if "name" in action.columns:
        texts.append(f"姓名 {known.name} → {row.name}")
    if "gender" in action.columns and row.gender:
        texts.append(f"性别 {known.gender.label if known.gender else '空'} → {row.gender.label}")
    if "register_number" in action.columns:
        texts.append(f"学籍辅号 {known.register_number or '空'} → {row.register_number}")
    if action.has_new_seat:
        texts.append(f"班内学号 {known.number_in_class or '空'} → {row.number_in_class}")
    replaced = {guardian.name: guardian for guardian in action.gone_guardians}
    for guardian in action.new_guardians:
        before = replaced.get(guardian.name)
        shown = mask_phone(guardian.phone) or "无电话"
        texts.append(
            f"监护人{guardian.name}的电话 {mask_phone(before.phone) or '空'} → {shown}"
            if before
            else f"增加监护人{guardian.name}（{shown}）"
        )
    if action.relations:
        texts.append("监护人关系更正")
    return texts


def _keep_accounts(plan: PupilPlan, snapshot: PupilSnapshot) -> None:
    """A guardian whose phone is replaced for every child, by one and the same new number, keeps account and password."""
    children: Counter[int] = Counter(guardian.guardian_id for pupil in snapshot.pupils for guardian in pupil.guardians)
    replaced: dict[int, list[str]] = defaultdict(list)
    for action in plan.actions:
        fresh = {guardian.name: guardian.phone for guardian in action.new_guardians}
        for gone in action.gone_guardians:
            replaced[gone.guardian_id].append(fresh.get(gone.name) or "")
    names = {g.guardian_id: g.name for a in plan.actions for g in a.gone_guardians}
    plan.new_phones = {
        guardian_id: phones[0]
        for guardian_id, phones in replaced.items()
        if len(phones) == children[guardian_id]
        and len(set(phones)) == 1
        # Somebody of this name with the new number exists already: then the child gets that one.
        and (phones[0], names[guardian_id]) not in {**snapshot.guardians, **snapshot.staff}
    }
    if len({(phone, names[guardian_id]) for guardian_id, phone in plan.new_phones.items()}) < len(plan.new_phones):
        plan.new_phones = {}
    plan.actions = [_without(action, plan.new_phones) for action in plan.actions]


def _without(action: PupilAction, kept: Dict[int, str]) -> PupilAction:
    names = {guardian.name for guardian in action.gone_guardians if guardian.guardian_id in kept}
    if not names:
        return action
    return replace(
        action,
        new_guardians=tuple(guardian for guardian in action.new_guardians if guardian.name not in names),
        gone_guardians=tuple(guardian for guardian in action.gone_guardians if guardian.guardian_id not in kept),
    )


def _count_accounts(plan: PupilPlan, snapshot: PupilSnapshot) -> None:
    """How many guardians get an account, and whose phone is already the login name of somebody of another name."""
    wanted = {
        (guardian.phone, guardian.name)
        for action in plan.actions
        for guardian in action.new_guardians
        if guardian.phone is not None
    }
    fresh = [key for key in wanted if key not in snapshot.guardians and key not in snapshot.staff]
    plan.new_accounts = len(fresh)
    shared = _shared([phone for phone, _name in fresh], snapshot.logins)
    if shared:
        plan.warnings.append(
            f"有 {len(shared)} 个手机号码由不同姓名的监护人（或教师）共用，"
            "登录名依次是“号码”“号码-2”“号码-3”，登录通知单上会写明。"
        )
    without = sum(1 for a in plan.actions if a.known is None and not any(g.phone for g in a.row.guardians))
    if without:
        plan.warnings.append(f"有 {without} 名新学生没有监护人手机号码，他们的家长暂时不能登录。")


def _shared(phones: Sequence[str], logins: frozenset[str]) -> set[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for phone in phones:
        (twice if phone in seen or phone in logins else seen).add(phone)
    return twice


def _missing(read: PupilRows, matches: Matches, pupils: Sequence[KnownPupil], year: int) -> list[str]:
    """Pupils of the classes in the file who are not in it; they stay where they are."""
    keys = {row.key for row in read.rows}
    met = {pupil.id for pupil in matches.known.values()} | {pupil.id for pupil in matches.clashing.values()}
    left = [p for p in pupils if p.key in keys and p.membership_id and p.id not in met]
    named = [f"{p.name}（{class_label(p.key.entry_year, p.key.number, year)}）" for p in left if p.key]
    return named[:_NAMED] + ([f"等共 {len(named)} 人"] if len(named) > _NAMED else [])
