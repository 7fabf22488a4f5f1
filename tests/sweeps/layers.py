"""The layer table of docs/architecture.md as code: what each kind of file may import, and that nothing forms a cycle."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

FEATURES = frozenset({"homework", "mentoring", "courses", "parentschool"})
COMPOSERS = frozenset({"home", "compliance", "demo"})

# What a layer must never import: outside packages, and layers of our own.
FORBIDDEN_OUTSIDE = {
    "enums": {"flask", "sqlalchemy", "pandas", "wtforms", "flask_wtf", "flask_login"},
    "rules": {"flask", "sqlalchemy", "pandas", "wtforms", "flask_wtf", "flask_login"},
    "models": {"flask", "pandas", "wtforms", "flask_wtf", "flask_login"},
    "queries": {"flask", "pandas", "wtforms", "flask_wtf", "flask_login"},
    "policy": {"flask", "pandas", "wtforms", "flask_wtf", "flask_login"},
    "service": {"flask", "pandas", "wtforms", "flask_wtf", "flask_login"},
    "reports": {"flask", "wtforms", "flask_wtf", "flask_login"},
    "forms": {"sqlalchemy", "pandas"},
    "views": {"sqlalchemy", "pandas"},
}
FORBIDDEN_LAYERS = {
    "enums": {"rules", "models", "queries", "policy", "service", "reports", "forms", "views", "commands"},
    "rules": {"models", "queries", "policy", "service", "reports", "forms", "views", "commands"},
    "models": {"rules", "queries", "policy", "service", "reports", "forms", "views", "commands"},
    "queries": {"policy", "service", "reports", "forms", "views", "commands"},
    "policy": {"service", "reports", "forms", "views", "commands"},
    "service": {"reports", "forms", "views", "commands"},
    "reports": {"service", "forms", "views", "commands"},
    "forms": {"models", "queries", "policy", "service", "reports", "views", "commands"},
    "views": {"models"},
}
PURE_PACKAGES = {"sheets"}  # no Flask, no SQLAlchemy, no pandas anywhere in them


@dataclass(frozen=True)
class Module:
    """A source file with its dotted name and the dotted names it imports anywhere in it."""

    name: str
    imports: frozenset[str]

    @property
    def package(self) -> str:
        """The package under `school`, or "" for a file at the top."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 2 else ""

    @property
    def layer(self) -> str:
        """The file's concern: `rules` for school.homework.rules and for school.homework.rules.caps."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else parts[-1]


def read_modules(root: Path) -> dict[str, Module]:
    """Every module below `root`/school by dotted name."""
    paths = sorted((root / "school").rglob("*.py"))
    names = {_dotted(root, path): path for path in paths}
    return {name: Module(name, frozenset(_imports(path, name, set(names)))) for name, path in names.items()}


def breaches(modules: dict[str, Module]) -> list[str]:
    """Sentences naming every import the table forbids."""
    return [text for module in modules.values() for text in _breaches_of(module)] + _cycles(modules)


def _breaches_of(module: Module) -> Iterator[str]:
    for target in sorted(module.imports):
        top = target.split(".")[0]
        if top in FORBIDDEN_OUTSIDE.get(module.layer, set()):
            yield f"{module.name} is {module.layer} and imports {top}"
        if module.package in PURE_PACKAGES and top in FORBIDDEN_OUTSIDE["rules"]:
            yield f"{module.name} is in a pure package and imports {top}"
        if target.endswith("relative import"):
            yield target
        if top == "school":
            yield from _inner_breaches(module, target)


def _inner_breaches(module: Module, target: str) -> Iterator[str]:
    parts = target.split(".")
    package = parts[1] if len(parts) > 2 else ""
    layer = parts[2] if len(parts) > 2 else parts[-1]
    if layer in FORBIDDEN_LAYERS.get(module.layer, set()) and package:
        yield f"{module.name} is {module.layer} and imports {target}"
    if module.package in FEATURES and package in FEATURES - {module.package}:
        yield f"{module.name} reaches into another feature: {target}"
    if package in COMPOSERS and module.package not in COMPOSERS and module.package:
        yield f"{module.name} imports a composer: {target}"
    if target == "school.db" and module.layer in {"enums", "rules", "forms"}:
        yield f"{module.name} is {module.layer} and imports the session"


def _cycles(modules: dict[str, Module]) -> list[str]:
    graph = {name: {target for target in module.imports if target in modules} for name, module in modules.items()}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return [f"modules import each other in a circle: {' -> '.join(error.args[1])}"]
    return []


def _dotted(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, name: str, known: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield f"{name} uses a relative import"
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                target = deeper if deeper in known else str(node.module)
                if not _is_registration(name, target):
                    yield target


def _is_registration(name: str, target: str) -> bool:
    """A views package imports its own modules at its end, to register them; its modules import its blueprint."""
    return name.endswith(".views") and target.startswith(f"{name}.")
