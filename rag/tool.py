"""A pipeline as LangChain's programs take it: a tool of its agents, a retriever of its chains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import StructuredTool

from rag.kinds import Retriever
from rag.schema import Answer  # read at run time, for the tool's schema

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

__all__ = ["Passages", "tool_of"]

_NAME, _DESCRIPTION = (
    "documents",
    "Answers a question from the indexed documents, with the places that the answer rests on.",
)


def tool_of(pipeline: Pipeline, name: str | None = None, description: str | None = None) -> StructuredTool:
    """A tool whose one argument is the question; what it gives is the `Answer`, whose text a model reads.

    langchain-core's own conversion takes no bare string, which `tool.invoke("...")` gives it.
    """

    def ask(question: str, config: RunnableConfig) -> Answer:
        return pipeline.invoke(question, config)

    async def aask(question: str, config: RunnableConfig) -> Answer:
        return await pipeline.ainvoke(question, config)

    return StructuredTool.from_function(ask, aask, name=name or _NAME, description=description or _DESCRIPTION)


class Passages(Retriever):
    """The passages that a pipeline leaves, best first; `invoke(question, filter=...)` narrows by metadata."""

    pipeline: Any
    """Without generators."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        config = RunnableConfig(callbacks=run_manager.get_child())
        return list(self.pipeline.invoke(query, config, filter=filter).passages)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        config = RunnableConfig(callbacks=run_manager.get_child())
        return list((await self.pipeline.ainvoke(query, config, filter=filter)).passages)
