"""XML read as a stream of events, with a guard against everything that makes a parser's memory or time grow."""

from collections.abc import Callable
from xml.parsers import expat

from school.errors import Refused
from school.sheets.archive import Archive, damaged
from school.sheets.limits import MEBIBYTE

_MAX_DEPTH = 64
_MAX_NAMES = 5_000
_MAX_TOKEN_BYTES = MEBIBYTE

OnStart = Callable[[str, dict[str, str]], None]
OnEnd = Callable[[str], None]
OnText = Callable[[str], None]


def _ignore(_event: str) -> None:
    """Nothing to do."""


def parse_xml(archive: Archive, part: str, *, on_start: OnStart, on_end: OnEnd = _ignore, on_text: OnText = _ignore) -> None:
    """Feed one part to expat; element names come without prefix. Raises Refused on DOCTYPE, damage or excess."""
    names: dict[str, str] = {}
    parser = expat.ParserCreate(intern=names)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    depth = fed = 0
    left = archive.elements_left

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, left
        depth += 1
        left -= 1
        if depth > _MAX_DEPTH or left < 0:
            raise Refused("表格内部结构异常复杂，不能读取；请把需要的内容复制到新的工作簿再上传。")
        on_start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        on_end(name.rpartition(":")[2] if ":" in name else name)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = on_text
    try:
        for piece in archive.stream(part):
            parser.Parse(piece, False)
            fed += len(piece)
            # expat rescans an unfinished token with every piece, and keeps each new name for ever.
            if fed - parser.CurrentByteIndex > _MAX_TOKEN_BYTES or len(names) > _MAX_NAMES:
                raise damaged()
        parser.Parse(b"", True)
        archive.elements_left = left
    except (expat.ExpatError, ValueError, LookupError) as broken:
        raise damaged() from broken


def _refuse_doctype(*_declaration: object) -> None:
    raise Refused("文件里含有不允许的 DOCTYPE 声明，不能读取；请在 Excel 中另存为新的 .xlsx 后再上传。")
