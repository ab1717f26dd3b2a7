"""Questions that compare named things, or ask for who stands behind one, from what the reader finds about each."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.comparison.attributes import Attribute, Kind
from rag.comparison.judging import Value, both, either, less, same, value_of
from rag.comparison.naming import about, proper, without_addition
from rag.comparison.nations import first_nation
from rag.comparison.sections import Section, paragraphs, sections
from rag.comparison.values import life
from rag.encoders.tokenizer import default_tokenizer
from rag.generators.quotable import quotable
from rag.index.context import headings_context
from rag.passages.reading import READING
from rag.segmenters.sentences import sentences
from rag.spending.allowance import current
from rag.spending.pace import portions

if TYPE_CHECKING:
    from langchain_core.documents import Document

    from rag.comparison.question import Comparison
    from rag.skills.reader import Reader, Span
    from rag.skills.support import Support

__all__ = ["Compared", "Comparing", "Subject"]

_BIRTH, _DEATH = re.compile(r"\bborn\b|\bbirth"), re.compile(r"\bdie\b|\bdeath\b")

_FOUND = 0.2
"""Probability that some words are the answer about one thing, from which they count."""
_YES, _NO = 0.55, 0.3
"""Probability that a claim holds of both, from which it does, and to which it does not."""
_CHOSEN = 0.7
"""Probability that a claim holds of one and not of the other, from which that one is the answer."""
_BEST = 0.2
"""Probability that the claim holds of the one that is chosen, at least."""
_WITHIN = 3
"""Paragraphs and rows about one thing that are read."""
_CERTAINTY = 0.25
"""Exponent that makes the lower of both readings' probabilities one that the answer is right: .2 is .67, .6 is .88."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the things, as it is asked about."""

    name: str
    """As the question names it."""
    called: str
    """What is asked about: the name, or that of who stands behind it."""
    places: tuple[int, ...]
    """The sections that are about it."""
    own: bool = False
    """Whether the first of them is about it, and does not only name it."""
    led: Span | None = None
    """Where the passages name who stands behind it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison comes to."""

    text: str
    """One of the two names, `Yes` or `No`; of a single thing the words found."""
    spans: tuple[Span, ...]
    """The words it rests on, those about the first thing first."""
    confidence: float


def _found(way: Sequence[Subject]) -> tuple[float, float]:
    """The share of the names that passages have, and the share that some are about."""
    return sum(bool(one.places) for one in way) / len(way), sum(one.own for one in way) / len(way)


def _named_within(whole: Sequence[Section], passages: Sequence[Document], names: Collection[str]) -> list[Section]:
    """The paragraphs that begin with one of the names, and the rows of tables that have one and no other in a cell."""
    found = [paragraph for section in whole for paragraph in paragraphs(section, names)]
    cells = {name: re.compile(rf"(?:\A|[:;|] ?){re.escape(name)}(?= ?(?:;|\||\Z))", re.IGNORECASE) for name in names}
    for place, passage in enumerate(passages):
        for row in (quote for quote in quotable(passage) if quote.row):
            inside = [name for name, cell in cells.items() if cell.search(row.text)]
            found += [Section(place, row.start, row.text, name, row.end) for name in inside if len(inside) == 1]
    return found


