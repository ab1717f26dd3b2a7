"""Whether a model can read a text: how much of it the vocabulary of its tokenizer knows.

A vocabulary is learnt from the text that a model is trained on. The words of a language that was in it are pieces of
their own, or made of few long ones; those of any other fall into splinters, single letters or `[UNK]`. Counting that
takes no model and no guess at the language, and says the same of whatever tokenizer a user brings.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from typing import Any

from langchain_core.documents import Document

from rag.encoders.tokenizer import Tokenizer, default_tokenizer
from rag.words.analysis import MARKS

__all__ = ["ALL", "ASIDE", "Known", "Vocabulary", "aside", "embedded", "of", "said"]

ASIDE = "aside"
"""Metadata of passages, and detail of the trace: who stood back, and the share of the words it knew."""

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_WORD = re.compile(rf"[{_HAN}]|(?:(?![{_HAN}])[^\W\d_]|[{MARKS}])+")
"""A run of letters; each ideograph by itself, since no space ends its word."""
_SYLLABLE = re.compile(rf"[{_HAN}\u3041-\u30ff\u1100-\u11ff\uac00-\ud7a3]")
"""Characters that are as much as several letters: known as one piece, they are known."""
_LONG = 5
"""Letters from which a piece of a word was learnt: English ones fit by chance into words of German up to about four."""
_LOWER = 0.2
"""Share of the letters that stand in words without a capital, from which names and acronyms are left out."""
_NONE, _ALL = 0.48, 0.57
"""Shares of known letters up to which a model counts nothing, and from which it counts fully. Measured:
docs/results/languages.md."""
_ENOUGH = 15
"""Letters of words without a capital that are needed to tell a language."""
_SURE = 0.9
"""Share of a question's known letters from which it is in a language of the vocabulary, whatever was found: so are 82 %
of the English questions of XQuAD, .2 % of the German and .6 % of the Spanish ones."""
_FOREIGN = 0.4
"""Share of known letters under which a question alone is in another language. This finds half of the German and Spanish
questions, and one in a thousand of the English ones."""
_WORDS = 200
"""Words that are looked at: the first."""
_HEADS, _HEAD = 5, 200
"""Passages, and characters of each, that are looked at beside a question."""
_SAMPLE = 4_000
"""Pieces of a vocabulary by which its scripts are counted."""
_MANY = 0.1
"""Share of the pieces outside the commonest script, from which a vocabulary is one of many languages."""
_REMEMBERED = 100_000
"""Words kept, some 20 MB at most."""

_Counted = tuple[int, int, int]
"""Of a word: its letters, those in a known word or a long piece, those in any piece that is more than a letter."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a vocabulary knows of a question and its passages."""

    share: float
    """Of their letters, 0 to 1."""

    @property
    def weight(self) -> float:
        """How much a model with this vocabulary should count, 0 to 1; 1 for its own language, whatever the subject."""
        return min(1.0, max(0.0, (self.share - _NONE) / (_ALL - _NONE)))


ALL = Known(1.0)
"""What is taken for known where nothing can be told."""


