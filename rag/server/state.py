"""What the routes share."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from rag.server.metrics import Metrics
from rag.server.models import Models
from rag.server.settings import Settings

if TYPE_CHECKING:
    from rag.server.indexing import Indexing
    from rag.server.kept import Kept
    from rag.server.uploads import Uploads
    from rag.server.work import Work

__all__ = ["State", "state_of"]


@dataclass
class State:
    """One running server."""

    settings: Settings
    models: Models
    metrics: Metrics
    work: Work
    uploads: Uploads
    indexing: Indexing
    kept: Kept

    def gone(self) -> Set[str]:
        """Uploads that were deleted and may still be in the index: no answer may rest on them."""
        return self.uploads.gone


def state_of(request: Request) -> State:
    """The server's state."""
    state: State = request.app.state.rag
    return state
