"""Answers made for the training of `equivalence`, in the words of judged answers and of questions.

Language models answer in sentences, and what they get wrong differs in much. That `The capital of France is London`
says another thing than `Paris` is learnt from answers in which nothing but the reference was replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from rag.skills.equivalence import SEVERAL
from rag.words.stopwords import STOP_WORDS

__all__ = ["Pool", "another", "deny", "kind", "listed", "reworded", "say", "stated", "swapped"]

Pool = Mapping[str, Sequence[str]]
"""References by their `kind`."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_AMOUNTS = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fifteen", "twenty", "thirty", "forty", "fifty"),
)
_DIGITS = {**dict(zip(map(str, range(2, 14)), _AMOUNTS, strict=False)), "15": "fifteen"}
_AMOUNT = re.compile(rf"\b(?:{'|'.join(_AMOUNTS)})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PLACE = re.compile(
    r"\b(?:where|city|country|state|capital|county|continent|island|town|nation|river|mountain)\b", re.IGNORECASE
)
_DATE = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH.pattern}),? (\d{{4}})|({_MONTH.pattern}) (\d{{1,2}}),? (\d{{4}})"
)
_WORD = re.compile(r"[^\W_]+")
_UNITS = {
    **{"kilometres": "km", "kilometers": "km", "metres": "m", "meters": "m", "centimetres": "cm", "centimeters": "cm"},
    **{"feet": "ft", "kilograms": "kg", "pounds": "lbs", "percent": "%", "miles per hour": "mph"},
}
_SAYINGS = (
    *("The answer is {}.", "It is {}.", "It was {}.", "That would be {}.", "{} is the answer.", "Answer: {}"),
    *("The correct answer is {}.", "I believe it is {}.", "As far as I know, it was {}.", "{}, if I am not mistaken."),
    *("According to the passage, it is {}.", "**{}**", "This refers to {}.", "It's {}!", "Most sources give {}."),
)
_IS = re.compile(r"(?P<wh>who|what|which|where|when|what's) (?P<be>is|was|are|were) (?P<rest>.+)", re.IGNORECASE)
_DID = re.compile(r"(?P<wh>when|where|how|why|what|who) (?P<do>did|does|do) (?P<rest>.+)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"(?:who|which (?P<noun>\w+)) (?P<rest>(?!(?:is|was|are|were|did|do|does)\b)\w+ .+)", re.IGNORECASE
)
_MANY = re.compile(r"how (?:many|much) (?P<rest>.+)", re.IGNORECASE)
_LED = {"where": "in ", "when": "in "}


def kind(question: str, reference: str) -> str:
    """What sort of thing a reference is, by its form and by what is asked."""
    if _MONTH.search(reference) or (_YEAR.search(reference) and len(reference.split()) < 3):
        return "date" if _MONTH.search(reference) else "year"
    if _NUMBER.match(reference) or _AMOUNT.match(reference):
        return "number"
    if re.search(r"\bwho(?:se|m)?\b", question, re.IGNORECASE) and reference[:1].isupper():
        return "person"
    if _PLACE.search(question) and reference[:1].isupper():
        return "place"
    return "name" if reference[:1].isupper() else "thing"


def swapped(question: str, references: str, candidate: str, pool: Pool, chance: Random) -> str | None:
    """A right answer with another thing of the same kind in the reference's place; None where none stands there."""
    given = sorted(references.split(SEVERAL), key=len, reverse=True)
    for reference in given:
        at = re.compile(rf"(?<!\w){re.escape(reference)}(?!\w)", re.IGNORECASE)
        if not reference or not at.search(candidate):
            continue
        other = another(question, references, pool, chance, reference)
        if other is None:
            return None
        text = other.join(at.split(candidate))
        left = _own(references, question) & set(_words(text)) - set(_words(other))
        for word in sorted(left):
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", other.split()[-1], text, flags=re.IGNORECASE)
        return text
    return None


def another(question: str, references: str, pool: Pool, chance: Random, reference: str) -> str | None:
    """Of the same kind as a reference, without a word of any; or the reference with another number, or another half."""
    if _NUMBER.search(reference) and chance.random() < 0.5:
        return _other_number(reference, chance)
    name = reference.split()
    kin = kind(question, reference)
    some = pool.get(kin, ())
    own = set(_words(references))
    for _ in range(8):
        other = chance.choice(some) if some else ""
        if not other or own & set(_words(other)) - set(STOP_WORDS["en"]) or len(other.split()) > 8:
            continue
        if kin == "person" and len(name) == 2 and len(other.split()) == 2 and chance.random() < 0.3:
            halves = (name[0], other.split()[1]), (other.split()[0], name[1])
            return " ".join(chance.choice(halves))
        return other
    return None


def say(question: str, answer: str, chance: Random) -> str:
    """An answer as a sentence: in the question's words where they can be turned, else in some frame."""
    answer = answer.strip().rstrip(".")
    if chance.random() < 0.35:
        return chance.choice(_SAYINGS).format(answer)
    turned = list(_turned(question.strip().rstrip("?").strip(), answer))
    text = chance.choice(turned) if turned else chance.choice(_SAYINGS).format(answer)
    return text[:1].upper() + text[1:]


