"""The index: SQLite is the truth, memory-mapped views are derived from it."""

from rag.index.index import Index
from rag.index.lexical import Lexical
from rag.index.report import Failure, Plan, Progress, Report
from rag.index.snapshot import Snapshot
from rag.index.sparse import Sparse
from rag.index.tokens import TokenVectors
from rag.index.vectors import Vectors
from rag.index.view import Arrays, Hits, Passage, Rows, View, best

__all__ = [
    "Arrays",
    "Failure",
    "Hits",
    "Index",
    "Lexical",
    "Passage",
    "Plan",
    "Progress",
    "Report",
    "Rows",
    "Snapshot",
    "Sparse",
    "TokenVectors",
    "Vectors",
    "View",
    "best",
]
