"""By which property things are compared: the question that is asked of each, and how the answers are judged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.comparison.measures import AGE, infinitive, measure_of

__all__ = ["ROLES", "Attribute", "Judge", "Kind", "asked_of", "countable", "kind_of_same"]

Judge = Literal["least", "most", "same", "each", "choice", "single"]
"""The one with the lower or the higher value; whether both have the same one; whether a claim holds of both; the one of
which a claim holds; where there is only one, what is said of it."""
Kind = Literal["date", "number", "nation", "words", "claim"]
"""What the answers are read as."""

ROLES = frozenset(
    (
        *("director", "performer", "composer", "author", "writer", "singer", "producer", "founder", "creator"),
        *("screenwriter", "lyricist", "editor", "publisher", "artist", "architect", "painter", "designer", "owner"),
        *("father", "mother", "husband", "wife", "spouse"),
    )
)
"""What leads from a work to a person, as far as it is followed."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property."""

    judge: Judge
    kind: Kind
    ask: str
    """Of each thing, its name at `{}`: a question, or a claim where the kind is `claim`. Empty: nothing can be."""
    since: str = ""
    """A second question whose date is taken off: `When was {} born?` where lives are compared."""
    also: tuple[str, ...] = ()
    """Other ways to ask for it; the one counts that is answered for both with most belief."""
    instead: Attribute | None = None
    """What is asked where none of them is answered for both: ages, where no dates of birth are told."""


_EARLY = r"(?:first|earlier|earliest|at an earlier date|older|oldest|sooner)"
_LATE = r"(?:last|later|latest|at a later date|more recent(?:ly)?|most recent(?:ly)?|younger|youngest|newer|newest)"
_WHEN = re.compile(rf"\b(?:(?P<early>{_EARLY})|(?P<late>{_LATE}))\b(?: than .*)?", re.IGNORECASE)
_AGE = re.compile(r"\b(?:(?P<old>older|oldest)|(?P<young>younger|youngest))\b", re.IGNORECASE)
_LIFE = re.compile(
    r"\b(?:lived?|living) (?:for )?(?:(?P<longer>longer|longest|to an older age|to be older)|(?P<shorter>shorter))|"
    r"\b(?P<long>longer life|longest life)|\b(?:died at an? )(?P<age>older|later|younger|earlier) age",
    re.IGNORECASE,
)
_OLD = re.compile(r"\b(?:is|are|was|were) (?:the )?(?:older|oldest|younger|youngest|newer|newest)\Z", re.IGNORECASE)
_ANY_BEGINNING = ("When was {} born?", "When was {} founded?", "When was {} introduced?", "When was {} published?")
"""What is asked where nothing says what kind of thing is older."""
_BEGINNINGS = (
    ("released", "film movie documentary album song single game show series soundtrack picture musical sequel"),
    ("published", "magazine book novel newspaper journal comic manga poem play story periodical article"),
    ("formed", "band group duo trio quartet ensemble team party"),
    (
        "founded",
        "company university school college club organisation organization brand bank city town institution firm",
    ),
    ("built", "building church bridge tower castle house airport stadium temple"),
)
_BEGAN = {noun: verb for verb, nouns in _BEGINNINGS for noun in nouns.split()}
"""What a thing's beginning is called, by what it is."""


def asked_of(head: str) -> Attribute:
    """What is asked of each of two things, by the question without their names: `Which film came out first`."""
    head = re.sub(r"\s+(?:out )?of the two\b|\bthan the other\b|,\s*$", "", head).strip()
    return (
        _life(head) or _moment(head) or _amount(head) or _extent(head) or Attribute("choice", "claim", _claimed(head))
    )


_PLACES = frozenset(("state", "city", "province", "county", "continent", "region", "town", "district", "place"))


