"""The step that makes less of what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from langchain_core.documents import BaseDocumentCompressor
from langchain_core.runnables import RunnableConfig

from rag.encoders.vocabulary import ASIDE, said
from rag.kinds import Compressor
from rag.passages.left_out import left_out
from rag.schema import Delta, Turn
from rag.steps.base import Step

__all__ = ["Compress"]


class Compress(Step):
    """The turn's passages as a compressor leaves them."""

    compressor: BaseDocumentCompressor

    def detail(self, before: Turn, after: Turn) -> Mapping[str, Any]:
        """`prepared_tokens`: what was read and written once for all questions to make what is shown.

        `left_out`: the places in the sources that were there before and are no longer. `aside`: that it stood back,
        because it does not know the words. And what the compressor says.
        """
        gone = left_out(before.passages, after.passages)
        own = self.compressor.detail(before.passages, after.passages) if isinstance(self.compressor, Compressor) else {}
        return {**own, **_aside(before, after), **_prepared(before, after), **({"left_out": gone} if gone else {})}

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


def _aside(before: Turn, after: Turn) -> dict[str, str]:
    """Who stood back in this step."""
    noted = [turn.passages[0].metadata.get(ASIDE, {}) if turn.passages else {} for turn in (before, after)]
    new = {name: share for name, share in noted[1].items() if name not in noted[0]}
    return {ASIDE: said(new)} if new else {}


def _prepared(before: Turn, after: Turn) -> dict[str, int]:
    if any("prepared_tokens" in passage.metadata for passage in before.passages):
        return {}
    told = [passage.metadata.get("prepared_tokens") for passage in after.passages]
    prepared = [tokens for tokens in told if tokens is not None]
    return {"prepared_tokens": sum(prepared)} if prepared else {}
