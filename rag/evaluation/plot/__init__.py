"""Pictures without a plotting library: scales, a panel with its grid, marks, and the SVG around them.

Whatever draws one, as `rag tune` and `rag bench` do, brings points and titles; nothing here knows what they mean.
"""

from rag.evaluation.plot.panel import Panel
from rag.evaluation.plot.scale import Linear, Logarithmic, Scale
from rag.evaluation.plot.svg import circle, document, ring, shape, square, text

__all__ = ["Linear", "Logarithmic", "Panel", "Scale", "circle", "document", "ring", "shape", "square", "text"]
