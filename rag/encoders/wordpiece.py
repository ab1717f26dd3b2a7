"""Token ids of plain English text, word by word from memory.

A BERT tokenizer splits at white space and punctuation and then cuts each word by itself, so a word seen before needs no
second look. On ASCII text this gives the same ids as `tokenizers`, some ten times as fast; any other text is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import tokenizers
    from numpy.typing import NDArray

__all__ = ["WordPieces"]

_WORD = re.compile(r"[a-z0-9]+|[!-/:-@\[-`{-~]")
_REFUSED = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]|[A-Za-z0-9]{101}")
"""Characters that the model drops from inside a word, joining its halves; words so long that it does not know them."""
_REMEMBERED = 500_000
"""Words kept, some 200 MB at most: plain text of many gigabytes has no more."""
_LONGEST = 32
"""Characters of a word worth remembering; the longer are mostly seen once."""

Piece = tuple[int, int, int]
"""A token's id, and where it starts and ends in its word."""


class WordPieces:
    """Token ids and offsets from words seen before. Threads may share it: two can at worst cut a new word twice."""

    def __init__(self, engine: tokenizers.Tokenizer) -> None:
        special = [re.escape(token.content) for token in engine.get_added_tokens_decoder().values()]
        self.refused = re.compile("|".join([_REFUSED.pattern, *special]))
        self.pieces = _Memory(lambda word: _cut(engine, word))
        self.of_word = _Memory(lambda word: tuple(token for token, _, _ in self.pieces[word]))

    @classmethod
    def of(cls, engine: tokenizers.Tokenizer) -> WordPieces | None:
        """For a tokenizer that lower-cases, splits and cuts as BERT's does; `None` for any other."""
        settings = json.loads(engine.to_str())
        kinds = [(settings[part] or {}).get("type") for part in ("normalizer", "pre_tokenizer", "model")]
        lower = (settings["normalizer"] or {}).get("lowercase")
        return cls(engine) if kinds == ["BertNormalizer", "BertPreTokenizer", "WordPiece"] and lower else None

    def knows(self, text: str) -> bool:
        """Whether a text can be read here: ASCII, no control character, no special token spelt out, no endless word."""
        return text.isascii() and not self.refused.search(text)

    def ids(self, text: str) -> list[int]:
        """Token ids of a text that it `knows`, special tokens left out."""
        return list(chain.from_iterable(map(self.of_word.__getitem__, _WORD.findall(text.lower()))))

    def count(self, text: str) -> int:
        """Tokens of a text that it `knows`."""
        return sum(map(len, map(self.of_word.__getitem__, _WORD.findall(text.lower()))))

    def offsets(self, text: str) -> NDArray[np.int64]:
        """Where the tokens of a text that it `knows` start and end, `[n, 2]`."""
        spans = [
            (match.start() + start, match.start() + end)
            for match in _WORD.finditer(text.lower())
            for _, start, end in self.pieces[match[0]]
        ]
        return np.array(spans, dtype=np.int64).reshape(-1, 2)


class _Memory(dict[str, Any]):
    """What a function gives for a word, kept up to a limit."""

    def __init__(self, function: Callable[[str], Any]) -> None:
        super().__init__()
        self.function = function

    def __missing__(self, word: str) -> Any:
        value = self.function(word)
        if len(word) <= _LONGEST and len(self) < _REMEMBERED:
            self[word] = value
        return value


def _cut(engine: tokenizers.Tokenizer, word: str) -> tuple[Piece, ...]:
    found = engine.encode(word, add_special_tokens=False)
    return tuple((token, *span) for token, span in zip(found.ids, found.offsets, strict=True))
