"""The step that makes less of what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from langchain_core.documents import BaseDocumentCompressor
from langchain_core.runnables import RunnableConfig

from rag.schema import Delta, Turn
from rag.steps.base import Step

__all__ = ["Compress"]


class Compress(Step):
    """The turn's passages as a compressor leaves them."""

    compressor: BaseDocumentCompressor

    def move(self, turn: Turn, config: RunnableConfig) -> Iterator[Delta | Turn]:
        """Compress; a turn without passages passes unchanged."""
        if turn.passages:
            kept = self.compressor.compress_documents(turn.passages, turn.search, config.get("callbacks"))
            turn = turn.with_passages(kept)
        yield turn

    async def amove(self, turn: Turn, config: RunnableConfig) -> AsyncIterator[Delta | Turn]:
        """Compress; a turn without passages passes unchanged."""
        if turn.passages:
            kept = await self.compressor.acompress_documents(turn.passages, turn.search, config.get("callbacks"))
            turn = turn.with_passages(kept)
        yield turn
