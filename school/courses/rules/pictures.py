"""Which pictures a course may have: what the bytes are decides, never the name."""

from school.errors import Refused

MOST_BYTES = 500_000


def picture_type(content: bytes) -> str:
    """The media type of a JPEG, PNG or WebP by its first bytes; raises `Refused` for anything else or more than 500 KB."""
    if len(content) > MOST_BYTES:
        raise Refused(f"图片不能超过 {MOST_BYTES // 1000} KB，请压缩后再传。", "picture")
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise Refused("图片只收 JPG、PNG 和 WebP。", "picture")
