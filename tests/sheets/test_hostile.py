"""Every hostile file gets a sentence within 3 seconds and 200 MB, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sheets.hostile import files

ROOT = Path(__file__).parents[2]
SECONDS = 3
MEGABYTES = 200
# Within every limit, only unpleasant: it is read, at the same price.
WELCOME = {"csv-wide-text"}
FILES = files()
# What some of the sentences must name.
SENTENCES = {
    "many-names": "不完整或已损坏",
    "csv-one-line": "第 1 行过长",
    "html-many-tags": "网页结构异常",
    "zero-bytes": "文件是空的",
    "png-as-xlsx": "其实是图片",
    "legacy-xls": "另存为 .xlsx",
    "password-xlsx": "打开密码",
    "encrypted-zip-entry": "设了密码",
    "truncated-zip": "不完整或已损坏",
    "nested-zip": "不是 Excel 表格",
    "path-traversal": "路径不正常",
    "many-entries": "文件数量异常",
    "billion-laughs": "DOCTYPE",
    "far-cell": "第 1048576 行还有内容",
    "far-column": "第 16384 列还有内容",
    "csv-long-cell": "第 2 行第 1 列的内容超过 2000 字",
    "html-wide-span": "超过 200 列",
    "html-without-table": "里面没有表格",
    "utf8-broken": "第 51 行有损坏的文字",
    "name": "words",
}


def outcome(tmp_path: Path, name: str, *flags: str) -> dict[str, object]:
    path = tmp_path / "file"
    path.write_bytes(FILES[name]())
    command = [sys.executable, "-m", "tests.sheets.hostile", str(path), *flags]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_gets_a_sentence_cheaply(name: str, tmp_path: Path) -> None:
    seen = outcome(tmp_path, name)
    assert seen["seconds"] < SECONDS, seen
    assert seen["megabytes"] < MEGABYTES, seen
    assert (seen["refusal"] is None) == (name in WELCOME), seen
    assert name in WELCOME or str(seen["refusal"]).endswith("。"), seen
    assert SENTENCES.get(name, "") in str(seen["refusal"])


DEEP = [
    "many-rows",
    "many-cells",
    "many-blank-cells",
    "many-blank-sheets",
    "deep-nesting",
    "many-names",
    "huge-comment",
    "huge-attribute",
    "huge-cell",
    "bomb-shared-strings",
    "bomb-long-strings",
    "many-styles",
]


@pytest.mark.parametrize("name", DEEP)
def test_each_guard_holds_without_the_ratio_check_in_front_of_it(name: str, tmp_path: Path) -> None:
    seen = outcome(tmp_path, name, "--without-ratio")
    assert seen["seconds"] < SECONDS, seen
    assert seen["megabytes"] < MEGABYTES, seen
    assert seen["refusal"], seen
