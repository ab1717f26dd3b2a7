"""Translates a text with the terms that its field asks for (CRAT)."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from rag.asking.searching import search
from rag.errors import IndexMissing
from rag.kinds import Agent, TermFinder, default_encoder
from rag.llms.in_process import InProcess
from rag.schema import Answer, Turn
from rag.segmenters.sentences import sentences
from rag.translation.calls import Calls
from rag.translation.checks import Sides
from rag.translation.glossary import Entry, Glossary
from rag.translation.graph import Node, pairs_of
from rag.translation.languages import code_of
from rag.translation.portions import Portion, portions
from rag.translation.prompts import Prompts, load_prompts
from rag.translation.reading import read_glossary
from rag.translation.research import Find, Research
from rag.translation.sheet import sheet
from rag.translation.translating import Translated, Translating
from rag.translation.wording import Wording


class Translator(Agent):
    """The question is a text; the answer is its translation [1].

    Four agents, each of which can be turned off: one finds the terms that a translator would have to look up, beside
    those of the glossary; one gathers what text, glossary, index and model know of them, and how they could be
    translated; one judges which of these translations leave the passage's meaning as it is; one translates, portion by
    portion, always with the translations that hold. Each portion is then checked (terms, numbers, code, addresses,
    placeholders, Markdown) and put right once.

    Without a chat model terms are found by counting, and the encoder judges by how near each sense lies to the passage
    beside the others. Nothing can be translated then: the answer is the list of terms with the translations that hold,
    cited, and says so.

    The trace has the graph: each term with its facts, what was found of each candidate, and what was chosen.

    [1] Chen et al.: CRAT, A Multi-Agent Framework for Causality-Enhanced Reflective and Retrieval-Augmented Translation
        with Large Language Models (2024), arXiv 2410.21067.
    """

    source_language: str = "en"
    """A code or an English name: `en`, `de-AT`, `Czech`."""
    target_language: str = "de"
    """Likewise."""
    glossary: str = ""
    """A file (.csv, .tsv, .jsonl, .tbx) or a folder of such files: term, translation, and where wanted note, domain,
    case. Its terms are always looked for."""
    terms: dict[str, str] = Field(default_factory=dict)
    """More of them: term to translation. They come before the glossary's."""
    retrieve: BaseRetriever | None = None
    """Asked for each term that the glossary does not have. Where no index was built it is left out."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Compares senses with the passage."""
    llm: BaseChatModel | None = None
    """Finds, knows, judges, and translates unless there is a `translator`."""
    translator: BaseChatModel | None = None
    """Translates: a chat model, or `{use: local, model: ...}` with a translation model."""
    prompted: Literal["auto", "instructions", "text"] = "auto"
    """What the translator is given: instructions with the terms, or sentences alone, as translation models want them;
    `auto` is `text` for a `local` encoder-decoder without a chat template."""
    prefix: str = ""
    """What stands before each sentence that is given alone: `translate English to German: ` for T5."""
    detect: Literal["auto", "llm", "counts", "none"] = "auto"
    """Who finds terms; `auto` is `llm` where there is one, and `none` leaves it at the glossary's."""
    finder: TermFinder | None = None
    """Says which phrases are terms where they are counted: `{use: semre-rank, min_frequency: 1}`; what that counts,
    without ranking again, where none is given."""
    graph: bool = True
    """Whether text, index and model are asked what they know of the terms."""
    judge: Literal["auto", "llm", "encoder", "none"] = "auto"
    """Who judges; `auto` is `llm` where there is one, and `none` takes the first translation of each term."""
    translate: bool = True
    """False for the terms alone."""
    trusted: bool = False
    """Whether a term's only translation in the glossary is taken without asking a model."""
    max_terms: PositiveInt = 30
    """Terms beside the glossary's, and terms that a chat model judges; the encoder judges the rest."""
    margin: Annotated[float, Field(ge=0, le=2)] = 0.0
    """How much further from the passage than the nearest a sense may lie, as cosine, for the glossary's order to
    decide."""
    reflections: NonNegativeInt = 1
    """How often another translation is asked for where none holds."""
    repairs: NonNegativeInt = 1
    """How often a portion is put right at most."""
    portion: PositiveInt = 3_000
    """Characters that are translated at once; cut at ends of sentences."""
    memory: NonNegativeInt = 600
    """Characters of what was translated before that the translator is shown."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones: `rag/translation/prompts.yaml` explains its keys."""

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        if code_of(self.source_language) == code_of(self.target_language):
            raise ValueError(f"source_language and target_language are both {self.source_language!r}")
        for name in ("detect", "judge"):
            if getattr(self, name) == "llm" and self.llm is None:
                raise ValueError(f"{name}: llm needs a chat model: give `llm`, at the root or here")
        return self

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with its translation, or with the list of terms where nothing can translate."""
        text = turn.question
        writer = (self.translator or self.llm) if self.translate else None
        instructed = writer is not None and self._instructed(writer)
        cut = portions(text, self.portion)
        calls = Calls(config, kept=_needed(text, cut, instructed) if writer is not None else 0)
        nodes, used = self._researched(turn, calls, config)
        found = turn.with_(passages=tuple(used))
        if writer is None:
            reason = "only the terms were asked for." if not self.translate else _NO_MODEL
            return self._listed(found, nodes, calls, reason)
        work = Translating(
            writer,
            self._languages,
            self._sides,
            self._prompts,
            calls,
            instructed,
            self.prefix,
            self.memory,
            self.repairs,
        )
        open_terms = [node.term for node in nodes if node.chosen is None]
        made = work.document(text, cut, pairs_of(nodes), open_terms)
        if made.stopped and not made.text.strip():
            return self._listed(found, nodes, calls, f"{made.stopped}.")
        return self._answered(found, nodes, calls, made)

    @cached_property
    def _prompts(self) -> Prompts:
        return load_prompts(self.prompts)

    @property
    def _languages(self) -> tuple[str, str]:
        return self.source_language, self.target_language

    @cached_property
    def _sides(self) -> Sides:
        return Sides(*map(Wording, self._languages))

    @cached_property
    def _glossary(self) -> Glossary:
        entries = [Entry(term, translation) for term, translation in self.terms.items()]
        if self.glossary:
            entries += read_glossary(Path(self.glossary).expanduser(), *self._languages)
        return Glossary(entries, self._sides.source)

    def _researched(self, turn: Turn, calls: Calls, config: RunnableConfig | None) -> tuple[list[Node], list[Document]]:
        """The terms of the text, each with the translation that holds, and the passages that say something of them."""
        research = Research(
            self._languages, self._sides, self._glossary, self.encoder, self._prompts, calls,
            self.finder, self.max_terms, self.margin, self.reflections, self.trusted,
        )  # fmt: skip
        text = turn.question
        used: list[Document] = []
        reader = self.llm if self.detect in ("auto", "llm") else None
        nodes = research.terms(text, reader, detect=self.detect != "none")
        if self.graph:
            nodes, used = research.graph(text, nodes, self._find(turn, config), self.llm)
        if self.judge == "none":
            return [node.with_(chosen=next(iter(node.candidates), None)) for node in nodes], used
        judge = self.llm if self.judge in ("auto", "llm") else None
        contested = sorted((node for node in nodes if node.candidates), key=lambda node: -len(node.candidates))
        asked = {node.term for node in contested[: self.max_terms]}
        return [research.judged(text, node, judge if node.term in asked else None) for node in nodes], used

    def _find(self, turn: Turn, config: RunnableConfig | None) -> Find | None:
        """Searches for a term, as long as there is an index."""
        retriever = self.retrieve
        if retriever is None:
            return None
        missing = False

        def find(term: str) -> list[Document]:
            nonlocal missing
            if missing:
                return []
            try:
                return search(retriever, [term], turn.filter, config)[0]
            except IndexMissing:
                missing = True
                return []

        return find

    def _instructed(self, writer: BaseChatModel) -> bool:
        """Whether a translator follows instructions."""
        if self.prompted != "auto" or not isinstance(writer, InProcess):
            return self.prompted != "text"
        model = writer.checkpoints[0]
        return not model.two_sided or bool(getattr(model.tokenizer, "chat_template", None))

    def _listed(self, turn: Turn, nodes: list[Node], calls: Calls, reason: str) -> Turn:
        """The turn with the list of terms."""
        text, citations = sheet(nodes, self._languages, reason)
        answer = Answer(text, citations=citations, abstained=self.translate)
        return turn.with_(answer=answer, usage=turn.usage + calls.usage, notes=self._notes(nodes, calls))

    def _answered(self, turn: Turn, nodes: list[Node], calls: Calls, made: Translated) -> Turn:
        text = made.text
        notes = self._notes(nodes, calls)
        if made.stopped:
            text = f"{text.rstrip()}\n\n[Not translated from here on: {made.stopped}]"
            notes |= {"stopped": made.stopped, "reached": made.reached}
        if made.problems:
            notes["problems"] = [f"character {start}: {problem.told}" for start, problem in made.problems]
        if made.repaired:
            notes["repaired"] = made.repaired
        return turn.with_(answer=Answer(text), usage=turn.usage + calls.usage, notes=notes)

    def _notes(self, nodes: list[Node], calls: Calls) -> dict[str, Any]:
        notes: dict[str, Any] = {
            "terms": len(nodes),
            "validated": sum(node.chosen is not None for node in nodes),
            "calls": calls.made,
            "graph": [node.told() for node in nodes],
        }
        return {**notes, **({"fallback": calls.failures} if calls.failures else {})}


_NO_MODEL = (
    "no translator is configured. Give a chat model as `llm` at the root, or a `translator` (docs: presets/crat). Its "
    "terms are listed below."
)


def _needed(text: str, cut: list[Portion], instructed: bool) -> int:
    """Calls that the translation itself takes."""
    own = [portion for portion in cut if not portion.copied]
    return len(own) if instructed else sum(len(sentences(text[portion.start : portion.end])) for portion in own)
