"""The words of a question, and what each of them is for one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rag.sql.rules.names import stem
from rag.tabular.cells import number_of
from rag.tabular.lexicon import COMPARED, CONCEPTS, DEGREES, FOLDS, MOST, NUMBERS, ORDINALS, PHRASES, RELATED
from rag.tabular.naming import Names, Word, words_of

__all__ = ["Tag", "tagged"]

_LONGEST = 10
_GLUE = frozenset(["of", "the"])


@dataclass(slots=True)
class Tag:
    """Some words of a question."""

    kind: str
    """What they are in its shape: a kind of `PHRASES`, or fold, most, degree, compare, related, number, unit, column,
    value, row; `word` where they are not understood."""
    text: str
    stems: tuple[str, ...]
    start: int
    end: int
    """Characters of the question."""
    column: int | None = None
    """The column that is named."""
    weight: float = 1.0
    """How well."""
    values: dict[int, str] = field(default_factory=dict)
    """The cell that is named, by its column."""
    exact: bool = True
    """Whether it is named as it is written."""
    number: Decimal | None = None
    unit: str = ""


_MEASURED = frozenset(
    """euro euros dollar dollars pounds usd eur gbp percent kg km m cm mm g years year days hours minutes miles feet
    inches pounds lbs kilometres kilometers metres meters grams kilograms tonnes tons %""".split()  # noqa: SIM905
)


def tagged(question: str, names: Names) -> list[Tag]:
    """The tags of a question, in order, without the words that say nothing."""
    words = words_of(question)
    tags: list[Tag] = []
    at = 0
    while at < len(words):
        tag, size = _best(question, words, at, names)
        if tag.kind == "word" and tags and tags[-1].kind == "number" and words[at].text in _MEASURED:
            tag.kind = "unit"
        if tag.kind in ("most", "degree") and tags and tags[-1].values and tags[-1].text.lower() in ORDINALS:
            tags[-1].kind = "word"  # the second highest, or the highest of what is called second?
        if tag.kind != "skip":
            tags.append(tag)
        at += size
        if tag.kind in ("most", "degree") and (measured := _measured(question, words[at : at + 2], tag, names)):
            tags.append(measured[0])
            at += measured[1]
    return tags


def _best(question: str, words: Sequence[Word], at: int, names: Names) -> tuple[Tag, int]:
    """The longest words from a place on that are understood."""
    for size in range(min(_LONGEST, len(words) - at), 0, -1):
        here = words[at : at + size]
        if (tag := _read(question, here, names, first=at == 0)) is not None:
            return tag, size
    word = words[at]
    return Tag("word", question[word.start : word.end], (word.stem,), word.start, word.end), 1


def _read(question: str, here: Sequence[Word], names: Names, *, first: bool) -> Tag | None:
    """What some words are; None where they are nothing together."""
    told, stems = tuple(word.text for word in here), tuple(word.stem for word in here)
    tag = Tag("word", question[here[0].start : here[-1].end], stems, here[0].start, here[-1].end)
    kind = _kind(" ".join(told))
    if kind is None and len(here) == 1 and (number := _number(told[0])) is not None:
        tag.kind, (tag.number, tag.unit) = "number", number
        return tag
    named = names.column(stems) if stems in names.columns else _with_glue(names, stems)
    values, tag.exact = _values(names, told, stems)
    row = names.names_row(stems)
    if kind in ("most", "fold", "list", "verb") and not first and tag.text in values.values() and tag.text[0].isupper():
        kind = None  # a name: `Max`
    if kind in ("ordinal", "month", "each") and values:
        kind = None  # `second` is a class, `May` a person
    if kind is not None:
        return _of_lexicon(tag, kind, named, first=first)
    if named is not None:
        tag.column, tag.weight = named
    several = named is None and stems in names.columns
    if several or (values and (row or (named is not None and set(values) != {named[0]}))):
        return tag  # which of them, is not told
    if values:
        tag.kind, tag.values = "value", values
    elif row or named is not None:
        tag.kind = "row" if row else "column"
    else:
        return None
    return tag


def _of_lexicon(tag: Tag, kind: str, named: tuple[int, float] | None, *, first: bool) -> Tag:
    """A word of the lexicon; where a column is called so, mostly not understood."""
    if named is None or (first and kind == "list") or kind in ("skip", "at", "and", "or", "not", "be"):
        tag.kind = kind
    elif kind in ("have", "verb", "dated"):
        tag.kind, tag.column, tag.weight = "column", *named
    return tag


def _values(names: Names, told: tuple[str, ...], stems: tuple[str, ...]) -> tuple[dict[int, str], bool]:
    """The cells that some words name, and whether as they are written."""
    if exact := names.values.get(told):
        return exact, True
    found = names.stemmed.get(stems, {})
    values = {place: cell for place, cell in found.items() if cell is not None}
    return (values if len(values) == len(found) else {}), False


def _measured(question: str, behind: Sequence[Word], tag: Tag, names: Names) -> tuple[Tag, int] | None:
    """`bill` behind `longest` is the bill's length, where a column is called so; the superlative then speaks of it."""
    for concept, falling in DEGREES.get(tag.text.lower(), ()):
        for size in range(len(behind), 0, -1):
            here = behind[:size]
            phrase = (*(word.stem for word in here), stem(CONCEPTS[concept][0]))
            if (column := names.column(phrase)) is not None and column[1] == 1:
                text = question[here[0].start : here[-1].end]
                tag.kind, tag.text = "most", "highest" if falling else "lowest"
                return Tag("column", text, phrase, here[0].start, here[-1].end, *column), size
    return None


def _with_glue(names: Names, stems: tuple[str, ...]) -> tuple[int, float] | None:
    """A column by words with an `of` or `the` between: `the width of the petal`."""
    if len(stems) < 3 or stems[0] in _GLUE or stems[-1] in _GLUE or not _GLUE & set(stems):
        return None
    bare = tuple(word for word in stems if word not in _GLUE)
    return names.column(bare) or names.column(bare[::-1])


def _kind(told: str) -> str | None:
    if told in DEGREES and told not in MOST:
        return "degree"
    for kind, phrases in (("most", MOST), ("fold", FOLDS), ("compare", COMPARED), ("related", RELATED)):
        if told in phrases:
            return kind
    return PHRASES.get(told)


def _number(told: str) -> tuple[Decimal, str] | None:
    if told in NUMBERS:
        return Decimal(NUMBERS[told]), ""
    if not any(mark.isdigit() for mark in told[:2]):
        return None
    return number_of(told)
