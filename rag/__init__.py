"""Retrieval-augmented generation pipelines from one YAML file.

from rag import Pipeline
pipeline = Pipeline.preset("default", index=".rag/handbook")
pipeline.index(["handbook/"])
print(pipeline.invoke("Who approves travel?").text)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.index import Index
    from rag.pipeline import Pipeline
    from rag.schema import Answer, Citation, Delta, Document, Turn, Usage

__version__ = "0.1.0"

_PLACES = {
    "Pipeline": "rag.pipeline",
    "Index": "rag.index",
    **dict.fromkeys(("Answer", "Citation", "Delta", "Document", "Turn", "Usage"), "rag.schema"),
}

__all__ = ["Answer", "Citation", "Delta", "Document", "Index", "Pipeline", "Turn", "Usage", "__version__"]


def __dir__() -> list[str]:
    """What is completed after `rag.`, before it was imported too."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """Imported on first use: `import rag` alone costs nothing."""
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
