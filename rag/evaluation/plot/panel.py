"""The frame of one plot: two scales, grid lines, round numbers and titles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.evaluation.plot.scale import Linear, Logarithmic, Scale
from rag.evaluation.plot.svg import text

__all__ = ["Panel"]


@dataclass(frozen=True)
class Panel:
    """Two scales in a rectangle of `width` by `height` pixels."""

    x: Scale
    y: Scale
    across: str
    """Title of the horizontal scale, below it."""
    up: str
    """Title of the vertical scale, above it."""
    width: float = 420
    height: float = 340

    LEFT, RIGHT, TOP, BOTTOM = 66, 16, 34, 46
    """Margins, in pixels."""

    @classmethod
    def over(  # noqa: PLR0913  # two scales of two settings each
        cls,
        xs: Sequence[float],
        ys: Sequence[float],
        across: str,
        up: str,
        *,
        logarithmic: bool = False,
        width: float = 420,
        height: float = 340,
    ) -> Panel:
        """A panel that holds all the points; `logarithmic` is about the horizontal scale."""
        kind = Logarithmic if logarithmic else Linear
        x = kind(xs, cls.LEFT, width - cls.RIGHT)
        return cls(x, Linear(ys, height - cls.BOTTOM, cls.TOP), across, up, width, height)

    def frame(self) -> Iterator[str]:
        """Everything but the points."""
        right, bottom = self.width - self.RIGHT, self.height - self.BOTTOM
        for value in self.x.ticks:
            at = self.x.place(value)
            yield f'<line x1="{at:.1f}" y1="{self.TOP}" x2="{at:.1f}" y2="{bottom}" stroke="#e6e6e6"/>'
            yield text(at, bottom + 16, f"{value:,.6g}", "middle", "#555")
        for value in self.y.ticks:
            at = self.y.place(value)
            yield f'<line x1="{self.LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}" stroke="#e6e6e6"/>'
            yield text(self.LEFT - 6, at + 4, f"{value:,.6g}", "end", "#555")
        yield text((self.LEFT + right) / 2, self.height - 10, self.across, "middle")
        yield text(self.LEFT, 18, self.up)
