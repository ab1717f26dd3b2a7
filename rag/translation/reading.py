"""Glossaries from files: CSV, TSV, JSON lines and TBX [1].

[1] ISO 30042:2019, TermBase eXchange.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from rag.errors import LoadError, UsageError
from rag.loaders.csv import delimiter_of
from rag.loaders.part import Unreadable
from rag.loaders.xmltree import Element, attribute, local, parse_xml
from rag.translation.glossary import Entry
from rag.translation.languages import called, code_of

__all__ = ["read_glossary"]

_KINDS = (".csv", ".tsv", ".jsonl", ".tbx")
_COLUMNS = {
    "term": ("term", "source", "src", "source_term", "from"),
    "translation": ("translation", "target", "tgt", "target_term", "to", "trg"),
    "note": ("note", "notes", "definition", "comment", "description", "meaning", "sense"),
    "domain": ("domain", "subject", "subjectfield", "field", "area"),
    "case": ("case", "case_sensitive"),
}
_ORDER = ("term", "translation", "note", "domain", "case")
_YES, _NO = ("yes", "true", "1", "sensitive", "y"), ("no", "false", "0", "insensitive", "n")
_NOT_USED = ("deprecated", "superseded", "notrecommended")
"""TBX: terms that are there so that nobody uses them."""


def read_glossary(path: Path, source: str, target: str) -> list[Entry]:
    """The entries of a file, or of every glossary in a folder.

    A table has the columns `term` and `translation` and where wanted `note`, `domain`, `case` (`yes`: capitals count),
    or columns named by the two languages; without a line of names they stand in that order. JSON lines have the same
    keys. An entry without a translation is left out.

    Args:
        path: `.csv`, `.tsv`, `.jsonl` or `.tbx`, or a folder of such files.
        source: the language of the terms, a code such as `en`.
        target: the language of the translations.

    Raises:
        UsageError: there is no such file, or it is no glossary of these two languages; says what is missing.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in _KINDS)
        if not files:
            raise UsageError(f"{path}: there is no glossary in the folder ({', '.join(_KINDS)})")
        return [entry for file in files for entry in read_glossary(file, source, target)]
    if path.suffix.lower() not in _KINDS:
        raise UsageError(f"{path}: a glossary is {', '.join(_KINDS)}, or a folder of such files")
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"the glossary {path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"the glossary {path} is not UTF-8 ({error.reason} at byte {error.start})") from None
    languages = (source, target)
    read = {".jsonl": _of_lines, ".tbx": _of_tbx}.get(path.suffix.lower(), _of_table)
    entries = [entry for entry in read(path, text, languages) if entry.term and entry.translation]
    if not entries:
        raise UsageError(f"{path}: there is no entry with a term in {source} and a translation in {target}")
    return entries


def _names(row: Sequence[str], languages: tuple[str, str]) -> dict[str, int]:
    """Column by what it holds; empty where the row is no line of names."""
    told = [cell.strip().casefold() for cell in row]
    sides = dict(zip(("term", "translation"), languages, strict=True))
    found = {}
    for name, words in _COLUMNS.items():
        wanted = (*words, *(called(sides[name]) if name in sides else ()))
        place = next((place for place, cell in enumerate(told) if cell.replace(" ", "_") in wanted), None)
        if place is None and name in sides:  # `en-GB`
            place = next((place for place, cell in enumerate(told) if _is(cell, sides[name])), None)
        if place is not None:
            found[name] = place
    return found if {"term", "translation"} <= set(found) else {}


def _is(named: str, language: str) -> bool:
    """Whether a code (`en-GB`) names a language."""
    return len(named) <= 8 and code_of(named) == code_of(language)


