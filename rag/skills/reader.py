"""Reader: where in some passages the answer to a question stands, and whether it stands there at all [1, 2].

[1] Devlin et al.: BERT (2019), section 4.3. [2] Clark, Gardner: Simple and Effective Multi-Paragraph Reading
Comprehension (2018), section 4: scores of one scale over all passages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rag.skills.cross import CrossSkill, Judgement, Token
from rag.skills.cross_rows import TOGETHER
from rag.skills.edges import whole
from rag.skills.laid import Laid, lay_out
from rag.skills.spans import Candidate, Span, apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Candidate", "Reader", "Span", "likeliest"]

LONGEST_ANSWER = 30
"""Tokens of an answer at most."""
FROM_EACH = 4
"""Spans of a window that are looked at."""
LOOKED_AT = 200
"""Where others are looked for beside the best: many of them are the same words with another beginning or end."""
RIVALS = 12
"""Spans that may be meant, at most."""


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
        spans = (self._span(candidate, passages, score) for candidate, score in self._weighed(found))
        return apart(spans, most), self._answerable(found)

    def unread(self, question: str, passages: Sequence[str], titles: Sequence[str] = ()) -> list[int]:
        """Of each passage the tokens that reading it would compute: 0 where it was read lately."""
        groups = [[place] for place in range(len(passages))]
        return self.unread_together(question, passages, titles, groups)

    def unread_together(
        self, question: str, passages: Sequence[str], titles: Sequence[str], groups: Sequence[Sequence[int]]
    ) -> list[int]:
        """The same of each group."""
        laid = list(lay_out(question, passages, titles, groups, longest=self.longest))
        sizes = [0] * len(groups)
        for one, known in zip(laid, self.model.remembers([one.row for one in laid]), strict=True):
            sizes[one.group] += 0 if known else len(one.row.ids)
        return sizes

    def read_all(
        self, asked: Sequence[tuple[str, Sequence[str], Sequence[str]]], *, most: int = 5
    ) -> list[tuple[list[Span], float]]:
        """`read` of several (question, passages, titles), computed together."""
        found = self.candidates(asked)
        return [self.weighed(some, passages, most=most) for (_, passages, _), some in zip(asked, found, strict=True)]

    def candidates(self, asked: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[list[Candidate]]:
        """The likeliest spans of each window, in no order."""
        laid = [(number, one) for number, some in enumerate(asked) for one in lay_out(*some)]
        results: list[list[Candidate]] = [[] for _ in asked]
        for (number, _), some in zip(laid, self._found([one for _, one in laid]), strict=True):
            results[number] += some
        return results

    def together(
        self, question: str, passages: Sequence[str], titles: Sequence[str], groups: Sequence[Sequence[int]]
    ) -> list[Candidate]:
        """The likeliest spans of passages that are read as one text: where an answer follows from several.

        Args:
            question: stand-alone.
            passages: where it is looked for.
            titles: of the passages; none at all where empty.
            groups: places of the passages of each text, in their order. No span reaches from one into another.
        """
        laid = list(lay_out(question, passages, titles, groups, longest=self.longest))
        return [one for some in self._found(laid) for one in some]

    def margins(
        self,
        question: str,
        passages: Sequence[str],
        titles: Sequence[str],
        pieces: Sequence[tuple[int, int, int]],
    ) -> NDArray[np.float32]:
        """How well pieces of passages, sentences perhaps, answer; free where the passages were just read.

        Args:
            question: stand-alone.
            passages: that the pieces are of.
            titles: of the passages; none at all where empty.
            pieces: passage, first character and the one after the last, of each.

        Returns:
            `[n]`: the highest logits of start and end in each piece, above those of "there is no answer here", in the
            window that shows most of it. NaN where it is beyond what is read of its passage.
        """
        laid = list(lay_out(question, passages, titles))
        said = self.model.read([one.row for one in laid])
        found = np.full(len(pieces), np.nan, np.float32)
        most = np.zeros(len(pieces), np.int64)
        for one, tokens in zip(laid, said.tokens, strict=True):
            body = tokens[one.row.begin : one.row.begin + one.row.size]
            none = tokens[0, Token.START] + tokens[0, Token.END]
            for place, (passage, start, end) in enumerate(pieces):
                if passage != one.group:
                    continue
                inside = body[(one.characters[:, 0] >= start) & (one.characters[:, 1] <= end)]
                if len(inside) > most[place]:
                    most[place] = len(inside)
                    found[place] = inside[:, Token.START].max() + inside[:, Token.END].max() - none
        return found

    def rivals(
        self, question: str, passages: Sequence[str], titles: Sequence[str], best: Span, within: float
    ) -> list[Span]:
        """What might be meant in place of the likeliest words; free where the passages were just read.

        Args:
            question: stand-alone.
            passages: that were read, each alone.
            titles: of the passages; none at all where empty.
            best: the likeliest words.
            within: by how much the log-odds of others may be less.

        Returns:
            The likeliest words first, then others of which none overlaps a better one.
        """
        spans = [best]
        laid = list(lay_out(question, passages, titles))
        said = self.model.read([one.row for one in laid])
        for one, judged, tokens in zip(laid, said.rows, said.tokens, strict=True):
            for span in self._of_row(one, judged, tokens, passages):
                if span.log_odds < best.log_odds - within:
                    break
                spans.append(span)
        return apart(sorted(spans, key=lambda span: -span.score), RIVALS)

    def _of_row(
        self, laid: Laid, judged: NDArray[np.float32], tokens: NDArray[np.float32], passages: Sequence[str]
    ) -> Iterator[Span]:
        """The likeliest spans of a row, of which none overlaps a better one."""
        taken = np.zeros(laid.row.size, bool)
        for first, last, margin in likeliest(laid, tokens, LOOKED_AT):
            if not taken[first : last + 1].any():
                taken[first : last + 1] = True
                one = _candidate(laid, judged, first, last, margin)
                yield self._span(one, passages, self._weighed([one])[0][1])

    @property
    def longest(self) -> int:
        """Tokens of a row at most: weights that were stored for shorter rows read shorter ones."""
        return min(TOGETHER, len(self.arrays["positions"]))

    def _found(self, laid: Sequence[Laid]) -> Iterator[list[Candidate]]:
        """The likeliest spans of each row."""
        said = self.model.read([one.row for one in laid])
        for one, judged, tokens in zip(laid, said.rows, said.tokens, strict=True):
            yield [_candidate(one, judged, *span) for span in likeliest(one, tokens)]

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
        passage = passages[candidate.passage]
        start, end = whole(passage, candidate.start, candidate.end)
        return Span(passage[start:end], candidate.passage, start, end, score)


def _columns(found: Sequence[Candidate]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Margins, ranks and answerable logits."""
    table = np.array([(one.margin, one.rank, one.answerable) for one in found], dtype=np.float32)
    return table[:, 0], table[:, 1], table[:, 2]


