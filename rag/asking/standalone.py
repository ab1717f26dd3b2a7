"""Follow-up questions without a model: what they leave out is taken from the conversation.

Beside the words that a question before has, a reader needs a question that can be read: where it is plain what a word
stands for, the name takes its place ("How many users does it include?" after "What does the Team plan cost?").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from rag.words.stopwords import STOP_WORDS

__all__ = ["standalone"]


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PEOPLE = _listed("he him his she her hers")
_PRONOUNS = _PEOPLE | _listed("it its they them their theirs")
_OWNING = _listed("its their his her")
_BACK = re.compile(
    r"\b(?:this|these|those|former|latter|such|others?|else|instead|same"
    r"|(?:which|this|that|first|second|third|last|other) ones?)\b"
    r"|\b(?:is|was|does|did|can|about|than|with|for) that\b|\b(?:that|(?<!\bis )(?<!\bare )there)\W*$",
    re.IGNORECASE,
)
"""English words that refer back, beside the pronouns: `Does that apply?`, not `the rule that applies`."""
_OPENING = re.compile(
    r"(?:(?:no|yes|sorry)\b[\s,.]*)?(?:i mean|i meant|i'?m asking|i am asking|i'?m talking about)\b[\s,]*"
    r"|(?:and what about|and|or|but|so|also|then|what about|how about|what if|why not|in that case)\b[\s,]*",
    re.IGNORECASE,
)
_EASTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_EASTERN_BACK = re.compile(
    "[它牠她这這那该該彼]|(?<![其吉])他|呢\\W*$|^(?:还有|還有|では|じゃあ)|(?<![おで])[こそあ][れの]"
)
"""Chinese and Japanese words that refer back or continue."""
_FEW_CHARACTERS = 4
"""Characters that say too little by themselves, where no space ends a word: `为什么`."""
_FEW = 2
"""Content words that say too little by themselves."""
_MANY = 12
"""Words that are taken over at most."""
_WITHIN, _OWNED_WITHIN = 4, 3
"""Content words in front of a pronoun, and of one like `its`, from which on it stands for one of them."""
_COURTESY = _listed("thanks thank you very much ok okay hello hi bye goodbye please cheers great good nice")
"""What only such words say asks for nothing, so it takes nothing over."""
_ASKING = _listed("who whom whose what when where which why how")
_TELLING = _listed("a an my our your")
"""What introduces a thing that was not spoken of before."""
_AUXILIARY = _listed("is are was were do does did has have had can could will would should may might must")
_AMOUNT = re.compile(r"\bhow (?:many|much|long|often|far|old)\b", re.IGNORECASE)
"""What the question before asked for: not taken over by one that asks for something else."""
_NAMED = re.compile(r"(?<!\w)(?:[^\W\d_a-z]|\d)[\w'’-]*(?: (?:[^\W\d_a-z]|\d)[\w'’-]*)*")
_ONLY_NAMED = re.compile(
    r"(?P<leading>(?:(?:the|a|an|in|on|at|of|for|with|by|to|from) )*)"
    rf"(?P<name>{_NAMED.pattern})(?: (?P<kind>[a-z]+))?\W*"
)
_NAME = re.compile(r"(?<=[\w,;:'’)] )[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+)*")
_EDGES = (
    "the|a|an|my|our|your|of|in|on|at|for|with|by|from|per|is|are|was|were|do|does|did|has|have|had|many|much|any|each"
)
"""Words behind which a thing begins: in `days of annual leave` that is `annual leave`."""
_SORT = re.compile(rf"(?:(?:{_EDGES}) )*(?P<words>[\w-]+(?: [\w-]+)+)\W*", re.IGNORECASE)
_NUMBERED = re.compile(r"\[\d+\]")


def standalone(question: str, history: Sequence[BaseMessage]) -> str:
    """The question with what it leaves out, taken from the conversation; unchanged where it stands alone.

    A question depends on others if a word in it refers back, if it opens like a continuation, or if it has at most two
    content words. Questions of the conversation are made to stand alone in turn, so that a chain of them keeps what it
    is about. A continuation that only names another one ("And Bonn?", "And the Team plan?") is the question before
    with that name in the place of its own, where it has just one; so is one that names another sort of the same thing
    ("And sick leave?"). A pronoun gives way to what it stands for: a thing
    to the only name in the question before, a person to the only one in the last answer. Everything else takes over
    the content words of the question before and, with a pronoun, the names of the last answer.
    """
    before, said = "", ""
    for message in history:
        if isinstance(message, HumanMessage):
            if not _words(str(message.text)) <= _COURTESY:
                before, said = _alone(str(message.text), before, said), ""
        elif isinstance(message, AIMessage):
            said = _NUMBERED.sub("", str(message.text))
    return _alone(question, before, said)


def _alone(question: str, before: str, said: str) -> str:
    """What `question` asks, behind a question and the answer to it."""
    if not before or not _depends(question):
        return question
    if replaced := _of_another(question, before) or _of_a_sort(question, before) or _named(question, before, said):
        return replaced
    added = _content(_AMOUNT.sub("", before) if _words(question) & _ASKING else before)
    if _words(question) & _PRONOUNS:
        added += _NAME.findall(said)
    own = question.casefold()
    new = [word for word in dict.fromkeys(added) if word.casefold() not in own][:_MANY]
    opening = _OPENING.match(question)
    rest = question[opening.end() :] if opening else question
    return " ".join([*new, rest]) if new else question


def _of_another(question: str, before: str) -> str:
    """The question before, of what a continuation names; empty where it says more, or nobody knows in whose place."""
    opening = _OPENING.match(question)
    named = opening and _ONLY_NAMED.fullmatch(question, opening.end())
    if not named or _refers(before) or not (place := _place(named, before)):
        return ""
    kind, rest = named["kind"], before[place.end() :]
    known = not kind or kind in {"one", "ones"} or re.match(rf" {kind}\b", rest)
    return f"{before[: place.start()]}{named['name']}{'' if known else f' {kind}'}{rest}"


def _of_a_sort(question: str, before: str) -> str:
    """The question before, of another sort of its thing (`And sick leave?`); empty where it is not just that."""
    opening = _OPENING.match(question)
    asked = opening and _SORT.fullmatch(question, opening.end())
    words = asked["words"].split() if asked else []
    if not words or _refers(before) or not STOP_WORDS["en"].isdisjoint(map(str.casefold, words)):
        return ""
    for own in range(1, len(words)):
        thing = re.escape(" ".join(words[own:]))
        found = re.search(rf"\b(?:{_EDGES}) ((?:[\w-]+ )?{thing})(?![\w-])", before, re.IGNORECASE)
        if found and len(re.findall(rf"(?<![\w-]){thing}(?![\w-])", before, re.IGNORECASE)) == 1:
            return f"{before[: found.start(1)]}{' '.join(words)}{before[found.end(1) :]}"
    return ""


def _place(named: re.Match[str], before: str) -> re.Match[str] | None:
    """The name that another one replaces: the only one, of its sort (a number, a word), or behind the same word."""
    names = _names(before)
    if len(names) > 1:
        names = [name for name in names if name[0][0].isdecimal() == named["name"][0].isdecimal()]
    if len(names) > 1 and (leading := named["leading"].split()):
        names = [name for name in names if before[: name.start()].casefold().split()[-1] == leading[-1].casefold()]
    return names[0] if len(names) == 1 else None


def _named(question: str, before: str, said: str) -> str:
    """The question with its pronoun's name in place; empty where it has not just one pronoun, or not just one name."""
    pronouns = [match for match in re.finditer(r"\w+", question) if match[0].casefold() in _PRONOUNS]
    if len(pronouns) != 1 or _refers(before) or _BACK.search(question):
        return ""
    word = pronouns[0][0].casefold()
    if word in _PEOPLE:
        held = list(dict.fromkeys(name for name in _NAME.findall(said) if name not in before))
    else:
        held = [_with_article(match, before) for match in _names(before) if not match[0].isdecimal()]
    if len(held) != 1:
        return ""
    name = f"{held[0]}'s" if _owns(word) else held[0]
    opening = _OPENING.match(question)
    start = opening.end() if opening else 0
    return f"{question[start : pronouns[0].start()]}{name}{question[pronouns[0].end() :]}"


