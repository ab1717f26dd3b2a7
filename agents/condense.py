"""Makes a follow-up question stand alone, so that it can be searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from pydantic import PositiveInt

from rag.allowance import LATE, OutOfTime, awithin, refusal, spent, within
from rag.generators.asking import quiet, without_thoughts
from rag.generators.prompts import filled, load
from rag.generators.usage import usage_of
from rag.kinds import Agent
from rag.limits import GivesWay
from rag.schema import Turn
from rag.stopwords import STOP_WORDS


class Condense(Agent):
    """Rewrites a follow-up ("And abroad?") into a question of its own, which is searched for and answered.

    With a chat model, the model rewrites it. Without one, a question that refers back, or says too little by itself,
    takes over the content words of the questions before it. The first question of a conversation costs nothing.
    """

    llm: BaseChatModel | None = None
    """The model; none where the rewriting is done without one."""
    gives_way: ClassVar[GivesWay | None] = GivesWay.REWRITING
    history: PositiveInt = 6
    """Earlier messages that are looked at, the latest."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones; its key `condense` counts here."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with `query` set, where the question does not stand alone."""
        if not turn.history:
            return turn
        if self.llm is None:
            return _with_query(turn, standalone(turn.question, turn.history[-self.history :]))
        asked = self._asked(turn)
        if refused := refusal(self.llm, asked):
            return self._alone(turn, refused)
        model, calm = self.llm, quiet(config, "condense")
        try:
            return self._rewritten(turn, asked, within(lambda: model.invoke(asked, calm)))
        except OutOfTime:
            return self._alone(turn, LATE)

    async def aact(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """`act` without blocking the event loop."""
        if not turn.history or self.llm is None:
            return self.act(turn, config)
        asked = self._asked(turn)
        if refused := refusal(self.llm, asked):
            return self._alone(turn, refused)
        try:
            said = await awithin(self.llm.ainvoke(asked, quiet(config, "condense")))
        except OutOfTime:
            return self._alone(turn, LATE)
        return self._rewritten(turn, asked, said)

    def _alone(self, turn: Turn, skipped: str) -> Turn:
        """Rewritten without the model, where limits forbid to ask it."""
        query = standalone(turn.question, turn.history[-self.history :])
        return _with_query(turn, query).with_(notes={"skipped": skipped})

    @cached_property
    def _prompt(self) -> str:
        return load(self.prompts).condense

    def _asked(self, turn: Turn) -> list[BaseMessage]:
        lines = (f"{_speaker(message)}: {message.text}" for message in turn.history[-self.history :])
        return [HumanMessage(filled(self._prompt, history="\n".join(lines), question=turn.question))]

    def _rewritten(self, turn: Turn, asked: Sequence[BaseMessage], said: AIMessage) -> Turn:
        query = _cleaned(str(said.text))
        if not query or len(query) > 4 * len(turn.question) + 300:  # an answer or a lecture, not a question
            query = standalone(turn.question, turn.history[-self.history :])
        return _with_query(turn, query).with_(usage=turn.usage + spent(usage_of(said, asked)))


_PRONOUNS = frozenset({"it", "its", "they", "them", "their", "theirs", "he", "him", "his", "she", "her", "hers"})
_BACK = re.compile(
    r"\b(?:this|these|those|former|latter|(?:which|this|that|first|second|third|last|other) ones?)\b"
    r"|\b(?:is|was|does|did|can|about|than|with|for) that\b|\b(?:that|there)\W*$",
    re.IGNORECASE,
)
"""English words that refer back, beside the pronouns: `Does that apply?`, not `the rule that applies`."""
_OPENING = re.compile(
    r"(?:and what about|and|or|but|so|also|then|what about|how about|what if|why not|in that case)\b[\s,]*",
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
_COURTESY = frozenset(
    [
        "thanks",
        "thank",
        "you",
        "very",
        "much",
        "ok",
        "okay",
        "hello",
        "hi",
        "bye",
        "goodbye",
        "please",
        "cheers",
        "great",
        "good",
        "nice",
    ]
)
"""What only such words say asks for nothing, so it takes nothing over."""
_ASKING = frozenset({"who", "whom", "whose", "what", "when", "where", "which", "why", "how"})
_AMOUNT = re.compile(r"\bhow (?:many|much|long|often|far|old)\b", re.IGNORECASE)
"""What the question before asked for: not taken over by one that asks for something else."""
_NAMED = re.compile(r"(?<!\w)(?:[^\W\d_a-z]|\d)[\w'’-]*(?: (?:[^\W\d_a-z]|\d)[\w'’-]*)*")
_ONLY_NAMED = re.compile(rf"(?:(?:the|a|an|in|on|at|of|for|with|by|to|from) )*(?P<name>{_NAMED.pattern})\W*")
_NAME = re.compile(r"(?<=[\w,;:'’)] )[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+)*")


def standalone(question: str, history: Sequence[BaseMessage]) -> str:
    """The question with what it leaves out, taken from the conversation; unchanged where it stands alone.

    A question depends on others if a word in it refers back, if it opens like a continuation, or if it has at most two
    content words. It takes over the content words of the question before, and of those that one depends on; where it
    asks about a person or thing by pronoun, also the names in the last answer. A continuation that only names another
    one ("And Bonn?") is the question before with that name in the place of its own, where it has just one.
    """
    if not _depends(question):
        return question
    asked = [message for message in history if isinstance(message, HumanMessage)]
    if asked and (replaced := _of_another(question, str(asked[-1].text))):
        return replaced
    added: list[str] = []
    asks = bool(_words(question) & _ASKING)
    for earlier in reversed(asked):
        text = _AMOUNT.sub("", str(earlier.text)) if asks else str(earlier.text)
        added = [*_content(text), *added]
        if not _depends(str(earlier.text)):
            break
    if _words(question) & _PRONOUNS:
        answers = [str(message.text) for message in history if isinstance(message, AIMessage)]
        added += _NAME.findall(re.sub(r"\[\d+\]", "", answers[-1])) if answers else []
    said = question.casefold()
    new = [word for word in dict.fromkeys(added) if word.casefold() not in said][:_MANY]
    rest = _OPENING.sub("", question, count=1) if _OPENING.match(question) else question
    return " ".join([*new, rest]) if new else question


def _of_another(question: str, before: str) -> str:
    """The question before, of what a continuation names; empty where it says more, or nobody knows in whose place."""
    opening = _OPENING.match(question)
    named = opening and _ONLY_NAMED.fullmatch(question, opening.end())
    names = [match for match in _NAMED.finditer(before) if match.start()]
    if not named or len(names) != 1 or _refers(before):
        return ""
    return f"{before[: names[0].start()]}{named['name']}{before[names[0].end() :]}"


def _depends(question: str) -> bool:
    if _words(question) <= _COURTESY:
        return False
    if _EASTERN.search(question):
        return bool(_EASTERN_BACK.search(question)) or len(re.findall(r"\w", question)) <= _FEW_CHARACTERS
    return _refers(question) or len(_content(question)) <= _FEW


def _refers(question: str) -> bool:
    return bool(_words(question) & _PRONOUNS or _BACK.search(question) or _OPENING.match(question))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _content(text: str) -> list[str]:
    """The words that carry a question, in order: without the function words of its language."""
    words = re.findall(r"\w+(?:[-'’]\w+)*", text)
    folded = [word.casefold() for word in words]
    stopped = max(STOP_WORDS.values(), key=lambda listed: sum(word in listed for word in folded))
    return [word for word, plain in zip(words, folded, strict=True) if plain not in stopped and plain not in _PRONOUNS]


def _with_query(turn: Turn, query: str) -> Turn:
    return turn if query == turn.question else turn.with_(query=query)


def _speaker(message: BaseMessage) -> str:
    return "Assistant" if isinstance(message, AIMessage) else "User"


def _cleaned(text: str) -> str:
    """The question that a model wrote: its last line that is one, without label and quotes."""
    lines = [line.strip() for line in without_thoughts(text).splitlines() if line.strip()]
    line = next((line for line in reversed(lines) if line.endswith(("?", "？", "؟"))), lines[-1] if lines else "")
    line = re.sub(r"^(?:(?:stand-?alone|rewritten|new|final)\s+)?question\s*:\s*", "", line, flags=re.IGNORECASE)
    return line.strip("\"'“”«» ")