def _turned(question: str, answer: str) -> Iterator[str]:
    if found := _IS.fullmatch(question):
        be, rest, led = found["be"], found["rest"], _LED.get(found["wh"].lower(), "")
        yield f"{rest} {be} {led}{answer}."
        yield f"{led}{answer} {be} {rest}."
        yield f"I think that {rest} {be} {led}{answer}, but you may want to check."
    elif found := _DID.fullmatch(question):
        yield f"{found['rest']} {_LED.get(found['wh'].lower(), 'by ')}{answer}."
        yield f"It was {_LED.get(found['wh'].lower(), '')}{answer} that {found['rest']}."
    elif found := _SUBJECT.fullmatch(question):
        noun = found["noun"]
        yield f"{answer} {found['rest']}."
        yield f"It was {answer} who {found['rest']}."
        if noun:
            yield f"The {noun} that {found['rest']} is {answer}."
    elif found := _MANY.fullmatch(question):
        yield f"{answer} {found['rest']}."
        yield f"There are {answer} {found['rest']}."


def deny(reference: str, other: str, chance: Random) -> tuple[str, str]:
    """A wrong answer that names the reference, and a right one that names something else."""
    wrong = (
        "not {r}",
        "It is not {r}.",
        "It was not {r} but {o}.",
        "{o}, not {r}",
        "It is {o} rather than {r}.",
        "Not {r}, it was {o}.",
    )
    right = ("{r}, not {o}", "It was not {o} but {r}.", "It is {r} rather than {o}.", "Not {o}: it is {r}.")
    return tuple(chance.choice(some).format(r=reference, o=other) for some in (wrong, right))  # type: ignore[return-value]


def stated(question: str, reference: str, other: str, chance: Random) -> list[tuple[str, str, str, float]]:
    """A yes-or-no question made of another, with right and wrong answers to it: question, reference, answer, worth."""
    true = chance.random() < 0.5
    claim = say(question, reference if true else other, chance).rstrip(".")
    asked, right, wrong = f"is it true that {claim[:1].lower()}{claim[1:]}", *(("yes", "no") if true else ("no", "yes"))
    frames = ("{}", "{}, as far as I know.", "{}. That is what I found.", "I think {}.")
    reasons = {"yes": f"Yes. {claim}.", "no": f"No, {say(question, other if true else reference, chance)}"}
    frame = chance.choice(frames)
    answers = [(text, 1.0) for text in (reasons[right], frame.format(right.capitalize()))]
    answers += [(text, 0.0) for text in (reasons[wrong], frame.format(wrong.capitalize()))]
    return [(asked, right, text, worth) for text, worth in answers]


def listed(
    question: str, things: Sequence[str], others: Sequence[str], chance: Random
) -> list[tuple[str, str, str, float]]:
    """A list as reference, with itself in another order and another list as answers."""
    ordered = chance.sample(list(things), len(things))
    frame = chance.choice(("{}", "They are {}.", "The answer is {}.", "These are {}."))
    both = ((ordered, 1.0), (others, 0.0))
    return [(question, _joined(things), frame.format(_joined(some)), worth) for some, worth in both]


def _joined(things: Sequence[str]) -> str:
    return f"{', '.join(things[:-1])} and {things[-1]}"


def reworded(reference: str, chance: Random) -> str | None:
    """The same date, number or amount written otherwise; None of anything else."""
    if found := _DATE.fullmatch(reference):
        day, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
        number = _MONTHS.index(month) + 1
        forms = (
            *(f"{day} {month} {year}", f"{month} {day}, {year}", f"{month[:3]} {day}, {year}"),
            *(f"the {day}th of {month} {year}", f"{year}-{number:02}-{int(day):02}"),
        )
        return chance.choice([form for form in forms if form != reference])
    for long, short in _UNITS.items():
        if re.search(rf"\d ?{long}\b", reference):
            return re.sub(rf" ?{long}\b", f"{'' if short == '%' else ' '}{short}", reference)
    if found := re.match(r"\d+(?:,\d{3})+", reference):
        return reference.replace(found[0], found[0].replace(",", ""), 1)
    if (found := re.match(r"\d+\b(?![.,]\d)", reference)) and found[0] in _DIGITS:
        return _DIGITS[found[0]] + reference[found.end() :]
    if (found := _AMOUNT.match(reference)) and found[0].lower() in _DIGITS.values():
        return next(digit for digit, word in _DIGITS.items() if word == found[0].lower()) + reference[found.end() :]
    return None


def _other_number(text: str, chance: Random) -> str:
    """As many digits, one of the last two of some number another; or another month."""
    if (month := _MONTH.search(text)) and chance.random() < 0.4:
        return text.replace(month[0], chance.choice([other for other in _MONTHS if other != month[0]]))
    number = chance.choice(_NUMBER.findall(text))
    places = [place for place, char in enumerate(number) if char.isdigit()][-2:]
    place = chance.choice(places)
    digit = chance.choice([digit for digit in "123456789" if digit != number[place]])
    return text.replace(number, f"{number[:place]}{digit}{number[place + 1 :]}", 1)


def _own(references: str, question: str) -> set[str]:
    return set(_words(references)) - set(_words(question)) - set(STOP_WORDS["en"])


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
