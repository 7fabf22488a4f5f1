"""Files of a session: the kind by the bytes, how large, how many."""

import pytest

from school.errors import Refused
from school.filetypes import FileType
from school.parentschool.models import SessionMaterial
from school.parentschool.rules.materials import MOST_BYTES, MOST_FILES, check_count, check_material
from tests.test_filetypes import KNOWN, NONE

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("kind", [one for one in FileType if one is not FileType.WEBP])
def test_what_families_can_open_is_taken(kind: FileType) -> None:
    assert check_material(KNOWN[kind]) is kind


@pytest.mark.parametrize("content", [*NONE.values(), SVG, KNOWN[FileType.WEBP], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old Word"])
def test_everything_else_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        check_material(content)
    assert caught.value.field == "files"


def test_a_file_is_up_to_ten_megabytes() -> None:
    head = KNOWN[FileType.PDF]
    full = head + b" " * (MOST_BYTES - len(head))
    assert check_material(full) is FileType.PDF
    with pytest.raises(Refused, match="不能超过 10 MB"):
        check_material(full + b" ")
    with pytest.raises(Refused, match="空的"):
        check_material(b"")


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 KB"), (1536, "2 KB"), (2**20 - 1, "1024 KB"), (2**20, "1.0 MB"), (MOST_BYTES, "10.0 MB")],
)
def test_how_large_a_file_is_in_words(size: int, words: str) -> None:
    assert SessionMaterial(size=size).size_in_words == words


def test_a_session_has_up_to_ten_files() -> None:
    check_count(MOST_FILES - 1, 1)
    for present, new, words in ((MOST_FILES - 1, 2, "已有 9 个"), (MOST_FILES, 1, "已有 10 个"), (0, 0, "请选择文件")):
        with pytest.raises(Refused, match=words):
            check_count(present, new)