def _names(text: str) -> list[re.Match[str]]:
    """Names and numbers of a question, but for first words of sentences and words like `I`."""
    found: list[re.Match[str]] = []
    for match in _NAMED.finditer(text):
        first, *others = match[0].split()
        if others and first.casefold() in STOP_WORDS["en"]:  # `Did Bonn`
            found.extend(_NAMED.finditer(text, match.start() + len(first), match.end()))
        elif not others and first.casefold() in STOP_WORDS["en"]:
            continue
        elif re.search(r"[^\s.!?]\s*$", text[: match.start()]):
            found.append(match)
    return found


def _with_article(name: re.Match[str], text: str) -> str:
    """`the Team plan` of "What does the Team plan cost?", `the LS-400` of "What does the LS-400 cost?"."""
    in_front = text[: name.start()].casefold()
    if not in_front.endswith(" the "):
        return name[0]
    behind = re.match(r"(?: [a-z-]+)*", text[name.end() :])
    words = behind[0].split() if behind else []
    following = list(takewhile(lambda word: word not in STOP_WORDS["en"], words))
    inverted = not _AUXILIARY.isdisjoint(in_front.split())  # then one of the words is the verb
    return f"the {name[0]} {following[0]}" if len(following) > inverted else f"the {name[0]}"


def _depends(question: str) -> bool:
    if _words(question) <= _COURTESY:
        return False
    if _EASTERN.search(question):
        return bool(_EASTERN_BACK.search(question)) or len(re.findall(r"\w", question)) <= _FEW_CHARACTERS
    return _refers(question) or _brief(question)


def _brief(question: str) -> bool:
    """Whether it says too little: `Major characters`, `What is the monthly fee?`; not `What is a safe room?`."""
    content, words = len(_content(question)), _words(question)
    told = _names(question) or (content == _FEW and words & _TELLING)
    return content <= _FEW and not (told and words & _ASKING)


def _refers(question: str) -> bool:
    if _BACK.search(question) or _OPENING.match(question):
        return True
    pronoun = next((match for match in re.finditer(r"\w+", question) if match[0].casefold() in _PRONOUNS), None)
    if pronoun is None:
        return False
    return len(_content(question[: pronoun.start()])) < (_OWNED_WITHIN if _owns(pronoun[0]) else _WITHIN)


def _owns(word: str) -> bool:
    return word.casefold() in _OWNING


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _content(text: str) -> list[str]:
    """The words that carry a question, in order: without the function words of its language."""
    words = re.findall(r"\w+(?:[-'’]\w+)*", text)
    folded = [word.casefold() for word in words]
    stopped = max(STOP_WORDS.values(), key=lambda listed: sum(word in listed for word in folded))
    return [word for word, plain in zip(words, folded, strict=True) if plain not in stopped and plain not in _PRONOUNS]
