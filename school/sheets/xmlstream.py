"""XML read as a stream of events, with a guard against everything that makes a parser's memory or time grow."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from school.errors import Refused
from school.sheets.archive import damaged
from school.sheets.limits import MEBIBYTE, Limits

_MAX_DEPTH = 64
_MAX_NAMES = 5_000
_MAX_TOKEN_BYTES = MEBIBYTE

OnStart = Callable[[str, dict[str, str]], None]
OnEnd = Callable[[str], None]
OnText = Callable[[str], None]


def parse_xml(pieces: Iterable[bytes], limits: Limits, *, on_start: OnStart, on_end: OnEnd, on_text: OnText) -> None:
    """Feed the pieces to expat; element names come without prefix. Raises Refused on DOCTYPE, damage or excess."""
    names: dict[str, str] = {}
    parser = expat.ParserCreate(intern=names)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    depth = seen = fed = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, seen
        depth += 1
        seen += 1
        if depth > _MAX_DEPTH or seen > limits.xml_elements:
            raise Refused("表格内部结构异常复杂，不能读取；请把需要的内容复制到新的工作簿再上传。")
        on_start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        on_end(name.rpartition(":")[2])

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = on_text
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            fed += len(piece)
            # expat rescans an unfinished token with every piece, and keeps each new name for ever.
            if fed - parser.CurrentByteIndex > _MAX_TOKEN_BYTES or len(names) > _MAX_NAMES:
                raise damaged()
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as broken:
        raise damaged() from broken


def _refuse_doctype(*_declaration: object) -> None:
    raise Refused("文件里含有不允许的 DOCTYPE 声明，不能读取；请在 Excel 中另存为新的 .xlsx 后再上传。")
