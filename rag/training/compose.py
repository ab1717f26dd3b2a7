"""Questions over several documents made out of questions over one: a router meets more kinds than data sets hold.

Three kinds: one question nested in another ("Who wrote the anthem of the country where ..."), two things compared or
tried on each other, and one thing asked of each of several. Most are nonsense; their shape is what is learnt from [1].

[1] Trivedi et al.: MuSiQue, Multihop Questions via Single-hop Question Composition (2022): the idea of composing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

__all__ = ["compose", "noun_phrase"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NAME = re.compile(r"(?<=\s)(?:the )?([A-Z][\w'-]+(?:\s(?:of |the )?[A-Z][\w'-]+)*)")
_NOUN = re.compile(r"\bthe ([a-z]{3,}) of\b")
_IS = re.compile(r"^(?:who|what|which) (?:is|was) (?:the )?(\w.*)$", re.IGNORECASE)
_WHO = re.compile(
    r"^who (\w+ed|won|wrote|sang|sings|plays|made|built|led|did|has|had|founded|became) (.*)$", re.IGNORECASE
)
_WHAT = re.compile(r"^(?:what|which) (\w+) (\w+ed|won|has|had|is|was|made|contains|plays|became) (.*)$", re.IGNORECASE)
_WHERE = re.compile(r"^where (is|was) (.*)$", re.IGNORECASE)
_PEOPLE = ("person", "actor", "man", "woman", "team", "performer", "country")
_PLACES = ("city", "country", "place", "state", "region", "county")
_DEGREES = _words(
    "older younger larger smaller taller longer shorter heavier faster slower bigger richer cheaper "
    "stronger colder hotter safer"
)
_DEEDS = _words(
    "see use know need visit own help hurt eat like join win buy sell watch play read teach beat defeat "
    "outlive influence benefit recognize afford understand"
)
_MOST = (
    "largest", "smallest", "oldest", "tallest", "longest", "first", "last", "top", "most populous", "highest-grossing",
    "most recent", "wealthiest", "best-selling",
)  # fmt: skip
_COUNTS = ("two", "three", "four", "five", "six", "ten")


def compose(singles: Sequence[str], count: int, seed: int) -> list[str]:
    """`count` questions of each of the three kinds, from questions over one document.

    Fewer where the questions hold too few names or nouns to make them of.
    """
    chance = Random(seed)  # noqa: S311 - not a secret
    names = sorted({match[1] for question in singles for match in _NAME.finditer(question)})
    nouns = [noun for question in singles for noun in _NOUN.findall(question.lower())]
    phrases = [phrase for question in singles if (phrase := noun_phrase(question, chance)) is not None]
    named = [question for question in singles if _NAME.search(question)]
    if len(names) < 20 or len(nouns) < 20 or len(phrases) < 20 or not named:
        return []
    made = [_nested(chance, named, phrases, names, nouns) for _ in range(count)]
    made += [_compared(chance, names, nouns) for _ in range(count)]
    return made + [_of_each(chance, names, nouns) for _ in range(count)]


def noun_phrase(question: str, chance: Random) -> str | None:
    """What a question asks for, as a noun phrase of at most 14 words; None where its form is not a simple one."""
    text = question.strip().rstrip("?").strip()
    if match := _IS.match(text):
        phrase = f"the {match[1]}"
    elif match := _WHO.match(text):
        phrase = f"the {chance.choice(_PEOPLE)} who {match[1]} {match[2]}"
    elif match := _WHAT.match(text):
        phrase = f"the {match[1]} that {match[2]} {match[3]}"
    elif match := _WHERE.match(text):
        phrase = f"the {chance.choice(_PLACES)} where {match[2]} {match[1]}"
    else:
        return None
    return phrase if len(phrase.split()) <= 14 else None


def _nested(
    chance: Random, named: Sequence[str], phrases: Sequence[str], names: Sequence[str], nouns: Sequence[str]
) -> str:
    """A question in which a name gave way to a description."""
    inner = chance.choice(phrases)
    if chance.random() < 0.3:
        of = inner if chance.random() < 0.5 else chance.choice(names)
        inner = f"the {chance.choice(nouns)} of {of}"
    if chance.random() < 0.25:
        head = chance.choice(("What is the", "Who is the", "What was the", "Where is the", "When was the"))
        return f"{head} {chance.choice(nouns)} of {inner}"
    outer = chance.choice(named)
    match = chance.choice(list(_NAME.finditer(outer)))
    return outer[: match.start()] + inner + outer[match.end() :]


def _compared(chance: Random, names: Sequence[str], nouns: Sequence[str]) -> str:
    """Two things compared, or tried on each other."""
    one, two = chance.choice(names), chance.choice(names)
    noun, deed, degree = chance.choice(nouns), chance.choice(_DEEDS), chance.choice(_DEGREES)

    def thing(name: str) -> str:
        other = chance.choice(nouns)
        return chance.choice((name, f"the {other} of {name}", other, f"a {other}", f"{other}s"))

    a, b = thing(one), thing(two)
    pick = chance.choice
    famous = pick(("famous", "popular", "expensive", "dangerous", "common", "powerful"))
    made = (
        f"{pick(('Is', 'Was', 'Are', 'Were'))} {a} {pick((degree, f'more {famous}'))} than {b}",
        f"Did {a} {pick(('live', 'die', 'exist', 'begin', 'end', 'happen', 'appear'))} "
        f"{pick(('before', 'after', 'during'))} {b}",
        f"Could {a} {pick((f'have {deed}ed', f'be {deed}n', 'fit inside', 'survive', 'replace', deed))} {b}",
        f"Would {a} {pick((f'be able to {deed}', f'likely {deed}', f'want to {deed}', 'be found in', 'fit in'))} {b}",
        f"Can {a} {pick((deed, 'be used with', 'outlast', 'be bought with', 'be found at', 'be seen from'))} {b}",
        f"{pick(('Are', 'Were'))} {one} and {two} "
        + pick(
            (f"both {noun}s", f"from the same {noun}", "related", f"part of the same {noun}", f"of the same {noun}")
        ),
        f"{pick(('Do', 'Does', 'Did'))} {a} {pick((deed, 'have', 'need', f'have more {noun}s than', 'contain'))} {b}",
        f"Is {a} {pick(('associated with', 'related to', 'part of', 'found in', 'made from', 'necessary for'))} {b}",
        f"{pick(('Has', 'Have', 'Had'))} {a} ever {deed}ed {b}",
        f"Who {pick(('was born', 'died', 'lived', 'came'))} {pick(('first', 'earlier', 'later', 'longer'))}, "
        f"{one} or {two}",
        f"Which {noun} {pick(('is', 'was', 'came', 'has'))} {pick((degree, 'first', 'earlier'))}, {one} or {two}",
        f"If {a} {pick(('were', 'was', 'is', 'had'))} {b}, {pick(('would it', 'could it', 'what'))} {deed} {noun}",
    )
    return pick(made)


def _of_each(chance: Random, names: Sequence[str], nouns: Sequence[str]) -> str:
    """One thing asked of each of several."""
    pick = chance.choice
    noun, kind, third, name = pick(nouns), pick(nouns), pick(nouns), pick(names)
    count, most = pick(_COUNTS), pick(_MOST)
    be, have = pick(("is", "was", "are", "were")), pick(("has the", "had the", "have the"))
    made = (
        f"What {be} the {noun} of each of the {count} {most} {kind}s {pick(('in', 'of', 'by'))} {name}",
        f"What are the {noun}s of the {count} {most} {kind}s in {name}",
        f"What are the {noun} and {third} of the {most} {count} {kind}s",
        f"Of the {count} {most} {kind}s in {name}, which {have} "
        f"{pick(('highest', 'most', 'lowest', 'largest'))} {noun}",
        f"For each {kind} of {name}, what is the {noun}",
        f"Who {pick(('were', 'are'))} the {noun}s of the {count} {most} {kind}s",
        f"Among the {count} {most} {kind}s, how many {noun}s {pick(('does each have', 'are there', f'are in {name}'))}",
        f"How many {noun}s {pick(('do', 'did'))} all {kind}s of {name} have "
        f"{pick(('in total', 'combined', 'together'))}",
        f"In what {pick(('year', 'city', 'country', noun))} {pick(('was', 'were'))} each of the {count} {kind}s "
        f"of {name} {pick(('born', 'founded', 'built', 'released'))}",
        f"List the {noun} of every {kind} {pick(('since', 'in', 'before', 'from'))} {name}",
    )
    return pick(made)
