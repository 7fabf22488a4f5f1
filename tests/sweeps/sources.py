"""What every source file keeps to: length, docstrings of rules, nothing unfinished, templates that the policy lets work."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = {".py": 400, ".html": 120, ".js": 200, ".css": 400}
CONTRACTS = ("rules", "reports", "draw")  # layers whose public functions state a contract
TEXTS = {".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".csv", ".ini", ".mako", ".svg", ".yml", ".yaml", ".sh", ""}
PICTURES = {".png", ".webp"}  # of the README
UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplemented|(?i:lorem ipsum|coming soon|not implemented)|待实现|占位|敬请期待"
)
OUTSIDE = re.compile(r"(?:src|href|action|url|import|fetch)\s*[=(]\s*[\"']?\s*(?:https?:)?//[^\s\"')]+", re.I)
INLINE = (
    (re.compile(r"<style\b|\sstyle\s*=", re.I), "inline style: the policy blocks it; use a class in static/css"),
    (re.compile(r"<script(?![^>]*\bsrc=)", re.I), "inline script: the policy blocks it; use a file in static/js"),
    (
        re.compile(r"<[a-z][^>]*\son[a-z]+\s*=\s*[\"']", re.I),
        "event handler: the policy blocks it; listen in a file in static/js",
    ),
    (re.compile(r"javascript:", re.I), "javascript: address: the policy blocks it"),
    (re.compile(r"\|\s*safe\b"), "`safe` prints what it is given: let Jinja escape it"),
    (re.compile(r"autoescape\s+false", re.I), "escaping switched off"),
)
HOSTILE_NAMES = frozenset({"utils", "helpers", "common", "misc"})
HERE = {"tests/sweeps/sources.py", "tests/sweeps/test_sources.py"}  # they name what they look for


def tracked_files(root: Path) -> list[Path]:
    """Every file of the repository, untracked ones too unless ignored."""
    arguments = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(arguments, cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
    return sorted({root / name for name in names if name and (root / name).is_file()})


def problems(root: Path, paths: Iterable[Path]) -> list[str]:
    """Sentences naming everything that breaks a convention, each with the file and line."""
    return [f"{path.relative_to(root).as_posix()}{text}" for path in paths for text in _problems_of(root, path)]


def _problems_of(root: Path, path: Path) -> Iterator[str]:
    name = path.relative_to(root).as_posix()
    if path.suffix in PICTURES and name.startswith("docs/"):
        return
    if path.suffix not in TEXTS:
        yield f": files {path.suffix} are not kept here; make it when it is needed, or name the kind in TEXTS"
        return
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        yield ": is not text in UTF-8; keep binary files out of the repository"
        return
    yield from _length(path, name, text)
    if name not in HERE and "tests" not in path.parts:
        yield from _lines(text, UNFINISHED, "finish it, or open an issue and take the word away")
    if path.suffix == ".html":
        for pattern, complaint in INLINE:
            yield from _lines(text, pattern, complaint)
    if name.startswith(("templates/", "static/")):
        yield from _lines(text, OUTSIDE, "loads or links to another host; serve it from static/")
    if path.suffix == ".py" and name.startswith("school/"):
        yield from _names(path)
        yield from _docstrings(path, name, text)


def _length(path: Path, name: str, text: str) -> Iterator[str]:
    longest, lines = LONGEST.get(path.suffix), text.count("\n")
    if longest and lines > longest and not name.startswith("migrations/versions/"):
        yield f": has {lines} lines, {longest} is the most; turn it into a package by topic (or partials)"


def _lines(text: str, pattern: re.Pattern[str], complaint: str) -> Iterator[str]:
    for found in pattern.finditer(text):
        yield f":{text.count(chr(10), 0, found.start()) + 1}: {found.group().strip()!r}: {complaint}"


def _names(path: Path) -> Iterator[str]:
    if HOSTILE_NAMES & {path.stem, *path.parent.parts}:
        yield ": name it by its concern, not utils, helpers, common or misc"


def _docstrings(path: Path, name: str, text: str) -> Iterator[str]:
    tree = ast.parse(text)
    if text.strip() and not ast.get_docstring(tree):
        yield ": begin the module with a sentence that says what it holds"
    if not set(CONTRACTS) & set(Path(name).with_suffix("").parts):
        return
    for node in ast.walk(tree):
        is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if is_public and not ast.get_docstring(node):
            yield f":{node.lineno}: {node.name} has no docstring; say what goes in, what comes out, what is raised"