class Comparing:
    """A comparison over some passages, read section by section: under its heading a thing is not mistaken for another.

    Args:
        asked: the question.
        passages: what was found.
        reader: finds what is asked of each.
    """

    def __init__(self, asked: Comparison, passages: Sequence[Document], reader: Reader) -> None:
        self.asked = asked
        titles = [headings_context(passage.metadata) for passage in passages]
        self.sections = sections([passage.page_content for passage in passages], titles)
        valued = asked.attribute.kind in ("date", "number") and not asked.through
        own = _named_within(self.sections, passages, asked.names) if valued else []
        self.within = range(len(self.sections), len(self.sections) + len(own))
        self.sections += own
        self.texts = [section.text for section in self.sections]
        self.titles = [section.title for section in self.sections]
        self.reader = reader

    def subjects(self) -> list[Subject]:
        """The things, or the one, by the way to read their names in which passages are about most of them."""
        ways = [[self._named(name) for name in names] for names in self.asked.operands]
        named = max(ways, key=_found)
        if not self.asked.through:
            return named
        led = self._read([(self.asked.through.format(subject.called), subject.places) for subject in named])
        return [self._behind(subject, found) for subject, found in zip(named, led, strict=True)]

    def compared(self, support: Support) -> Compared | None:
        """The answer; None where the passages do not tell it for certain.

        Args:
            support: judges claims.
        """
        if not self.asked.attribute.ask:
            return None
        subjects = self.subjects()
        if not all(subject.places for subject in subjects):
            return None
        if self.asked.attribute.kind == "claim":
            found = self._claimed(subjects, support) if all(subject.own for subject in subjects) else None
        else:
            found = self._valued(subjects)
        return found and replace(found, spans=tuple(map(self._in_passage, found.spans)))

    def _in_passage(self, span: Span) -> Span:
        """A span of a section as one of its passage."""
        section = self.sections[span.passage]
        if section.end is not None:
            return replace(span, passage=section.passage, start=section.start, end=section.end)
        return replace(span, passage=section.passage, start=section.start + span.start, end=section.start + span.end)

    def _named(self, name: str) -> Subject:
        within = [place for place in self.within if self.titles[place] == name]
        rows = [place for place in within if self.sections[place].end is not None]
        passages = list(zip(self.titles, self.texts, strict=True))[: self.within.start]
        own = [place for place in within if place not in rows] or about(name, passages, own=True)
        places = [*own[:_WITHIN], *rows[:_WITHIN]] or about(name, passages)
        return Subject(name, without_addition(name), tuple(places), bool(own or rows))

    def _behind(self, subject: Subject, found: Sequence[Span]) -> Subject:
        """Who stands behind a thing, as one passage says, and the passages about them and not about the thing."""
        if not found or found[0].score < _FOUND:
            return replace(subject, called="", places=())
        called = proper(found[0].text)
        found_about = about(called, list(zip(self.titles, self.texts, strict=True)), own=True)
        places = [place for place in found_about if not (subject.own and place in subject.places)]
        return Subject(subject.name, called, tuple(places), bool(places), found[0])

    def _read(self, asked: Sequence[tuple[str, Sequence[int]]]) -> list[list[Span]]:
        """The likeliest words for each question in some passages, best first; none where there is no time to read."""
        shown = [
            (question, [self.texts[place] for place in places], [self.titles[place] for place in places])
            for question, places in asked
        ]
        sizes = [sum(self.reader.unread(*one)) for one in shown] if current() else [0] * len(shown)
        found: list[list[Span]] = []
        for start, end in portions(READING, sizes, needed=False):
            for (_, places), (spans, _) in zip(asked[start:end], self.reader.read_all(shown[start:end]), strict=True):
                found.append([replace(span, passage=places[span.passage]) for span in spans])
        return found + [[] for _ in range(len(asked) - len(found))]

    def _valued(self, subjects: Sequence[Subject]) -> Compared | None:
        """By the values that the passages have for each; asked for in the way that finds them with most belief."""
        attribute: Attribute | None = self.asked.attribute
        best: Compared | None = None
        while attribute is not None and best is None:
            ways = [self._by_values(subjects, attribute, ask) for ask in (attribute.ask, *attribute.also)]
            best = max(filter(None, ways), key=lambda found: found.confidence, default=None)
            attribute = attribute.instead
        return best

    def _by_values(self, subjects: Sequence[Subject], attribute: Attribute, ask: str) -> Compared | None:
        asks = list(filter(None, (ask, attribute.since)))
        found = self._read([(ask.format(one.called), one.places) for one in subjects for ask in asks])
        values: list[list[Value]] = [[] for _ in subjects]
        spans: list[Span] = []
        for place, (some, asked) in enumerate(zip(found, asks * len(subjects), strict=True)):
            subject = subjects[place // len(asks)]
            known = self._value(subject, attribute.kind, asked, some)
            if known is None or known[1].score < _FOUND:
                return None
            values[place // len(asks)].append(known[0])
            spans += [subject.led] if subject.led and place % len(asks) == 0 else []
            spans.append(known[1])
        text = self._judged(subjects, attribute, values) if len(subjects) > 1 else " ".join(spans[-1].text.split())
        return Compared(text, tuple(spans), min(span.score for span in spans) ** _CERTAINTY) if text else None

    def _judged(self, subjects: Sequence[Subject], attribute: Attribute, values: Sequence[Sequence[Value]]) -> str:
        """One of the names, yes or no; empty where the values do not tell."""
        if attribute.judge == "same":
            return "Yes" if same(values[0][0], values[1][0]) else "No"
        least = attribute.judge == "least"
        for place, subject in enumerate(subjects):
            others = [other for there, other in enumerate(values) if there != place]
            if all(less(attribute, values[place], other) is least for other in others):
                return ("No" if place else "Yes") if self.asked.of_first else subject.name
        return ""

    def _value(self, subject: Subject, kind: Kind, ask: str, found: Sequence[Span]) -> tuple[Value, Span] | None:
        """The likeliest words that say a value, and the value."""
        if kind == "date" and (dated := self._lived(ask, found)):
            return dated
        if kind == "nation" and subject.own and (placed := self._opened(subject, found)):
            return placed
        for span in found:
            if (value := value_of(kind, span.text)) is not None:
                return value, span
        return None

    def _lived(self, ask: str, found: Sequence[Span]) -> tuple[Value, Span] | None:
        """Birth or death where both stand side by side: which is which is no matter of belief there."""
        born, died = bool(_BIRTH.search(ask)), bool(_DEATH.search(ask))
        for span in found[:1] if born or died else ():
            if lived := life(self.texts[span.passage]):
                date, start, end = lived[died]
                if lived[0][1] < span.end and span.start < lived[1][2]:
                    text = self.texts[span.passage][start:end]
                    return date, replace(span, text=text, start=start, end=end)
        return None

    def _opened(self, subject: Subject, found: Sequence[Span]) -> tuple[Value, Span] | None:
        """The country that the passage about it opens with. Less certain where the reader finds another one."""
        from rag.skills.reader import Span

        place = subject.places[0]
        text = self.texts[place]
        if not about(subject.called, [("", text)], own=True) or (first := first_nation(text)) is None:
            return None
        value, start, end = frozenset({first[0]}), first[1], first[2]
        agreeing = (span.score for span in found if (said := value_of("nation", span.text)) and same(said, value))
        score = max(_FOUND, next(agreeing, 0.0))
        return value, Span(text[start:end], place, start, end, score)

    def _claimed(self, subjects: Sequence[Subject], support: Support) -> Compared | None:
        """By whether a claim holds of each, where there is time to judge it."""
        shown = [(self._claim(one), place) for one in subjects for place in one.places[:1]]
        titled = [f"{self.titles[place]}\n{self.texts[place]}".strip() for _, place in shown]
        found: Compared | None = None
        sizes = [2 * sum(default_tokenizer().count(titled))] if current() else [0]  # as a whole, then its sentences
        for _ in portions(READING, sizes, needed=False):
            found = self._held(subjects, shown, titled, support)
        return found

    def _held(
        self, subjects: Sequence[Subject], shown: Sequence[tuple[str, int]], titled: Sequence[str], support: Support
    ) -> Compared | None:
        """The same, judged: each claim by the text that it is `shown` with."""
        held = support.score([(claim, text) for (claim, _), text in zip(shown, titled, strict=True)])
        one, other = float(held[0]), float(held[1])
        if self.asked.judge == "choice":
            first = either(one, other)
            text, sure = (subjects[0].name, first) if first >= 0.5 else (subjects[1].name, 1 - first)
            if sure < _CHOSEN or max(one, other) < _BEST:
                return None
        else:
            holds = both(one, other)
            if _NO < holds < _YES:
                return None
            text, sure = ("Yes", holds) if holds >= _YES else ("No", 1 - holds)
        return Compared(text, tuple(self._borne(claim, place, support) for claim, place in shown), sure)

    def _claim(self, subject: Subject) -> str:
        return self.asked.attribute.ask.format(subject.called)

    def _borne(self, claim: str, place: int, support: Support) -> Span:
        """The sentence of a passage that says most of a claim."""
        from rag.skills.reader import Span

        text = self.texts[place]
        parts = [(start, end) for start, end in sentences(text) if end - start > len(claim) // 4] or [(0, len(text))]
        scores = support.score([(claim, text[start:end]) for start, end in parts])
        start, end = parts[int(scores.argmax())]
        return Span(text[start:end], place, start, end, float(scores.max()))