def _of_table(path: Path, text: str, languages: tuple[str, str]) -> Iterator[Entry]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else delimiter_of(text)
    lines = _lines(text)
    starts = _starts(lines)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    names: dict[str, int] = {}
    last = 0
    try:
        for row in reader:
            first, last = last, min(reader.line_num, len(lines))
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                if names := _names(row, languages):
                    continue
                names = {name: place for place, name in enumerate(_ORDER)}
                if len(row) < 2:
                    raise UsageError(
                        f"{path}:{last}: expected a term and its translation, found one column; the first line may "
                        "name the columns: term, translation, note, domain, case"
                    )
            cells = {name: row[place].strip() for name, place in names.items() if place < len(row)}
            start = starts[first]
            yield _entry(cells, f"{path}:{last}", str(path), start, text[start : starts[last]].rstrip("\r\n"))
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: not a table ({error})") from None


def _of_lines(path: Path, text: str, languages: tuple[str, str]) -> Iterator[Entry]:
    start = 0
    for number, line in enumerate(_lines(text), 1):
        begun, start = start, start + len(line)
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise UsageError(f"{path}:{number}: not JSON ({error.msg} at column {error.colno})") from None
        names = _names(list(row), languages) if isinstance(row, Mapping) else {}
        if not names:
            raise UsageError(f"{path}:{number}: expected an object with term and translation, not {line.strip()[:60]}")
        values = list(row.values())
        cells = {name: _text(values[place]) for name, place in names.items()}
        yield _entry(cells, f"{path}:{number}", str(path), begun, line.rstrip("\r\n"))


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _entry(cells: Mapping[str, str], place: str, source: str, start: int, quote: str) -> Entry:
    case = cells.get("case", "").casefold()
    if case and case not in (*_YES, *_NO):
        raise UsageError(f"{place}: case is yes or no (do capitals count?), not {cells['case']!r}")
    return Entry(
        cells.get("term", ""),
        cells.get("translation", ""),
        cells.get("note", ""),
        cells.get("domain", ""),
        None if not case else case in _YES,
        source,
        start,
        start + len(quote),
        quote,
    )


def _of_tbx(path: Path, text: str, languages: tuple[str, str]) -> Iterator[Entry]:
    """Every term of the one language with every term of the other, concept by concept."""
    try:
        root = parse_xml(text.encode())
    except (Unreadable, LoadError) as error:
        raise UsageError(f"{path}: not TBX ({error})") from None
    lines = _lines(text)
    starts = _starts(lines)
    for concept in root.iter():
        if local(concept) not in ("termEntry", "conceptEntry"):
            continue
        note, domain = _described(concept, "definition"), _described(concept, "subjectField")
        terms: dict[str, list[Element]] = {}
        for section in concept.iter():
            if local(section) in ("langSet", "langSec"):
                terms.setdefault(code_of(attribute(section, "lang")), []).extend(_terms(section))
        for one in terms.get(code_of(languages[0]), ()):
            line = min(one.sourceline, len(lines)) - 1
            quote = lines[line].rstrip("\r\n")
            for other in terms.get(code_of(languages[1]), ()):
                place = (str(path), starts[line], starts[line] + len(quote), quote)
                yield Entry(_said(one), _said(other), note, domain, None, *place)


def _terms(section: Element) -> list[Element]:
    """The `term` elements of a language, without those that are not to be used."""
    found = []
    for element in section.iter():
        if local(element) != "term":
            continue
        holder = element.getparent()
        while local(holder) == "termGrp":  # the older `ntig`
            holder = holder.getparent()
        status = " ".join(
            _said(note) for note in holder.iter() if attribute(note, "type") in ("administrativeStatus", "status")
        )
        if not any(word in status.casefold().replace(" ", "") for word in _NOT_USED):
            found.append(element)
    return found


def _described(concept: Element, kind: str) -> str:
    """What a concept says of itself, in whatever language it says it first."""
    named = (one for one in concept.iter() if attribute(one, "type") == kind)
    return next((_said(one) for one in named if _said(one)), "")


def _said(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _lines(text: str) -> list[str]:
    """Lines as `csv` counts them: others than these ends (U+2028, form feeds) do not end one."""
    return StringIO(text, newline="").readlines()


def _starts(lines: Sequence[str]) -> list[int]:
    """The offset of each line, and the length of the text."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return starts
