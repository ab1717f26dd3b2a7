"""What a question describes instead of naming it: `the firm that bought Lunden Bank`, `Lunden Bank's owner` [1].

"Who runs the firm that bought Lunden Bank?" is two questions: "What is the firm that bought Lunden Bank?", and "Who
runs {}?" with its answer. Where a description ends is often not told by words alone (`the firm that bought the bank
run by ...`), so a question may be read in several ways; what the passages answer decides. English only.

[1] Min et al.: Multi-hop Reading Comprehension through Question Decomposition and Rescoring (2019), section 3.1:
    "bridging" questions, which a trained model divides there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Way", "ways"]

LONGEST = 400
"""Characters of a question that is looked at: what is longer is a text."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a question as two."""

    first: str
    """Asks what is described."""
    then: str
    """The question with `{}` for it."""

    def filled(self, words: str) -> str:
        """The second question, about what the first one found."""
        return self.then.replace("{}", words, 1)


def ways(question: str, most: int = 3) -> list[Way]:
    """The ways to read a question, the innermost description first; none where it describes nothing.

    Args:
        question: stand-alone.
        most: ways at most.
    """
    text = " ".join(question.split()).rstrip(" ?.")
    if len(text) > LONGEST or "{}" in text:
        return []
    words = text.split()
    found: dict[Way, None] = {}
    for describe in (_by_clause, _by_preposition, _by_possessive):
        for start, inside in describe(words):
            for end in dict.fromkeys((len(words), *_ends(words, start, inside))):
                if way := _way(words, start, end):
                    found[way] = None
            if len(found) >= most:
                break
        if len(found) >= most:
            break
    return list(found)[:most]


_RELATIVE = frozenset(["that", "who", "which", "whose", "where", "whom"])
_RELATIVE_BEHIND = frozenset(["in", "of", "from", "on", "by", "under", "to", "for", "with", "at"])
"""What may stand before the last four: `the year in which`."""
_PARTICIPLES = frozenset(
    (
        *("sharing", "containing", "featuring", "starring", "owning", "leading", "using", "making", "bordering"),
        *("located", "based", "named", "called", "born", "produced", "founded", "written", "directed", "played"),
        *("released", "known", "used", "bundled", "published", "owned", "created", "made", "built", "designed"),
        *("managed", "run", "led", "held", "situated", "composed", "performed", "sung", "recorded", "responsible"),
    )
)
"""What opens a clause without a pronoun: `the county sharing a border with`."""
_AUXILIARIES = frozenset(
    [
        "is",
        "was",
        "are",
        "were",
        "does",
        "do",
        "did",
        "has",
        "have",
        "had",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "must",
        "should",
    ]
)
_DO = frozenset(("do", "does", "did"))
_BASE = frozenset(
    (
        *("play", "marry", "die", "win", "take", "merge", "start", "end", "live", "move", "join", "write", "sing"),
        *("release", "become", "occur", "form", "come", "go", "find", "begin", "receive", "lose", "get", "sell"),
        *("buy", "make", "serve", "attend", "study", "have", "own", "belong", "appear", "perform", "leave", "fight"),
        *("refer", "mean", "produce", "run", "hold", "share", "use", "lead", "open", "close", "change", "happen"),
        *("work", "pay", "need", "cost", "offer", "report", "say", "meet", "speak", "teach", "manage", "approve"),
    )
)
"""Verbs behind `did`: the description before them ends there."""
_PARTICIPLE = re.compile(
    r"\w+ed|born|built|made|held|won|written|known|sung|led|run|found|taken|bought|sold|set|cut|paid|kept|sent"
)
_OWNS = re.compile(r"['’]s\Z")
_ASIDE = frozenset(["in", "at", "on", "during", "for", "when", "before", "after"])
_FINITE = frozenset(["plays", "has", "won", "starred", "also", "lives", "works"])
_OPEN = frozenset(["of", "in", "to", "and", "that", "who", "which", "where", "on", "by", "for", "with", "at"])
_PERSON = re.compile(
    r"\b(?:person|(?:wo)?man|child|wife|husband|spouse|(?:grand)?(?:father|mother|son|daughter)|brother|sister|sibling|"
    r"king|queen|president|poet|politician|colleague|(?:act|auth|direct|edit|doct|profess|conduct|sculpt)(?:or|ress)|"
    r"\w{3,}(?:ist|ian)|\w*(?:sing|perform|writ|produc|compos|play|lead|found|own|paint|publish|explor|manag|design|teach|"
    r"research|employ|develop|discover|speak|report|organi[sz]|rul)er|engineer|head|chief|ceo|host)\b",
    re.IGNORECASE,
)
_ASKING = frozenset(
    (
        *("what", "which", "who", "whom", "whose", "where", "when", "how", "in", "on", "at", "of", "from", "by", "to"),
        *("for", "with", "the", "a", "an", "and", "name", "names", "term", "title", "word", "kind", "type", "much"),
        *("many", "long", "year", "years", "date", "other", "else", "also", "that", "it", "be", "person", "thing"),
        *_AUXILIARIES,
    )
)
"""Words that ask for something and do not say what about it."""
_WORD = re.compile(r"the (?:name|word|term|title|number|kind|type)s?\b", re.IGNORECASE)
"""Begins what is no description of a thing."""
_CLAUSE = re.compile(r" (?:that|who|which|whose|where|whom|of|in|from|behind)\b")
"""What ends the noun that a description begins with."""
_UNFINISHED = re.compile(
    r"\b(?:does|did|do) \{\}\Z|(?:when|where|what|who|which|(?:in|on|of) (?:what|which))(?: \w+)? (?:was|were) \{\}\Z",
    re.IGNORECASE,
)
"""A second question that has lost its verb to the description."""


