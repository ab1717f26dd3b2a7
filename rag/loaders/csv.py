"""Comma-, semicolon-, tab- and pipe-separated values."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from rag.errors import LoadError
from rag.loaders.detect import suffix_of
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.table import write_rows
from rag.loaders.text import decode, lines

__all__ = ["delimiter_of", "read"]

DELIMITERS = ",;\t|"
SAMPLE_LINES = 50


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One text, a line for a row."""
    text = decode(blob.data, blob.charset)
    delimiter = "\t" if suffix_of(blob.name) in {".tsv", ".tab"} and "\t" in text else delimiter_of(text)
    draft = Draft(limits)
    before = csv.field_size_limit(limits.max_line_characters)
    try:
        columns = write_rows(draft, csv.reader(_with_ends(text), delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable(f"not a table: {error}") from None
    finally:
        csv.field_size_limit(before)
    return [draft.part(columns=columns)]


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first lines most consistently (`csv.Sniffer` can take minutes)."""
    sample = list(islice(_with_ends(text[: 1 << 16]), SAMPLE_LINES))
    best, chosen = 0.0, ","
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
        width, lines = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
        score = lines / max(1, widths.total()) * (width > 1) + width / 1000
        if width > 1 and score > best:
            best, chosen = score, delimiter
    return chosen


def _with_ends(text: str) -> Iterator[str]:
    return (f"{line}\n" for line in lines(text))  # a quoted field may go on in the next line