def kind_of_same(what: str) -> Attribute | None:
    """The property that two things have in common, or do not: `country`, `nationality`, `director`."""
    what = what.lower().split()[-1]
    if what in ("nationality", "citizenship"):
        return Attribute("same", "nation", "What is the nationality of {}?")
    if what == "country":
        return Attribute("same", "nation", "Which country is {} from?")
    if what in _PLACES:
        return Attribute("same", "words", f"In which {what} is {{}}?")
    if what in ROLES:
        return Attribute("same", "words", f"Who is the {what} of {{}}?")
    return Attribute("same", "words", f"What {what} is {{}} of?") if what in ("genre", "genus", "family") else None


def _life(head: str) -> Attribute | None:
    if (match := _LIFE.search(head)) is None:
        return None
    least = match["shorter"] or match["age"] in ("younger", "earlier")
    return Attribute("least" if least else "most", "date", "When did {} die?", "When was {} born?")


_BORN, _DIED = (
    re.compile(r"\bborn\b", re.IGNORECASE),
    re.compile(r"\b(?:died?|passed away|dead|death)\b", re.IGNORECASE),
)
_CAME = re.compile(r"\b(?:came|come|comes) (?:out|first)\b|\bdebut", re.IGNORECASE)
_PART = re.compile(
    r"\b(?P<verb>released|published|founded|formed|established|built|created|opened|introduced|launched|completed|"
    r"started|invented|discovered|constructed|made|produced|written|incorporated|organized|recorded|aired|premiered)\b",
    re.IGNORECASE,
)
_TO_DO = re.compile(r"\b(?:first|last) (?:to|[a-z]+)\b")
"""`the first to serve pizza`: that is no comparison of dates that stand anywhere."""
_ASKING = re.compile(r"\A(?:which|who|what)\b(?: [\w'-]+)?? (?=went|did|was|has|had|won|began)", re.IGNORECASE)
_PERSON = r"who|person|star|wom[ae]n|\w*(?:er|or|ist|ian|man|ess|or)s?"
"""What is born, and not made, as its name ends: `writer`, `actress`, `musician`."""
_NOUN = re.compile(
    r"(?:which|what)(?: [\w'-]+)*? (?P<noun>[\w-]+) (?:is|are|was|were|came|has|had|have|did|came)\b", re.IGNORECASE
)


def _moment(head: str) -> Attribute | None:
    """A date of each."""
    match = _WHEN.search(head)
    if match is None or (_TO_DO.search(head) and not any(known.search(head) for known in (_BORN, _DIED, _CAME, _PART))):
        return None
    judge: Judge = "least" if match["early"] else "most"
    aged = Attribute("most" if match["early"] else "least", "number", AGE) if _AGE.search(head) else None
    if ask := _dated(head) or _begun(head, match) or _happened(head):
        return Attribute(judge, "date", ask, instead=aged)
    if not _OLD.search(head):
        return None
    return Attribute(judge, "date", _ANY_BEGINNING[0], also=_ANY_BEGINNING[1:], instead=aged)


def _dated(head: str) -> str:
    """What is asked where the question says what happened: born, died, released."""
    if _BORN.search(head):
        return "When was {} born?"
    if _DIED.search(head):
        return "When did {} die?"
    part = _PART.search(head)
    return f"When was {{}} {part['verb'].lower()}?" if part else ""


def _begun(head: str, match: re.Match[str]) -> str:
    """What is asked where it says only that one is older, or came first: by what the things are."""
    noun = _noun(head)
    if noun in _BEGAN and (_CAME.search(head) or _AGE.search(head) or _bare(head, match)):
        return f"When was {{}} {_BEGAN[noun]}?"
    if _AGE.search(head) and re.fullmatch(_PERSON, noun or head.lower()[:3]):
        return "When was {} born?"
    if _CAME.search(head):
        return "When did {} come out?" if re.search(r"\bout\b", head) else "In what year was {}?"
    return ""


def _happened(head: str) -> str:
    """What is asked of any other event: `went into space`."""
    if _AGE.search(head):
        return ""
    event = " ".join(_ASKING.sub("", _WHEN.sub("", head)).split())
    return f"When did {{}} {event}?" if event and event != head else ""