def _way(words: Sequence[str], start: int, end: int) -> Way | None:
    """The question read with a description of `words[start:end]`; None where one of both halves asks for nothing."""
    described = " ".join(words[start:end]).strip(" ,")
    owner = _OWNS.search(described) if end < len(words) else None
    described = described[: owner.start()] if owner else described
    rest = " ".join((*words[:start], "{}'s" if owner else "{}", *words[end:]))
    if not _content(rest) or len(_content(described)) < 2 or _UNFINISHED.search(rest) or _WORD.match(described):
        return None
    if described.count('"') % 2 or described.count("“") != described.count("”"):
        return None
    asked = "Who" if _PERSON.search(_CLAUSE.split(described)[0]) else "What"
    described = f"the{described[3:]}" if described.startswith("The ") else described
    return Way(f"{asked} is {described}?", f"{rest}?")


def _content(text: str) -> list[str]:
    """The words that say what a question is about."""
    return [word for word in re.findall(r"\w[\w'’-]*", text.casefold()) if word not in _ASKING]


def _by_clause(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """`the NOUN that ...`: where it starts, and where the clause's third word stands; the last one first."""
    for place in range(len(words) - 2, 1, -1):
        word = words[place].casefold().strip(",")
        pair = word in _RELATIVE_BEHIND and words[place + 1].casefold() in ("which", "whom")
        relative = word in _RELATIVE or pair
        before = words[place - 1]
        if not (relative or word in _PARTICIPLES) or (before.endswith(",") and not relative):
            continue
        noun = before.rstrip(",")
        if not noun.isalpha() or noun[0].isupper():
            continue
        start = _article(words, place)
        if start is not None and start + 1 < place:
            yield start, place + 2


def _article(words: Sequence[str], place: int) -> int | None:
    """Where the `the` stands that opens the noun phrase before a place."""
    for start in range(place - 1, max(-1, place - 8), -1):
        word = words[start].casefold().rstrip(",")
        if word == "the":
            return start
        closed = start < place - 1 and (word in _AUXILIARIES or word in _OPEN or words[start].endswith(","))
        if closed or word in ("a", "an"):
            return None
    return None


_PREPOSITION = re.compile(r"\b[Tt]he ((?:[a-z-]+ ){1,3}?)(?:of|behind|from) (?=(?:the )?(?:[a-z]+ )?[\"“A-Z0-9])")
_POSSESSIVE = re.compile(
    r"(?:(?<=\s)|\A)((?:[A-Z0-9\"“][\w.'’\"”-]*,? |(?:of|de|the|and|in|1st|2nd|3rd) )*[A-Z][\w.\"”-]*['’]s )[a-z-]+"
)


def _by_preposition(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """`the ROLE of Name`."""
    text = " ".join(words)
    for match in _PREPOSITION.finditer(text):
        start = len(text[: match.start()].split())
        yield start, start + 2 + len(match[1].split())


def _by_possessive(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """`Name's role`, of one word or of two."""
    text = " ".join(words)
    for match in _POSSESSIVE.finditer(text):
        start = len(text[: match.start(1)].split())
        role = len(text[: match.end(1)].split())
        while start < role and (words[start][0].islower() or words[start].casefold() in _ASKING):
            start += 1
        behind = max((place + 1 for place in range(start, role) if words[place].casefold() in _OPEN), default=start)
        for begin in dict.fromkeys((behind, start)):
            if begin < role:
                yield begin, role + 1


def _ends(words: Sequence[str], start: int, inside: int) -> Iterator[int]:
    """Where a description that starts at a place may end: behind a comma, or before the question's verb.

    One of two words, `Lund's owner`, also ends before a preposition, and before what is its own: `Lund's owner's firm`.
    """
    two = inside < len(words) and _OWNS.search(words[inside - 2])
    if two and (words[inside].casefold() in _ASIDE or _OWNS.search(words[inside - 1])):
        yield inside
    before = [word.casefold() for word in words[:start] if word.casefold() in _AUXILIARIES]
    for place in range(inside, len(words)):
        word, last = words[place].casefold().strip(","), words[place - 1].casefold()
        if last.endswith(","):
            yield place
        elif not before:
            if word in _AUXILIARIES or word in _FINITE:
                yield place
        elif before[-1] in _DO:
            if word in _BASE or place == len(words) - 1:
                yield place
        elif _PARTICIPLE.fullmatch(word) and last not in _AUXILIARIES and last != "also":
            yield place