def _candidate(laid: Laid, judged: NDArray[np.float32], first: int, last: int, margin: float) -> Candidate:
    """The span from one token of a row to another."""
    start, end = int(laid.characters[first, 0]), int(laid.characters[last, 1])
    rank, answerable = float(judged[Judgement.RANK]), float(judged[Judgement.ANSWERABLE])
    return Candidate(int(laid.owners[first]), start, end, margin, rank, answerable)


def likeliest(laid: Laid, tokens: NDArray[np.float32], most: int = FROM_EACH) -> Iterator[tuple[int, int, float]]:
    """First and last token of the body, and the margin, of the likeliest spans of a row; of equals the first one.

    Args:
        laid: the row.
        tokens: logits of its tokens, `[tokens, 3]`, by `Token`.
        most: spans at most.
    """
    row = laid.row
    body = tokens[row.begin : row.begin + row.size]
    reach = min(LONGEST_ANSWER, row.size)
    if not reach:
        return
    ends = np.append(body[:, Token.END], np.full(reach - 1, -np.inf, np.float32))
    sums = body[:, Token.START, None] + sliding_window_view(ends, reach)  # [first, last - first]
    if laid.stretches.min() < laid.stretches.max():
        stretches = sliding_window_view(np.append(laid.stretches, np.full(reach - 1, -1)), reach)
        sums[stretches != laid.stretches[:, None]] = -np.inf
    if laid.owners.min() < laid.owners.max() or laid.owners[0] < 0:  # not all of one passage
        owners = sliding_window_view(np.append(laid.owners, np.full(reach - 1, -1)), reach)
        sums[(owners != laid.owners[:, None]) | (owners < 0)] = -np.inf
    flat = sums.ravel()
    least = np.partition(flat, -most)[-most] if len(flat) > most else -np.inf
    likely = np.flatnonzero((flat >= least) & np.isfinite(flat))
    none = tokens[0, Token.START] + tokens[0, Token.END]
    for place in likely[np.argsort(-flat[likely], kind="stable")][:most]:
        first, further = divmod(int(place), reach)
        yield first, first + further, float(flat[place] - none)
