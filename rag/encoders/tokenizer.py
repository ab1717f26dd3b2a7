"""Tokens with exact character offsets, by any `tokenizers` tokenizer; the embedded encoder's own is the default.

Whatever a WordPiece tokenizer does not know (a script without a piece in the vocabulary, an emoji run, a word of over
100 characters) it reads as one unknown token, however long. For counting and cutting, such a span is many tokens of at
most four characters: without that, `max_tokens` would mean nothing for Thai, Khmer or base64.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rag import weights
from rag.encoders.wordpiece import WordPieces

if TYPE_CHECKING:
    import tokenizers
    from numpy.typing import NDArray

__all__ = ["Tokenizer", "default_tokenizer"]

T = TypeVar("T")

PIECE = 4
"""Characters of an unknown span that count as one token: about what a known word piece holds."""
BLOCK = 1 << 15
"""Characters tokenised at once: the cost of a text grows linearly and a long one uses every core."""
ROUND = 1024
"""Texts tokenised at once: bounds memory."""
CUT = re.compile(r"[ \t\n\r](?=[^ \t\n\r]*\Z)")
JOINER = "\u200d"


class Tokenizer:
    """A `tokenizers` tokenizer that neither pads nor cuts. Threads may share it: no call changes its state."""

    def __init__(self, engine: tokenizers.Tokenizer, unknown: str | None = "[UNK]") -> None:
        self.engine = engine
        self.unknown = -1 if unknown is None else engine.token_to_id(unknown)
        self.words = WordPieces.of(engine)

    @classmethod
    def from_json(cls, text: str) -> Tokenizer:
        """A copy of a tokenizer without its padding and truncation; its model's own unknown token counts as unknown."""
        import tokenizers

        engine = tokenizers.Tokenizer.from_str(text)
        engine.no_padding()
        engine.no_truncation()
        return cls(engine, getattr(engine.model, "unk_token", None))

    def offsets(self, text: str) -> NDArray[np.int64]:
        """Character offsets `[n, 2]` (start, end) into the text, special tokens left out.

        Starts and ends never decrease. A character that the model decomposes (a Korean syllable) is several tokens
        with equal offsets; white space and characters that the model drops are in none.
        """
        if self.words is not None and self.words.knows(text):
            return self.words.offsets(text)
        blocks = list(_blocks(text))
        found = self.engine.encode_batch([text[start:end] for start, end in blocks], add_special_tokens=False)
        pairs: list[Any] = []
        for (start, _), encoding in zip(blocks, found, strict=True):
            if encoding.ids:
                spans = np.array(encoding.offsets, dtype=np.int64) + start
                pairs.append(_split_unknown(text, spans, np.array(encoding.ids) == self.unknown))
        spans = np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)
        return spans if text.isascii() else _with_marks(text, spans)

    def count(self, texts: Sequence[str]) -> list[int]:
        """`len(offsets(text))` of each, faster."""
        return self._each(texts, WordPieces.count, self._count)

    def ids(self, texts: Sequence[str], limit: int) -> list[list[int]]:
        """The first `limit` token ids of each text, special tokens left out."""
        heads = [_head(text, 40 * limit) for text in texts]
        found = self._each(heads, WordPieces.ids, self._ids)
        for place, (text, head) in enumerate(zip(texts, heads, strict=True)):
            if len(found[place]) < limit and len(head) < len(text):
                found[place] = self.engine.encode(text, add_special_tokens=False).ids
        return [ids[:limit] for ids in found]

    def _each(
        self, texts: Sequence[str], easy: Callable[[WordPieces, str], T], hard: Callable[[Sequence[str]], list[T]]
    ) -> list[T]:
        """Every text by the fast way where that can read it, the rest together by the tokenizer itself."""
        found: dict[int, T] = {}
        if (words := self.words) is not None:
            found = {place: easy(words, text) for place, text in enumerate(texts) if words.knows(text)}
        rest = [place for place in range(len(texts)) if place not in found]
        for start in range(0, len(rest), ROUND):
            places = rest[start : start + ROUND]
            found.update(zip(places, hard([texts[place] for place in places]), strict=True))
        return [found[place] for place in range(len(texts))]

    def _count(self, texts: Sequence[str]) -> list[int]:
        short = [text if len(text) <= BLOCK else "" for text in texts]
        counts: list[int] = []
        for text, encoding in zip(texts, self.engine.encode_batch_fast(short, add_special_tokens=False), strict=True):
            plain = len(text) <= BLOCK and self.unknown not in encoding.ids
            counts.append(len(encoding.ids) if plain else len(self.offsets(text)))
        return counts

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [found.ids for found in self.engine.encode_batch_fast(list(texts), add_special_tokens=False)]


@cache
def default_tokenizer() -> Tokenizer:
    """The tokenizer of the embedded encoder (WordPiece, lower case, 30,522 pieces); one for the process."""
    import tokenizers

    return Tokenizer(tokenizers.Tokenizer.from_file(str(weights.path("tokenizer.json"))))


def _head(text: str, limit: int) -> str:
    """At least the beginning of a text, cut at white space: tokens of what remains are tokens of the whole."""
    if len(text) <= limit:
        return text
    cut = CUT.search(text, max(0, limit - 4096), limit)
    return text[: cut.start()] if cut else text


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of at most `BLOCK` characters, cut at white space where there is some: no word is torn."""
    start = 0
    while len(text) - start > BLOCK:
        cut = CUT.search(text, start + BLOCK // 2, start + BLOCK)
        end = cut.start() if cut else _boundary(text, start + BLOCK)
        yield start, end
        start = end
    yield start, len(text)


def _boundary(text: str, place: int) -> int:
    """The nearest place at or before `place` (up to 16 characters back) that does not tear a grapheme."""
    return next((at for at in range(place, place - 16, -1) if not _continues(text, at)), place)


def _continues(text: str, place: int) -> bool:
    """Whether the character there belongs to the one before it: a mark, a modifier, part of a joined emoji."""
    if place <= 0 or place >= len(text):
        return False
    this, before = text[place], text[place - 1]
    if this.isascii():
        return False
    tone = "\U0001f3fb" <= this <= "\U0001f3ff"
    return tone or JOINER in (this, before) or unicodedata.category(this) in ("Mn", "Mc", "Me")


def _split_unknown(text: str, spans: NDArray[np.int64], unknown: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The spans with every unknown one of over `PIECE` characters cut into pieces, graphemes whole."""
    long = np.flatnonzero(unknown & (spans[:, 1] - spans[:, 0] > PIECE))
    if not len(long):
        return spans
    parts, done = [], 0
    for index in long:
        start, end = (int(place) for place in spans[index])
        parts += [spans[done:index], np.array(list(_pieces(text, start, end)), dtype=np.int64)]
        done = int(index) + 1
    return np.concatenate([*parts, spans[done:]])


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > PIECE:
        cut = start + PIECE
        while cut > start and _continues(text, cut):
            cut -= 1
        cut = cut if cut > start else start + PIECE
        yield start, cut
        start = cut
    yield start, end


def _with_marks(text: str, spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """The spans with the combining marks that the model strips given back to the letters before them."""
    following = np.append(spans[1:, 0], len(text)) if len(spans) else spans[:, 0]
    for index in np.flatnonzero(following > spans[:, 1]):
        end, stop = int(spans[index, 1]), int(following[index])
        while end < stop and _continues(text, end):
            end += 1
        spans[index, 1] = end
    return spans
