"""Questions without a language model, by rules; each says in its `method` by which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rag.evaluation.synthesis.askable import askable, is_prose
from rag.evaluation.synthesis.cloze import cloze
from rag.evaluation.synthesis.corpus import Corpus
from rag.evaluation.synthesis.draft import Draft
from rag.evaluation.synthesis.headings import headings
from rag.evaluation.synthesis.patterns import patterns
from rag.evaluation.synthesis.vocabulary import Vocabulary
from rag.evaluation.synthesis.windows import Window

__all__ = ["Extractor"]


class Extractor:
    """Makes drafts from windows: the same for the same documents and seed.

    Args:
        corpus: the documents.
        windows: in the order in which they are to be taken.
    """

    def __init__(self, corpus: Corpus, windows: Sequence[Window]) -> None:
        prose = {document.metadata["source"] for document in corpus.documents if is_prose(document)}
        self.windows = [window for window in windows if window.source in prose]
        self.words = Vocabulary.of(window.text for window in self.windows)
        self.used = Counter[str]()
        """Accepted questions by kind: cloze, heading, pattern."""
        self._sections = self._by_window(corpus)

    def drafts(self) -> Iterator[Draft]:
        """One draft of each window in turn, then the next one of each, until none is left.

        Of a window's drafts comes first the kind that was used least; `accepted` tells what was used.
        """
        left = {window.id: self._of(window) for window in self.windows}
        while any(any(kinds.values()) for kinds in left.values()):
            for window in self.windows:
                kinds = {kind: drafts for kind, drafts in left[window.id].items() if drafts}
                if kinds:
                    kind = min(kinds, key=lambda name: (self.used[name], _KINDS.index(name)))
                    yield kinds[kind].pop(0)

    def accepted(self, method: str) -> None:
        """A draft has become a question."""
        self.used[_kind(method)] += 1

    def _of(self, window: Window) -> dict[str, list[Draft]]:
        """The drafts of a window by kind. A sentence is asked about once, by the first rule that fits."""
        found: dict[str, list[Draft]] = {kind: [] for kind in _KINDS}
        found["heading"] = list(self._sections.get(window.id, ()))
        for sentence in askable(window):
            span = (sentence.start, sentence.end)
            asked = patterns(sentence, self.words)
            if asked:
                method, question, answer = asked[0]
                found["pattern"].append(Draft(question, answer, window.source, (span,), method))
            elif filled := cloze(sentence, self.words):
                found["cloze"].append(Draft(*filled, window.source, (span,), "cloze"))
        return found

    def _by_window(self, corpus: Corpus) -> Mapping[str, list[Draft]]:
        """Each section's draft with the window in which the section begins."""
        of: dict[str, list[Window]] = {}
        for window in self.windows:
            of.setdefault(window.source, []).append(window)
        found: dict[str, list[Draft]] = {}
        for document in corpus.documents:
            mine = of.get(document.metadata["source"], [])
            for draft in headings(document) if mine else ():
                begin = draft.spans[0][0]
                holder = next((window for window in mine if window.start <= begin < window.end), mine[0])
                found.setdefault(holder.id, []).append(draft)
        return found


_KINDS = ("pattern", "heading", "cloze")


def _kind(method: str) -> str:
    return method if method in _KINDS else "pattern"
