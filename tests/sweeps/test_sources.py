"""Files keep to the conventions of length, docstrings, finished words and templates; planted breaches are found."""

from pathlib import Path

import pytest

from tests.sweeps.sources import ROOT, problems, tracked_files

pytestmark = pytest.mark.sweep

PLANTED = [
    ("school/homework/rules/caps.py", '"""M."""\ndef cap(grade): return 60\n', "cap has no docstring"),
    ("school/homework/rules.py", '"""M."""\nclass Caps:\n    pass\n', "Caps has no docstring"),
    ("school/homework/reports/figures.py", '"""M."""\ndef table(): return 1\n', "table has no docstring"),
    ("school/homework/views.py", "import this\n", "begin the module with a sentence"),
    ("school/homework/utils.py", '"""M."""\n', "name it by its concern"),
    ("school/homework/service.py", '"""M."""\n' + "x = 1\n" * 400, "has 401 lines"),
    ("school/homework/service.py", '"""M."""\n# TODO: later\n', "finish it"),
    ("templates/a/b.html", "<p>\n" * 121, "has 121 lines"),
    ("templates/a/b.html", '<p style="x">', "inline style"),
    ("templates/a/b.html", "<style>p{}</style>", "inline style"),
    ("templates/a/b.html", "<script>x()</script>", "inline script"),
    ("templates/a/b.html", '<a onclick="x()">', "event handler"),
    ("templates/a/b.html", '<a href="javascript:x()">', "javascript: address"),
    ("templates/a/b.html", "{{ name | safe }}", "let Jinja escape it"),
    ("templates/a/b.html", '<script src="https://cdn.example/x.js"></script>', "another host"),
    ("templates/a/b.html", '<img src="//cdn.example/x.png" alt="">', "another host"),
    ("templates/a/b.html", "<p>敬请期待</p>", "finish it"),
    ("school/demo/names.xlsx", "x", "files .xlsx are not kept here"),
    ("static/a.png", "x", "files .png are not kept here"),
    ("static/css/a.css", "@import url(https://fonts.example/a.css);", "another host"),
    ("static/js/a.js", 'fetch("https://evil.example")', "another host"),
]


def test_every_file_keeps_to_the_conventions() -> None:
    paths = tracked_files(ROOT)
    assert len(paths) > 300
    assert problems(ROOT, paths) == []


@pytest.mark.parametrize(("name", "text", "complaint"), PLANTED)
def test_a_planted_breach_is_found(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    path = plant(tmp_path, name, text.encode())
    found = problems(tmp_path, [path])
    assert any(complaint in problem for problem in found), found


def test_what_is_not_text_is_found(tmp_path: Path) -> None:
    path = plant(tmp_path, "school/homework/data.csv", "年级".encode("gb18030"))
    assert problems(tmp_path, [path]) == [
        "school/homework/data.csv: is not text in UTF-8; keep binary files out of the repository"
    ]


def test_a_good_file_passes(tmp_path: Path) -> None:
    text = '"""Rules."""\n\n\ndef cap(grade: int) -> int:\n    """Minutes of a grade (HW-01)."""\n    return 60\n'
    assert problems(tmp_path, [plant(tmp_path, "school/homework/rules/caps.py", text.encode())]) == []
    page = '<a href="/x">一</a><script src="/static/js/a.js" defer></script><svg xmlns="http://www.w3.org/2000/svg"></svg>'
    assert problems(tmp_path, [plant(tmp_path, "templates/a/b.html", page.encode())]) == []


def plant(root: Path, name: str, content: bytes) -> Path:
    """A file of this content below a folder of the test's own."""
    path = root / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_every_template_is_named_like_its_package() -> None:
    packages = {path.parent.name for path in (ROOT / "school").glob("*/__init__.py")} | {"_layout", "_macros"}
    strays = [path for path in (ROOT / "templates").rglob("*.html") if path.parent.name not in packages | {"templates"}]
    assert strays == [], "templates/<package>/<view>.html"