class Vocabulary:
    """The vocabulary of a tokenizer. Threads may share it: two can at worst cut a new word twice.

    Where it holds pieces of one script alone, a letter is known if its word is one piece, or if it stands in a piece of
    at least five letters. A vocabulary of many scripts shares its pieces out among many languages and splits words of
    all of them: there a letter is known unless it is spelt out, piece by piece, or unknown.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._cut: dict[str, _Counted] = {}

    @classmethod
    def of_model(cls, tokenizer: Any) -> Vocabulary | None:
        """That of a Hugging Face tokenizer; None for one that is no `tokenizers` tokenizer."""
        engine = getattr(tokenizer, "backend_tokenizer", tokenizer)
        return cls(Tokenizer.from_json(engine.to_str())) if hasattr(engine, "to_str") else None

    def known(self, question: str, passages: Sequence[Document] = ()) -> Known:
        """How much of a question and of what was found for it the vocabulary knows.

        A question of which nearly every word is known is in a language of the vocabulary. Of any other, whose words may
        be rare in any language, the passages decide. Only where the question is mostly unknown or spelt out, as in
        another script, no passage mends that.

        Args:
            question: stand-alone.
            passages: best first; the beginnings of the first few are looked at.
        """
        heads = [passage.page_content[:_HEAD] for passage in islice(passages, _HEADS)]
        asked = self._asked(question)
        if not heads or asked >= _SURE:
            return self.alone(question)
        return Known(min(self.share([question, *heads]), self._readable(question)))

    def alone(self, question: str) -> Known:
        """What it knows of a question of which nothing else can tell the language; where that is in doubt, all."""
        asked = self._asked(question)
        return Known(min(asked if 0 <= asked < _FOREIGN else 1.0, self._readable(question)))

    def _asked(self, question: str) -> float:
        """The share of a question's letters that are known, names left out; -1 where too few are left to tell."""
        letters, known, readable = self._sums([word for word in _words([question]) if word == word.lower()])
        if letters < _ENOUGH:
            return -1.0
        return (readable if known < _ALL * letters and self.of_many_scripts else known) / letters

    def share(self, texts: Iterable[str]) -> float:
        """The share of some texts' letters that are known, 0 to 1; 1 where there is no letter.

        Names (words with a capital) do not count. Where there is hardly anything else, nothing tells the language, and
        only what is unknown or spelt out is not known.
        """
        words = _words(texts)
        lower = [word for word in words if word == word.lower()]
        telling = sum(map(len, lower)) >= max(_ENOUGH, _LOWER * sum(map(len, words)))
        letters, known, readable = self._sums(lower if telling else words)
        if not telling or (known < _ALL * letters and self.of_many_scripts):
            known = readable
        return known / letters if letters else 1.0

    def _readable(self, text: str) -> float:
        """The share of a text's letters that are neither unknown nor spelt out; 1 where there is no letter."""
        letters, _, readable = self._sums(_words([text]))
        return readable / letters if letters else 1.0

    @cached_property
    def of_many_scripts(self) -> bool:
        """Whether it was learnt from languages of several scripts."""
        engine = self.tokenizer.engine
        size = engine.get_vocab_size()
        scripts: Counter[str] = Counter()
        for token in range(0, size, max(1, size // _SAMPLE)):
            letters = [char for char in engine.decode([token]) if char.isalpha()]
            if len(letters) > 1:
                scripts[unicodedata.name(letters[0], "?").split()[0]] += 1
        return bool(scripts) and scripts.total() - max(scripts.values()) >= _MANY * scripts.total()

    @cached_property
    def _unknown(self) -> frozenset[int | None]:
        return frozenset({self.tokenizer.unknown, *map(self.tokenizer.engine.token_to_id, ("[UNK]", "<unk>"))})

    def _sums(self, words: Sequence[str]) -> _Counted:
        """Of some words together."""
        cut = self._cut
        if len(cut) > _REMEMBERED:
            cut = self._cut = {}
        new = [word for word in dict.fromkeys(words) if word not in cut]
        if new:
            # A space in front: what byte-level vocabularies know as a word begins with one.
            pieces = self.tokenizer.engine.encode_batch([f" {word}" for word in new], add_special_tokens=False)
            cut.update((word, self._count(word, each)) for word, each in zip(new, pieces, strict=True))
        counted = [cut[word] for word in words]
        return sum(c[0] for c in counted), sum(c[1] for c in counted), sum(c[2] for c in counted)

    def _count(self, word: str, cut: Any) -> _Counted:
        """What is known of one word, cut as ` word`."""
        spans = [
            (max(start, 1) - 1, end - 1, token not in self._unknown)
            for token, (start, end) in zip(cut.ids, cut.offsets, strict=True)
            if end > 1
        ]
        letters = len(word)
        if all(known for *_, known in spans) and len(spans) == 1:
            return letters, letters, letters
        long = sum(end - start for start, end, known in spans if known and end - start >= _LONG)
        on = Counter(start for start, _, _ in spans)
        readable = sum(
            end - start
            for start, end, known in spans
            if known and (end - start > 1 or (on[start] == 1 and _SYLLABLE.match(word[start])))
        )
        return letters, min(long, letters), min(readable, letters)


@cache
def embedded() -> Vocabulary:
    """That of the embedded encoder, which the embedded cross-encoder and its skills read with."""
    return Vocabulary(default_tokenizer())


def aside(passages: Sequence[Document], name: str, known: Known) -> list[Document]:
    """The passages with the note that a step stood back from them."""
    return [
        Document(
            passage.page_content,
            id=passage.id,
            metadata={**passage.metadata, ASIDE: {**passage.metadata.get(ASIDE, {}), name: round(known.share, 3)}},
        )
        for passage in passages
    ]


def said(noted: Mapping[str, float]) -> str:
    """`dense knows 28 % of the words`: what a trace says of those who stood back."""
    return ", ".join(f"{name} knows {share:.0%} of the words" for name, share in noted.items())


def of(part: object) -> Vocabulary | None:
    """The vocabulary that a component reads with; None where it says of none, or reads any words."""
    found = getattr(part, "vocabulary", None)
    return found if isinstance(found, Vocabulary) else None


def _words(texts: Iterable[str]) -> list[str]:
    """The first words of some texts."""
    return list(islice((word for text in texts for word in _WORD.findall(text)), _WORDS))
