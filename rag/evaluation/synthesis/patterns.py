"""Wh-questions from sentences whose form says what can be asked. English.

Each rule reads a whole clause from the beginning of the sentence: a subject that is understood alone, a form of `be` or
a verb, and what is asked for. Precision counts, not how many sentences fit: docs/decisions/evaluation.md tells it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag.evaluation.synthesis.askable import MONTH, Sentence
from rag.evaluation.synthesis.vocabulary import Vocabulary

__all__ = ["Asked", "patterns"]

Asked = tuple[str, str, str]
"""Method, question, answer."""

_SUBJECT = r"(?P<subject>[^\s,;:()\"“”]+(?: [^\s,;:()\"“”]+){0,7}?)"
_IRREGULAR = (
    "born|built|bought|brought|chosen|drawn|driven|found|founded|given|held|kept|known|laid|led|left|lost|made|met|paid"
    "|put|read|run|seen|sent|set|shown|sold|spent|spoken|sung|taken|taught|told|thought|won|written"
)
_BE = r"(?P<be>is|are|was|were|(?:must|may|can|should|will|shall) be|has been|have been)"
_ADVERB = r"(?:(?:first|also|originally|officially|usually|normally|always|later|once|finally) )?"
_PASSIVE = re.compile(
    rf"{_SUBJECT} {_BE} {_ADVERB}(?P<verb>(?:re)?(?:{_IRREGULAR})|[a-z]{{2,}}ed) {_ADVERB}(?P<rest>.+)"
)
_DATE = (
    rf"(?:(?:early |late |mid-)?(?:\d{{1,2}} )?(?:{MONTH} )?(?:\d{{1,2}}, )?(?:1[0-9]|20)\d\d(?:s|(?: BC| AD| CE))?)"
)
_NUMBER = (
    r"(?:\d+(?:[.,]\d+)*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|twenty|thirty)"
)
_ABOUT = r"(?:(?:about|around|up to|at least|at most|no more than|no longer than|less than|more than|only) )?"
_SPAN = (
    rf"{_ABOUT}{_NUMBER}(?: (?:to|or|and) {_NUMBER})? "
    r"(?:(?:working|calendar|business) )?(?:second|minute|hour|day|week|month|year)s?"
)
_TAILS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("date", "When", re.compile(rf"(?:in|on) (?P<answer>{_DATE})(?=[,. ])")),
    ("duration", "For how long", re.compile(rf"for (?P<answer>{_SPAN})(?=[,. ])")),
    ("duration", "Within what time", re.compile(rf"within (?P<answer>{_SPAN})(?=[,. ])")),
)
"""Behind a participle: the method, how the question begins, what is asked for."""
_PLACES = {"located": "in|on|at|near|between|along", "situated": "in|on|at|near|between|along"}
_PLACES |= {"based": "in|at|near", "headquartered": "in|at|near"}
"""Participles of a place, with the words that lead to it."""
_DEFINED = re.compile(
    rf"{_SUBJECT} (?P<be>is|are|was|were) "
    r"(?P<answer>(?:an? |the (?:only|first|last|largest|smallest|oldest|highest|most) (?!it|in|of|we|that|one|to|time))"
    r"[^;:()]+)\.$"
)
_EMPTY = re.compile(
    r"an? (?:lot|bit|few|little|number|kind|type|sort|part|result|matter|good|bad|great|way|case|member|need|must"
    r"|problem|key|major|important|significant|very|more|much|big|long|source|sign)\b"
)
_PERSON = re.compile(
    r"\b(?:\w+(?:ist|ician|writer|player|maker|worker|singer|leader|actor|author|poet|officer|director|painter"
    r"|ballplayer)"
    r"|footballer|president|king|queen|actress|politician|general|governor|bishop|captain|soldier|engineer|lawyer"
    r"|professor|teacher|fellow|philosopher|composer|monarch|emperor|explorer|scholar|citizen)s?"
    r"(?=$|[,.]| (?:of|who|from|in|at|and|for|with|born|on|best|known)\b)",
    re.IGNORECASE,
)
_LASTS = re.compile(
    rf"{_SUBJECT} (?P<verb>lasts?|takes?|costs?) "
    rf"(?P<answer>{_SPAN}|{_ABOUT}(?:[$€£] ?[\d.,]*\d|[\d.,]*\d [A-Z]{{3}}))(?=[,. ])"
)
_SHORT = re.compile(r"(?P<long>[^\W\d_][\w-]+(?: [\w-]+){1,7}) \((?P<short>[A-Z]{2,6})\)")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|may|might|must|should|shall)\b"
)
_NOT_SUBJECT = re.compile(
    rf"{_FINITE.pattern}|\b(?:not|no|that|which|who|whom|whose|because|if|when|while|whether|how|and|or|but|than"
    rf"|as|it|what"
    r"|where|there|by)\b",
    re.IGNORECASE,
)
_NOT_FIRST = re.compile(
    r"(?:in|on|at|for|from|with|to|of|after|before|during|since|under|over|through|among|between|within|without|despite"
    r"|once|according|about|every|any|much|more|less|only|even|just|now|today|later|using|based|given|due|until"
    r"|like|unlike"
    r"|(?:the |an? )?(?:additional|further|similar|other|same|different|various|previous|certain|resulting|remaining"
    r"|interesting|important|common|typical|key|major|main|good|following|entire|whole|new|last|next|result))\b",
    re.IGNORECASE,
)
_NOT_LAST = re.compile(
    r"(?:\w+ly|also|only|still|now|then|often|never|always|usually|of|in|the|a|an|to|for|with|both|all|each)$"
)
_CLAUSE = re.compile(
    r",? (?:who|which|that|when|where|while|because|since|after|before|if|using|until|whose|so|but|including"
    r"|such as|as)\b"
    rf"| (?:in|on|at|for|within|from|by|during) (?:the )?(?:{MONTH}|\d|early|late|mid)|[;:.(]"
)
"""What ends a phrase."""
_JOINT = re.compile(r",? (?:and|but|or) ")
_SECOND = re.compile(r",? (?:and|but) (?=[a-z]+ed\b)|, (?:but|so|while|although)\b")
"""What joins words; what joins a second predicate."""
_LONGEST = 12
"""Words of a phrase."""
_SPECIFIC = 0.5
"""Rarity that some word of a subject has at least."""


def patterns(sentence: Sentence, words: Vocabulary) -> list[Asked]:
    """The questions that a sentence answers by its form, the most certain first."""
    if sentence.language != "en":
        return []
    rules: tuple[Callable[[str, Vocabulary], Iterator[Asked]], ...] = (_abbreviation, _passive, _lasts, _definition)
    return [asked for rule in rules for asked in rule(sentence.text, words)]


def _subject(text: str, words: Vocabulary) -> str | None:
    """A subject as it reads inside a question; None where it may not be one, or is not understood alone."""
    parts = text.split()
    if _NOT_SUBJECT.search(text) or _NOT_FIRST.match(text) or _NOT_LAST.search(text):
        return None
    bare = parts[1:] if parts[0].casefold() in ("the", "a", "an") else parts
    inside = words.inside(text)
    if inside[:1].isupper() or any(part[:1].isupper() for part in parts[1:]):
        return inside
    if len(bare) < 2 or (words.telling and max(map(words.rarity, bare)) < _SPECIFIC):  # `the company`: which one?
        return None
    return inside


def _phrase(rest: str) -> str | None:
    """What a text begins with, as far as it is one phrase; None where its end is not sure."""
    ended = _CLAUSE.search(rest)
    phrase = _first(rest[: ended.start()] if ended else rest)
    head, comma, tail = phrase.partition(",")
    if comma and " and " not in tail and " or " not in tail:  # no list
        phrase = head
    phrase = phrase.strip(" ,.")
    sure = phrase and len(phrase.split()) <= _LONGEST and not _FINITE.search(phrase) and not _NOT_LAST.search(phrase)
    return phrase if sure else None


def _first(text: str) -> str:
    """A text up to the word that joins a second clause or participle to it; nothing where that is not sure."""
    text = _SECOND.split(text, maxsplit=1)[0]
    if finite := _FINITE.search(text):
        joints = list(_JOINT.finditer(text, 0, finite.start()))
        return text[: joints[0].start()] if len(joints) == 1 else ""  # several: which one joins the clause?
    return text


def _passive(text: str, words: Vocabulary) -> Iterator[Asked]:
    """`X is approved by Y`, `X was built in 1900`, `X is kept for two years`, `X is located in Y`."""
    match = _PASSIVE.match(text)
    subject = _subject(match["subject"], words) if match else None
    if match is None or subject is None:
        return
    if match["be"] in ("was", "were") and subject.startswith(("a ", "an ")):  # one of many
        return
    first, _, second = match["be"].partition(" ")
    done, rest = f"{second} {match['verb']}".strip(), match["rest"]
    if leads := _PLACES.get(match["verb"]):
        if re.match(rf"(?:{leads}) ", rest) and (place := _phrase(rest)):
            yield "place", f"Where {first} {subject} {done}?", place
        return
    if rest.startswith("by ") and not re.match(r"by (?:\w+ing\b|[\d$€£]|an? \w+ of \d)", rest):
        if agent := _phrase(rest.removeprefix("by ")):
            yield "agent", f"By whom or what {first} {subject} {done}?", agent
        return
    for method, begins, tail in _TAILS:
        if found := tail.match(rest):
            yield method, f"{begins} {first} {subject} {done}?", found["answer"]


def _lasts(text: str, words: Vocabulary) -> Iterator[Asked]:
    """`X lasts 14 weeks`, `X costs $ 5`."""
    match = _LASTS.match(text)
    subject = _subject(match["subject"], words) if match else None
    if match is None or subject is None:
        return
    verb = match["verb"].removesuffix("s")
    does = "does" if match["verb"] != verb else "do"
    how = "How much" if verb == "cost" else "How long"
    yield "duration" if verb != "cost" else "price", f"{how} {does} {subject} {verb}?", match["answer"]


def _definition(text: str, words: Vocabulary) -> Iterator[Asked]:
    """`X is a Y`."""
    match = _DEFINED.match(text)
    subject = _subject(match["subject"], words) if match else None
    if match is None or subject is None or _EMPTY.match(match["answer"]):
        return
    answer = re.split(rf", (?:but|so|while|although)\b|,? and (?=[^,]*{_FINITE.pattern})", match["answer"], maxsplit=1)[
        0
    ]
    if len(answer.split()) > _LONGEST:
        answer = re.split(r",? (?:that|which|who|whose|where|when)\b|, (?:an?|the) ", answer, maxsplit=1)[0]
    if not 3 <= len(answer.split()) <= 2 * _LONGEST or _NOT_LAST.search(answer):
        return
    person = subject[:1].isupper() and _PERSON.search(" ".join(answer.split()[:6]))
    yield "definition", f"{'Who' if person else 'What'} {match['be']} {subject}?", answer.strip()


def _abbreviation(text: str, words: Vocabulary) -> Iterator[Asked]:
    """`long short (LS)`, where the letters are those of the words."""
    for match in _SHORT.finditer(text):
        parts = match["long"].split()[-len(match["short"]) :]
        if "".join(part[0] for part in parts).casefold() == match["short"].casefold():
            yield "abbreviation", f"What does {match['short']} stand for?", " ".join(parts)
