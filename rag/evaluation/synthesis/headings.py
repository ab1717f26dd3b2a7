"""Questions from headings: the section below a heading is what somebody looks for who asks for its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from langchain_core.documents import Document

from rag.evaluation.synthesis.draft import Draft
from rag.evaluation.synthesis.language import content, language_of, readable
from rag.loaders.detect import bare_name

__all__ = ["headings"]

_SECTION = range(120, 3001)
"""Characters of a section."""
_WORDS = range(1, 11)
"""Words of a heading."""
_LETTERS = 0.6
"""Share of letters among the characters that are not white space."""
_NUMBERED = re.compile(
    r"(?:(?:chapter|section|part|appendix|§)\s+)?(?:\d+|[A-Z](?=\.)|[IVX]+(?=\.))(?:\.\d+)*[.):]?\s+", re.IGNORECASE
)
_GENERIC = re.compile(
    r"(?:introduction|overview|summary|conclusions?|(?:table of )?contents|references|bibliography|appendix|notes?"
    r"|see also|external links|acknowledge?ments?|abstract|background|results?|methods?|discussion|examples?|usage"
    r"|misc\w*|other|general|further reading|about|index|preface|licen[cs]e|contributing|changelog|untitled.*"
    r"|lorem ipsum.*|tags|links"
    r"|comments?|attachments?|awards|citations?|navigation|menu|search|home|contact(?: us)?|more|share|related.*"
    r"|sources?"
    r"|(?:heading|title|section|chapter|slide|sheet|page|test|text)[ \d.]*"
    r"|[\d ,./:-]*(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)?[\d ,./:-]*)",
    re.IGNORECASE,
)
_TEMPLATES = {
    "en": 'What is said about "{heading}" in "{above}"?',
    "de": "Was steht in „{above}“ über „{heading}“?",
    "fr": "Que dit « {above} » à propos de « {heading} » ?",
    "es": "¿Qué dice «{above}» sobre «{heading}»?",
    "it": "Che cosa dice «{above}» su «{heading}»?",
    "pt": "O que diz «{above}» sobre «{heading}»?",
    "nl": "Wat staat er in “{above}” over “{heading}”?",
    "ru": "Что говорится в «{above}» о «{heading}»?",
    "": "{above}: {heading}?",
}
_ALONE = {
    "en": 'What is said about "{heading}"?',
    "de": "Was steht über „{heading}“ da?",
    "fr": "Que dit-on à propos de « {heading} » ?",
    "es": "¿Qué se dice sobre «{heading}»?",
    "it": "Che cosa si dice su «{heading}»?",
    "pt": "O que se diz sobre «{heading}»?",
    "nl": "Wat staat er over “{heading}”?",
    "ru": "Что говорится о «{heading}»?",
    "": "{heading}?",
}


def headings(document: Document) -> Iterator[Draft]:
    """A question a section, without an answer; a heading that is a question stays as it is.

    The section reaches from its heading to the next one of any level, white space at its ends left out.
    """
    text = document.page_content
    found = [(int(start), int(level), str(title)) for start, level, title in document.metadata.get("headings") or ()]
    source = str(document.metadata["source"])
    named = str(document.metadata.get("title") or "")
    named = "" if named == bare_name(source) else named  # a file's name is no title
    above: list[tuple[int, str]] = []
    for (start, level, title), (end, _, _) in pairwise([*found, (len(text), 0, "")]):
        above = [(depth, name) for depth, name in above if depth < level]
        over = above[-1][1] if above else named
        above.append((level, title))
        span = _body(text, start, end, title)
        if span is None:
            continue
        language = language_of(text[slice(*span)])
        question = _question(title, over, language) if readable(text[slice(*span)], language) else None
        if question:
            yield Draft(question, None, source, (span,), "heading")


def _body(text: str, start: int, end: int, title: str) -> tuple[int, int] | None:
    """The section below a heading; None where it is too short, too long, or no prose."""
    line = text.find("\n", start, end)
    if line < 0:
        return None
    begin = line + 1
    under = text[begin : text.find("\n", begin) if "\n" in text[begin:end] else end]
    if under.strip() and not any(map(str.isalnum, under)):  # the line below a heading
        begin += len(under)
    body = text[begin:end]
    first = begin + len(body) - len(body.lstrip())
    last = begin + len(body.rstrip())
    solid = "".join(text[first:last].split())
    if last - first not in _SECTION or sum(map(str.isalpha, solid)) < _LETTERS * len(solid):
        return None
    rows = [line for line in text[first:last].split("\n") if line.strip()]
    return None if 2 * sum("|" in row for row in rows) > len(rows) else (first, last)


def _question(title: str, over: str, language: str) -> str | None:
    bare = _plain(title)
    if bare.endswith(("?", "？")) and len(bare.split()) > 2:
        return bare
    if len(bare.split()) not in _WORDS or _GENERIC.fullmatch(bare) or not content(bare, language):
        return None
    above = _plain(over)
    if above.casefold() == bare.casefold() or not content(above, language) or _GENERIC.fullmatch(above):
        above = ""
    table = _TEMPLATES if above else _ALONE
    return table.get(language, table[""]).format(above=above, heading=bare)


def _plain(title: str) -> str:
    """A title without its number and marks."""
    title = _NUMBERED.sub("", " ".join(title.split()), count=1) if _NUMBERED.match(title) else " ".join(title.split())
    return title.strip(" #*_`:.\"'“”„«»")
