"""Retrieved text is data: passages that read like instructions to a model are marked, cut, or left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated, Any, Literal

from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from pydantic import Field

from rag.kinds import Compressor
from rag.passages.condensed import condensed, rewritten
from rag.passages.parts import source_of
from rag.safety.personal import Personal, personal
from rag.safety.rules import Finding, Rule, findings, load

__all__ = ["Guard"]

Trust = Literal["high", "normal", "low"]
_DOUBT = {"normal": 1.0, "low": 0.6}
"""What the threshold is multiplied by."""


class Guard(Compressor):
    """The passages without what in them speaks to the model instead of the reader (indirect prompt injection [1]).

    Rules with weights find sentences that would override instructions, steer the answer, ask for the prompt, carry data
    away or hide text; `rag/safety/rules.yaml` has them. What they find and miss is measured in docs/guard.md: it is a
    sieve, not a wall. The trace tells each suspicious passage with its reasons.

    [1] Greshake et al.: Not what you've signed up for (2023), arXiv 2302.12173.
    """

    policy: Literal["mark", "strip", "drop", "refuse"] = "strip"
    """`mark`: the passage stays, its metadata says `suspicious` and `chat` tells the model. `strip`: the sentences go.
    `drop`: the passage goes. `refuse`: one suspicious passage and none is given on, so that the question stays
    unanswered."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Score from which a sentence is suspicious."""
    trust: Mapping[str, Trust] = Field(default_factory=dict)
    """Patterns of sources (`handbook/*`, `https://wiki.example.org/*`) and how far each is trusted; the first that fits
    counts. `high` is not looked at, `low` is suspicious from 0.6 of `threshold`."""
    mask: tuple[Personal, ...] = ()
    """Personal data that becomes `[email]`, `[phone]`, `[card]`, `[iban]` in what a model is shown, in every source.
    Numbers of cards and accounts count only with valid check digits. Citations quote the source as it is."""
    presidio: tuple[str, ...] = ()
    """Further kinds, by presidio's names (`US_SSN`, `IP_ADDRESS`, `CRYPTO`, `PERSON` ...), masked likewise. Needs the
    extra `presidio`; `mask` is looked for first."""
    presidio_model: str | None = None
    """A model of spaCy on this machine, for names and places."""
    presidio_language: str = "en"
    """Whose recognisers look."""
    presidio_score: Annotated[float, Field(ge=0, le=1)] = 0.4
    """Score from which a find of presidio's counts."""
    rules: str | None = None
    """A file of rules in place of the shipped ones."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages that may be shown, in the order given."""
        kept: list[Document] = []
        for passage in documents:
            found = self.suspicions(passage)
            if found and self.policy == "refuse":
                return []
            if found and self.policy == "drop":
                continue
            if found and self.policy == "strip":
                passage = self._stripped(passage, found)  # noqa: PLW2901
                if not passage.page_content.strip():
                    continue
            elif found:
                passage = _marked(passage, found)  # noqa: PLW2901
            kept.append(self._masked(passage))
        return kept

    def detail(self, before: Sequence[Document], after: Sequence[Document]) -> Mapping[str, Any]:
        """Which passages were suspicious and why, and how much was masked."""
        told = [
            {"passage": passage.id, "source": source_of(passage), "score": _score(found), "reasons": _reasons(found)}
            for passage in before
            if (found := self.suspicions(passage))
        ]
        masked = sum(len(self._personal(passage.page_content)) for passage in before)
        return {
            **({"policy": self.policy, "suspicious": told} if told else {}),
            **({"refused": True} if told and self.policy == "refuse" else {}),
            **({"masked": masked} if masked else {}),
        }

    def suspicions(self, passage: Document) -> list[Finding]:
        """The suspicious sentences of a passage, spans in its `page_content`; its title, which models see, has none."""
        return [*self._titled(passage), *self._found(passage, passage.page_content)]

    def _titled(self, passage: Document) -> list[Finding]:
        found = self._found(passage, str(passage.metadata.get("title") or ""))
        return [Finding(0, 0, one.score, ("title", *one.reasons)) for one in found]

    def _found(self, passage: Document, text: str) -> list[Finding]:
        trust = self._trusted(source_of(passage))
        if trust == "high":
            return []
        line = self.threshold * _DOUBT[trust]
        return [found for found in findings(text, self._rules) if found.score >= line]

    def _stripped(self, passage: Document, found: Sequence[Finding]) -> Document:
        if self._titled(passage):
            metadata = {key: value for key, value in passage.metadata.items() if key != "title"}
            passage = Document(passage.page_content, id=passage.id, metadata=metadata)
        return condensed(passage, _rest(passage.page_content, [one for one in found if one.end]))

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        return load(self.rules)

    def _trusted(self, source: str) -> Trust:
        return next((trust for pattern, trust in self.trust.items() if fnmatchcase(source, pattern)), "normal")

    def _masked(self, passage: Document) -> Document:
        text = passage.page_content
        found = self._personal(text)
        if not found:
            return passage
        pieces: list[tuple[str, int, int]] = []
        done = 0
        for kind, start, end in found:
            pieces += [(text[done:start], done, start), (f"[{kind}]", start, end)]
            done = end
        pieces.append((text[done:], done, len(text)))
        return rewritten(passage, [piece for piece in pieces if piece[0]])

    def _personal(self, text: str) -> list[tuple[str, int, int]]:
        """Kind, start and end of what is masked, in order and apart."""
        found: list[tuple[str, int, int]] = [*personal(text, self.mask)] if self.mask else []
        if self.presidio:
            from rag.safety.presidio import entities

            told = {"model": self.presidio_model, "language": self.presidio_language, "least": self.presidio_score}
            more = entities(text, self.presidio, **told)  # type: ignore[arg-type]
            found += [one for one in more if all(one[2] <= start or end <= one[1] for _, start, end in found)]
        return sorted(found, key=lambda one: one[1])


def _rest(text: str, found: Sequence[Finding]) -> list[tuple[int, int]]:
    """What stays of a text without the suspicious sentences."""
    kept, done = [], 0
    for one in found:
        kept.append((done, one.start))
        done = one.end + len(text[one.end :]) - len(text[one.end :].lstrip(" "))
    return [(start, end) for start, end in (*kept, (done, len(text))) if text[start:end].strip()]


def _marked(passage: Document, found: Sequence[Finding]) -> Document:
    told = {"score": _score(found), "reasons": _reasons(found)}
    return Document(passage.page_content, id=passage.id, metadata={**passage.metadata, "suspicious": told})


def _score(found: Sequence[Finding]) -> float:
    return max(one.score for one in found)


def _reasons(found: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(reason for one in found for reason in one.reasons))
