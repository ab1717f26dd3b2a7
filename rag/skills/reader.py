"""Reader: where in some passages the answer to a question stands, and whether it stands there at all [1, 2].

[1] Devlin et al.: BERT (2019), section 4.3. [2] Clark, Gardner: Simple and Effective Multi-Paragraph Reading
Comprehension (2018), section 4: scores of one scale over all passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.tokenizer import default_tokenizer
from rag.skills.cross import CrossSkill, Judgement, Token
from rag.skills.cross_rows import LONGEST, Role, Row, windows
from rag.skills.relevance import LONGEST_PASSAGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Candidate", "Reader", "Span"]

LONGEST_ANSWER = 30
"""Tokens of an answer at most."""
FROM_EACH = 4
"""Spans of a window that are looked at."""


@dataclass(frozen=True, slots=True)
class Span:
    """An answer: `passages[passage][start:end]`."""

    text: str
    passage: int
    start: int
    """First character."""
    end: int
    """The one after the last."""
    score: float
    """Probability that it is the answer, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span before it is weighed."""

    passage: int
    start: int
    end: int
    margin: float
    """Logits of start and end above those of "there is no answer here"."""
    rank: float
    """Logit of its passage's relevance."""
    answerable: float
    """Logit that its passage answers."""


class Reader(CrossSkill):
    """Extracts answers. All passages are read in one call and their spans compared on one scale."""

    name = "reader"

    def read(
        self, question: str, passages: Sequence[str], titles: Sequence[str] = (), *, most: int = 5
    ) -> tuple[list[Span], float]:
        """The best answers, and how likely the passages answer the question at all.

        Args:
            question: stand-alone.
            passages: where it is looked for.
            titles: of the passages: read in front of them, never quoted. None at all where not given.
            most: spans at most; none overlaps a better one of its passage.

        Returns:
            Spans, best first, and a probability, 0 to 1.
        """
        return self.read_all([(question, passages, titles)], most=most)[0]

    def weighed(
        self, found: Sequence[Candidate], passages: Sequence[str], *, most: int = 5
    ) -> tuple[list[Span], float]:
        """`read` of candidates that were found before, in portions of the passages perhaps."""
        spans = [self._span(candidate, passages, score) for candidate, score in self._weighed(found)]
        return _apart(spans, most), self._answerable(found)

    def unread(self, question: str, passages: Sequence[str], titles: Sequence[str] = ()) -> list[int]:
        """Of each passage the tokens that reading it would compute: 0 where it was read lately."""
        rows, owners, _ = self._rows([(question, passages, titles)])
        sizes = [0] * len(passages)
        for row, (_, place), known in zip(rows, owners, self.model.remembers(rows), strict=True):
            sizes[place] += 0 if known else len(row.ids)
        return sizes

    def read_all(
        self, asked: Sequence[tuple[str, Sequence[str], Sequence[str]]], *, most: int = 5
    ) -> list[tuple[list[Span], float]]:
        """`read` of several (question, passages, titles), computed together."""
        found = self.candidates(asked)
        return [self.weighed(some, passages, most=most) for (_, passages, _), some in zip(asked, found, strict=True)]

    def candidates(self, asked: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[list[Candidate]]:
        """The likeliest spans of each window, in no order."""
        rows, owners, offsets = self._rows(asked)
        said = self.model.read(rows)
        results: list[list[Candidate]] = [[] for _ in asked]
        for row, owner, judged, tokens in zip(rows, owners, said.rows, said.tokens, strict=True):
            for first, last, margin in _best(row, tokens):
                start, end = int(offsets[owner][first, 0]), int(offsets[owner][last, 1])
                rank, answerable = float(judged[Judgement.RANK]), float(judged[Judgement.ANSWERABLE])
                results[owner[0]].append(Candidate(owner[1], start, end, margin, rank, answerable))
        return results

    def _rows(
        self, asked: Sequence[tuple[str, Sequence[str], Sequence[str]]]
    ) -> tuple[list[Row], list[tuple[int, int]], dict[tuple[int, int], NDArray[np.int32]]]:
        """The windows of every passage, of which question and passage each is, and where passages' tokens stand."""
        engine = default_tokenizer().engine
        rows: list[Row] = []
        owners: list[tuple[int, int]] = []
        offsets: dict[tuple[int, int], NDArray[np.int32]] = {}
        for number, (question, passages, titles) in enumerate(asked):
            ids = default_tokenizer().ids([question], LONGEST[Role.QUESTION])[0]
            heads = default_tokenizer().ids(list(titles), LONGEST_PASSAGE) if titles else [[]] * len(passages)
            found = engine.encode_batch(list(passages), add_special_tokens=False)
            for place, (head, encoding) in enumerate(zip(heads, found, strict=True)):
                offsets[number, place] = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
                parts = [(Role.QUESTION, ids), (Role.PASSAGE, encoding.ids[:LONGEST_PASSAGE])]
                made = list(windows(parts, head=head))
                rows += made
                owners += [(number, place)] * len(made)
        return rows, owners, offsets

    def _weighed(self, found: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
        """Candidates and their probabilities, best first; between equals the earlier passage."""
        if not found:
            return []
        scores = self.model.probability("span", *_columns(found))
        order = sorted(range(len(found)), key=lambda place: (-scores[place], found[place].passage, found[place].start))
        return [(found[place], float(scores[place])) for place in order]

    def _answerable(self, found: Sequence[Candidate]) -> float:
        if not found:
            return 0.0
        margin, _, answerable = _columns(found)
        return float(self.model.probability("answerable", margin.max(keepdims=True), answerable.max(keepdims=True))[0])

    def _span(self, candidate: Candidate, passages: Sequence[str], score: float) -> Span:
        text = passages[candidate.passage][candidate.start : candidate.end]
        return Span(text, candidate.passage, candidate.start, candidate.end, score)


def _columns(found: Sequence[Candidate]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Margins, ranks and answerable logits."""
    table = np.array([(one.margin, one.rank, one.answerable) for one in found], dtype=np.float32)
    return table[:, 0], table[:, 1], table[:, 2]


def _best(row: Row, tokens: NDArray[np.float32]) -> Iterable[tuple[int, int, float]]:
    """First and last token in the passage, and the margin, of the likeliest spans of a window."""
    if not row.size:
        return
    body = tokens[row.begin : row.begin + row.size]
    sums = body[:, None, Token.START] + body[None, :, Token.END]
    places = np.arange(row.size)
    length = places[None, :] - places[:, None]
    sums = np.where((length >= 0) & (length < LONGEST_ANSWER), sums, -np.inf)
    none = tokens[0, Token.START] + tokens[0, Token.END]
    for place in np.argsort(-sums, axis=None, kind="stable")[:FROM_EACH]:
        first, last = divmod(int(place), row.size)
        if np.isfinite(sums[first, last]):
            yield row.skipped + first, row.skipped + last, float(sums[first, last] - none)


def _apart(spans: Iterable[Span], most: int) -> list[Span]:
    """The best spans of which none overlaps a better one."""
    kept: list[Span] = []
    for span in spans:
        if len(kept) == most:
            break
        if not any(
            span.passage == other.passage and span.start < other.end and other.start < span.end for other in kept
        ):
            kept.append(span)
    return kept
