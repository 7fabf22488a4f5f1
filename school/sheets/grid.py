"""The rows being read: a sparse-safe collector that refuses the moment a limit is passed."""

from school.errors import Refused
from school.sheets.limits import Limits


class Grid:
    """Collects cleaned, non-empty cells; empty ones cost nothing, however far out they lie."""

    def __init__(self, limits: Limits) -> None:
        self.rows: list[list[str]] = []
        self._limits = limits
        self._cells = 0
        self._chars = 0

    def put(self, row: int, column: int, text: str) -> None:
        """Place a text at zero-based `row` and `column`; raises Refused past any limit, before memory is taken."""
        if not text:
            return
        self._check(row, column, text)
        while len(self.rows) <= row:
            self.rows.append([])
        line = self.rows[row]
        if len(line) <= column:
            line.extend([""] * (column + 1 - len(line)))
        line[column] = text

    def at(self, row: int, column: int) -> str:
        """The text already placed there, or an empty text."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return ""
        return self.rows[row][column]

    def finish(self) -> list[list[str]]:
        """All rows at equal width; row i of the file is rows[i - 1], trailing empty rows and columns are gone."""
        width = max((len(line) for line in self.rows), default=0)
        for line in self.rows:
            line.extend([""] * (width - len(line)))
        return self.rows

    def _check(self, row: int, column: int, text: str) -> None:
        limits = self._limits
        if row >= limits.rows:
            raise Refused(f"表格超过 {limits.rows} 行（第 {row + 1} 行还有内容），请拆成几个文件再上传。")
        if column >= limits.columns:
            raise Refused(f"表格超过 {limits.columns} 列（第 {row + 1} 行第 {column + 1} 列还有内容），请删去多余的列再上传。")
        if len(text) > limits.cell_chars:
            raise too_long(row, column, limits)
        self._cells += 1
        self._chars += len(text)
        if self._cells > limits.cells:
            raise Refused(f"表格里有内容的单元格超过 {limits.cells} 个，请拆成几个文件或删去不用的列再上传。")
        if self._chars > limits.text_chars:
            raise Refused("表格里的文字太多，请拆成几个文件或删去不用的列再上传。")


def too_long(row: int, column: int, limits: Limits) -> Refused:
    """The refusal for one cell with more text than any field of a school register holds."""
    return Refused(
        f"第 {row + 1} 行第 {column + 1} 列的内容超过 {limits.cell_chars} 字，请检查该单元格（或引号是否成对）后再上传。"
    )