def _bare(head: str, match: re.Match[str]) -> bool:
    """Whether nothing is said but that one is the first: `Which magazine is the earliest`."""
    return not head[match.end() :].strip() and bool(re.search(r"\b(?:is|was)\b(?: the)?\s*\Z", head[: match.start()]))


def _noun(head: str) -> str:
    """What the things are: `film`. Empty where the question says `who`."""
    match = _NOUN.match(head)
    noun = match["noun"].lower() if match else ""
    return noun[:-1] if noun.endswith("s") and noun[:-1] in _BEGAN else noun


_MUCH = re.compile(
    r"(?P<before>.*?)\b(?:(?P<more>more|most|a larger number of|a greater number of|the greatest number of)|"
    r"(?P<less>fewer|fewest|less|least))\s+(?P<noun>[a-z][\w' -]*)\Z",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"[\w'-]+(?<!ou)(?<!s)s\b|\b(?:people|members|species|children|women|men|awards)\b", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"(?:who|(?:which|what)(?: [\w'-]+)*?) "
    r"(?=(?:has|have|had|won|released|wrote|directed|contains?|is|was|does)\b|[a-z]+s \Z)",
    re.IGNORECASE,
)


def countable(noun: str) -> bool:
    """Whether there can be more or fewer of what a noun names: `members of the band`, not `longevity`."""
    return bool(_COUNTED.search(re.split(r" (?:to|by|with|than|in|of|from)\b", noun)[0]))


def _amount(head: str) -> Attribute | None:
    """A count of each: `Which band has more members`."""
    match = _MUCH.match(head)
    if match is None or not countable(match["noun"]):
        return None
    said = f"{match['before'].strip()} "
    if not (subject := _SUBJECT.match(said)):
        return None
    verbs = said[subject.end() :].replace(" the", "").split()
    ask = f"How many {match['noun']} {_inverted(verbs)}?"
    return Attribute("most" if match["more"] else "least", "number", ask)


def _inverted(said: list[str]) -> str:
    """The verbs of a statement around its subject, as a question has them: `has {} won`."""
    if not said or (len(said) == 1 and said[0] in ("has", "have", "had")):
        return "does {} have"
    if said[0] in ("has", "have", "had", "is", "was", "does"):
        return f"{said[0]} {{}} {' '.join(said[1:])}".strip()
    if len(said) == 1 and said[0].endswith("s"):
        return f"does {{}} {infinitive(said[0])}"
    return f"did {{}} {' '.join(said)}"


def _extent(head: str) -> Attribute | None:
    """A measure of each: `Which mountain is taller`, `Who earns more`."""
    found = measure_of(head)
    return Attribute("most" if found.more else "least", "number", found.ask, also=found.also) if found else None


_COMPARED = re.compile(
    r"\b(?:more|less|most|least|fewer|better|worse|best|worst|further|farther|(?:old|young|larg|small|bigg|high|low|long|"
    r"short|tall|great|earli|lat|fast|slow|strong|weak|warm|cool|cold|hott|heavi|light|deep|wid|cheap|rich|poor|near|"
    r"clos|safe|hard|soft|new)(?:er|est))\b",
    re.IGNORECASE,
)
"""What no single passage says of a thing by itself."""
_CLAIMED = re.compile(
    r"(?:(?:who|what) |(?:what|(?:in )?which)(?: [\w'-]+){0,4}? )(?P<said>(?:is|are|was|were|has|have|had|did|does|do|"
    r"can|contains?|includes?|wrote|won|sang|chose|made|began|(?!its\b|his\b|this\b|as\b)[a-z]+(?:ed|s))\b.*)\Z",
    re.IGNORECASE,
)


def _claimed(head: str) -> str:
    """What is said of one of two, as a statement: `{} is a comedy film`; empty where it is said by comparing."""
    match = _CLAIMED.match(head)
    return "" if match is None or _COMPARED.search(head) else f"{{}} {match['said']}"
