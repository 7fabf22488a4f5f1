"""Files of a session: which kinds, how large, how many."""

from school.errors import Refused
from school.filetypes import FileType, check_file_type

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 10
TAKEN = frozenset(FileType) - {FileType.WEBP}


def check_material(content: bytes) -> FileType:
    """The kind of a file by its bytes; raises `Refused` for one that is empty, too large or of a kind we do not take."""
    if not content:
        raise Refused("这个文件是空的，请重新选择。", "files")
    if len(content) > MOST_BYTES:
        raise Refused("每个文件不能超过 10 MB，请压缩后再传。", "files")
    sentence = "只收 PDF、docx、pptx、xlsx、JPG、PNG 和 MP3，内容要和扩展名一致，文档不能带宏。"
    return check_file_type(content, TAKEN, sentence=sentence, field="files")


def check_count(present: int, new: int) -> None:
    """Raise `Refused` when nothing was chosen or a session would have more files than ten."""
    if not new:
        raise Refused("请选择文件。", "files")
    if present + new > MOST_FILES:
        raise Refused(f"一个活动最多 {MOST_FILES} 个文件，已有 {present} 个。", "files")
