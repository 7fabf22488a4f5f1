"""Which pictures a course may have: what the bytes are decides, never the name."""

from school.errors import Refused
from school.filetypes import FileType, check_file_type

MOST_BYTES = 500_000
PICTURES = frozenset({FileType.JPEG, FileType.PNG, FileType.WEBP})


def picture_type(content: bytes) -> str:
    """The media type of a JPEG, PNG or WebP by its bytes; raises `Refused` for anything else or more than 500 KB."""
    if len(content) > MOST_BYTES:
        raise Refused(f"图片不能超过 {MOST_BYTES // 1000} KB，请压缩后再传。", "picture")
    return check_file_type(content, PICTURES, sentence="图片只收 JPG、PNG 和 WebP。", field="picture").value
