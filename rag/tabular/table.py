"""A table: its columns, and where in a document's text each row stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from rag.tabular.cells import Flags, Moments, Numbers, dates_of, flags_of, is_missing, may_be_numbers, numbers_of

__all__ = ["Span", "Table", "is_sum"]

_NAME = re.compile(r"(?i)(?<![^\W_])(?:name|title)(?![^\W_])")
_SUMS = frozenset(
    f"{before}{word}"
    for before in ("", "grand ", "sub-", "sub")
    for word in ("total", "totals", "sum", "average", "mean", "median", "overall")
)
_LONGEST_SUM = 20
_NEARLY = 0.7
"""Share of different cells from which a column of names tells rows apart."""
_ATTRIBUTES = frozenset(
    ["", "feature", "features", "attribute", "property", "parameter", "specification", "spec", "criterion", "criteria"]
)
"""Names of a first column under which stands what each of the other columns' things has."""

Span = tuple[int, int]


class Table:
    """Rows of cells under columns that have names.

    Args:
        names: of the columns, as they are written.
        columns: the cells of each column, `[columns][rows]`; empty where a row has none.
        spans: where each row stands in the source's text; of a row read across columns, where its cells do.
        called: what the table is called: its file, sheet, heading.
        turned: whether rows and columns were exchanged.
    """

    def __init__(
        self,
        names: Sequence[str],
        columns: Sequence[Sequence[str]],
        spans: Sequence[Span],
        called: Sequence[str],
        *,
        turned: bool = False,
    ) -> None:
        self.names = tuple(names)
        self.columns = columns
        self.spans = spans
        self.called = tuple(called)
        self.turned = turned
        self._kinds: dict[tuple[str, int], Any] = {}

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def numbers(self, column: int) -> Numbers | None:
        """A column's numbers, where it holds nothing else."""
        found: Numbers | None = self._read("numbers", column, numbers_of)
        return found

    def dates(self, column: int) -> Moments | None:
        """A column's dates, where it holds nothing else."""
        found: Moments | None = self._read("dates", column, dates_of)
        return found

    def flags(self, column: int) -> Flags | None:
        """A column's yes and no, where it holds nothing else."""
        found: Flags | None = self._read("flags", column, flags_of)
        return found

    def _read(self, kind: str, column: int, how: Any) -> Any:
        if (kind, column) not in self._kinds:
            self._kinds[kind, column] = how(self.columns[column])
        return self._kinds[kind, column]

    def unique(self, column: int) -> bool:
        """Whether every row has a value there, and no two the same."""
        cells = self.columns[column]
        return not any(map(is_missing, cells)) and len({cell.casefold() for cell in cells}) == len(cells)

    @cached_property
    def label(self) -> int | None:
        """The column that tells rows apart, by which they are named; None where there is none."""
        if self.turned:
            return 0
        named = [place for place, name in enumerate(self.names) if _NAME.search(name)]
        for place in named:
            if self._different(place) >= _NEARLY and self._is_text(place):
                return place
        able = (place for place, name in enumerate(self.names) if name or not place)
        return next((place for place in able if self.unique(place) and self._is_text(place)), None)

    def _is_text(self, column: int) -> bool:
        cells = self.columns[column]
        return not any(map(is_missing, cells)) and not may_be_numbers(cells) and self.dates(column) is None

    def _different(self, column: int) -> float:
        """The share of different cells."""
        return len(set(self.columns[column])) / max(1, len(self))

    @property
    def readings(self) -> tuple[Table, ...]:
        """The ways to read it: its rows, its columns, or both where its first column has no name to tell which."""
        across = self.across
        return (self,) if across is None else (across,) if self.names[0].strip() else (self, across)

    @cached_property
    def across(self) -> Table | None:
        """The same with rows and columns exchanged: of a table with a column for each plan, year or product."""
        if self.turned or len(self.names) < 3 or len(self) > 100 or not self.unique(0) or self.numbers(0) is not None:
            return None
        if any(not name for name in self.names[1:]) or self.names[0].strip().casefold() not in _ATTRIBUTES:
            return None
        names = [self.names[0] or "", *self.columns[0]]
        things = [place for place in range(1, len(self.names)) if not is_sum(self.names[place])]
        columns = [[self.names[place] for place in things]]
        columns += [[self.columns[place][row] for place in things] for row in range(len(self))]
        return Table(names, columns, self.spans, self.called, turned=True)


def is_sum(name: str) -> bool:
    """Whether a row or column is called as the total of others."""
    return len(name) < _LONGEST_SUM and name.strip(" :").casefold() in _SUMS
