"""The documents name what exists: functions, tests, files, settings and commands; each rule once. Planted faults are found."""

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from school import cli
from school.demo.accounts import DEMO_PASSWORD, DEMO_ROLES
from school.factory import create_app
from school.settings import SETTINGS

pytestmark = pytest.mark.sweep

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
RULE = re.compile(r"\b(?:HW|AS|MT|PE|PR|CA)-\d\d\b")
REFERENCE = re.compile(r"`([\w/]+\.py)::(\w+)`")
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
PATH = re.compile(r"`((?:school|tests|templates|static|bench|migrations|docs|\.ci)/[\w./-]+)`")
COMMAND = re.compile(r"flask (?:--app app )?school ((?:report )?[a-z][a-z-]+)((?: --[a-z-]+| [^\s`|]+)*)")
FENCE = re.compile(r"^```(\w*)$(.*?)^```$", re.M | re.S)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def functions_of(path: str) -> frozenset[str]:
    """Names of all functions and classes of a source file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in ast.walk(ast.parse(text_of(path))) if isinstance(node, kinds))


def unknown_references(text: str) -> list[str]:
    """References `file.py::name` whose file or name is not there."""
    return [f"{path}::{name}" for path, name in REFERENCE.findall(text) if not is_there(path, name)]


def is_there(path: str, name: str) -> bool:
    return (ROOT / path).is_file() and name in functions_of(path)


def broken_links(name: str, text: str) -> list[str]:
    """Links to files that are not there, from the place of the document."""
    targets = (target for target in LINK.findall(text) if not re.match(r"\w+:", target))
    return [target for target in targets if not (ROOT / name).parent.joinpath(target).exists()]


def repeated_rules(text: str) -> list[str]:
    """Rules named more than once."""
    return [rule for rule, count in Counter(RULE.findall(text)).items() if count > 1]


def rows_of(text: str) -> Iterator[list[str]]:
    """The rows of all tables as cells."""
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|--"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def unknown_commands(text: str) -> list[str]:
    """Uses of `flask school …` with a command or an option that is not there."""
    found = []
    for words, rest in COMMAND.findall(text):
        command = find_command(words)
        options = {option for one in command.params for option in one.opts} if command else set()
        if command is None or not set(re.findall(r"--[a-z-]+", rest)) <= {*options, "--help"}:
            found.append(f"{words}{rest}")
    return found


def find_command(words: str) -> click.Command | None:
    found: click.Command | None = cli.group
    for word in words.split():
        found = found.commands.get(word) if isinstance(found, click.Group) else None
    return found


def half_width_marks(text: str) -> list[str]:
    """Half-width commas, stops and the like beside a Hanzi, outside code."""
    plain = re.sub(r"`[^`\n]*`", "``", FENCE.sub("", text))
    return re.findall(r".{0,6}[㐀-䶿一-鿿][,;:?!].{0,6}", plain)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_names_what_exists(name: str) -> None:
    text = text_of(name)
    assert unknown_references(text) == []
    assert broken_links(name, text) == []
    assert [path for path in PATH.findall(text) if not (ROOT / path).exists()] == []
    assert unknown_commands(text) == []


def test_each_rule_has_one_row_with_a_function_and_a_test() -> None:
    text = text_of("docs/rules.md")
    assert repeated_rules(text) == []
    rows = [row for row in rows_of(text) if RULE.fullmatch(row[0])]
    for rule, words, functions, tests in rows:
        assert words, rule
        assert [path for path, _name in REFERENCE.findall(functions) if path.startswith("school/")], rule
        named = REFERENCE.findall(tests)
        assert named, rule
        assert all(path.startswith("tests/") and name.startswith("test_") for path, name in named), rule


def test_every_rule_the_code_speaks_of_has_its_row() -> None:
    spoken = {rule for path in (ROOT / "school").rglob("*.py") for rule in RULE.findall(path.read_text(encoding="utf-8"))}
    assert spoken <= {row[0] for row in rows_of(text_of("docs/rules.md"))}


def test_every_lock_is_named() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "school").rglob("*.py")}
    locks = {name for text in sources.values() for name in re.findall(r"^def (lock_\w+)\(", text, re.M)}
    text = text_of("docs/locking.md")
    assert {name for name in locks if f"::{name}`" not in text} - {"lock_by_id", "lock_day_by_id"} == set()


@pytest.mark.parametrize("name", READMES)
def test_the_readme_lists_settings_commands_and_accounts(name: str) -> None:
    rows = {row[0].strip("`"): row for row in rows_of(text_of(name))}
    for setting in SETTINGS:
        shown = rows[setting.key][1].strip("`")
        assert shown == str(setting.default) or (shown in {"empty", "空"} and setting.default == ""), setting.key
    assert {key for key in rows if re.fullmatch(r"[A-Z_]{4,}", key)} == {s.key for s in SETTINGS} | {"INSTANCE_PATH"}
    commands = {f"report {sub}" if key == "report" else key for key, one in cli.group.commands.items() for sub in _below(one)}
    assert {key for key in rows if key and find_command(key)} == commands
    assert set(DEMO_ROLES) <= set(rows)
    assert DEMO_PASSWORD in text_of(name)


def _below(command: click.Command) -> list[str]:
    return list(command.commands) if isinstance(command, click.Group) else [""]


@pytest.mark.parametrize("name", READMES)
def test_the_readme_s_make_targets_and_addresses_exist(name: str, tmp_path: Path) -> None:
    text = text_of(name)
    targets = set(re.findall(r"^([a-z]+):.*## ", text_of("Makefile"), re.M))
    assert set(re.findall(r"\bmake ([a-z]+)\b(?! sure)", FENCE.sub(lambda m: m.group(2), text))) <= targets
    app = create_app({"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "only for the tests", "DATABASE_URL": "sqlite://"})
    adapter = app.url_map.bind("school.example")
    addresses = re.findall(r"`(/[a-z][\w./-]*)", text)
    assert addresses
    assert [address for address in addresses if not adapter.test(address, "GET")] == []


def test_both_readmes_run_the_same_commands_and_show_the_same_pictures() -> None:
    english, chinese = (text_of(name) for name in READMES)
    blocks = [[re.sub(r"\s*#.*", "", body) for _kind, body in FENCE.findall(text)] for text in (english, chinese)]
    assert blocks[0] == blocks[1]
    pictures = [re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text) for text in (english, chinese)]
    assert pictures[0] == pictures[1] != []
    assert [len(list(rows_of(text))) for text in (english, chinese)] == [len(list(rows_of(english)))] * 2


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.endswith(".zh-CN.md")])
def test_chinese_text_has_chinese_marks(name: str) -> None:
    assert half_width_marks(text_of(name)) == []


def test_the_user_guide_quotes_words_of_the_pages() -> None:
    """What stands in “…” is a label, a button or a badge; an N in it stands for a number."""
    folders = ((folder, path) for folder in ("templates", "school", "static/js") for path in (ROOT / folder).rglob("*.*"))
    pages = _folded("".join(path.read_text(encoding="utf-8") for _f, path in folders if path.suffix in {".py", ".html", ".js"}))
    quoted = re.findall("“([^”]+)”", text_of("docs/user-guide.zh-CN.md"))
    assert len(quoted) > 80
    assert [words for words in quoted if not all(part in pages for part in re.split(r"N", _folded(words)))] == []


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def test_every_command_explains_itself() -> None:
    names = {row[0].strip("`") for row in rows_of(text_of("README.md")) if find_command(row[0].strip("`"))}
    for words in sorted(names):
        answer = CliRunner().invoke(cli.group, [*words.split(), "--help"])
        assert answer.exit_code == 0, words
        assert "Usage" in answer.output


def test_planted_faults_are_found() -> None:
    assert unknown_references("`school/homework/rules/caps.py::no_such_rule`") == ["school/homework/rules/caps.py::no_such_rule"]
    assert unknown_references("`school/nowhere.py::day_load`") == ["school/nowhere.py::day_load"]
    assert broken_links("docs/rules.md", "[x](nowhere.md) [y](../README.md)") == ["nowhere.md"]
    assert repeated_rules("HW-01 HW-02 HW-01") == ["HW-01"]
    assert unknown_commands("flask school fly, flask school report homework --moon") == ["fly", "report homework --moon"]
    assert half_width_marks("作业,很好") == ["作业,很好"]
