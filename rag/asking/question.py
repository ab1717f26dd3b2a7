"""The forms a question may come in, brought to one: a `Turn`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, HumanMessage, convert_to_messages
from langchain_core.prompt_values import PromptValue

from rag.errors import UsageError, did_you_mean
from rag.schema import Turn

if TYPE_CHECKING:
    from rag.config import Configuration

__all__ = ["Question", "asked_turn", "to_turn"]

Question = str | Mapping[str, Any] | BaseMessage | PromptValue | Sequence[Any]
"""A string; `{"question": ..., "history": [...], "filter": {...}}`; or messages, the last of which is the question."""

_OPTIONS = ("history", "filter")
_KEYS = ("question", "input", "query", "messages")
_EARLIER = ("history", "chat_history")
"""The second is what chains of LangChain call it."""


def to_turn(question: Question, *, history: Iterable[Any] | None = (), filter: Mapping[str, Any] | None = None) -> Turn:
    """The turn that a question starts.

    Args:
        question: any form of `Question`.
        history: earlier messages, oldest first, in any form langchain-core reads.
        filter: metadata the passages must have.

    Raises:
        UsageError: the form is unknown, or there is no question in it.
    """
    if isinstance(question, Turn):
        return question
    if not isinstance(question, str | Mapping | BaseMessage | PromptValue | Sequence) or isinstance(question, bytes):
        raise UsageError(f"a question is a string, a mapping or messages, not {question!r:.80}")
    earlier = _messages(history)
    if isinstance(question, PromptValue):
        question = question.to_messages()
    if isinstance(question, Mapping):
        unknown = set(question) - {*_KEYS, *_EARLIER, "filter"}
        given = next((question[key] for key in _KEYS if key in question), None)
        if given is None or unknown:
            raise UsageError(
                f"a question as a mapping has one of {', '.join(_KEYS)}, and optionally history and filter; "
                f"this one has {', '.join(map(repr, question)) or 'nothing'}"
            )
        return to_turn(
            given,
            history=[*earlier, *(message for key in _EARLIER for message in _messages(question.get(key, ())))],
            filter=question.get("filter") or filter,
        )
    if isinstance(question, BaseMessage):
        question = [question]
    if not isinstance(question, str):
        messages = _messages(question)
        if not messages or not isinstance(messages[-1], HumanMessage):
            raise UsageError("a list of messages must end with the user's question")
        earlier = [*earlier, *messages[:-1]]
        question = str(messages[-1].text)
    if not question.strip():
        raise UsageError("the question is empty")
    return Turn(_whole(question).strip(), tuple(earlier), filter=filter or None)


def _whole(text: str) -> str:
    """A text without halves of surrogate pairs, which no model reads: joined, or what stands for unknown characters.

    A terminal gives one for each byte that is no UTF-8.
    """
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _messages(given: Iterable[Any] | None) -> list[BaseMessage]:
    """Messages in any form that langchain-core reads; None for none.

    Raises:
        UsageError: one of them is in none.
    """
    try:
        several: list[Any] = [given] if isinstance(given, str | Mapping) else list(given or ())
        return convert_to_messages(several)
    except (NotImplementedError, TypeError, ValueError) as error:
        said = str(error).partition("\n")[0].strip()
        forms = 'a text, {"role": "user", "content": "..."}, a pair of role and text, or a message of LangChain'
        raise UsageError(f"a message is {forms}; {said}") from None


def asked_turn(
    question: Question, config: object, options: Mapping[str, Any], configuration: Configuration | None
) -> Turn:
    """The turn that a question starts which a pipeline is asked with langchain-core's config and keyword arguments.

    Raises:
        UsageError: an argument is unknown; says where the configuration has a setting of its name.
    """
    if config is not None and not isinstance(config, Mapping):
        form = "history and filter go by name: history=[...]"
        raise UsageError(f"the second argument is LangChain's config, a mapping, not {config!r:.80}; {form}")
    if unknown := [name for name in options if name not in _OPTIONS]:
        raise UsageError(_unknown(unknown[0], options[unknown[0]], configuration))
    return to_turn(question, **options)


def _unknown(name: str, value: object, configuration: Configuration | None) -> str:
    told = f"beside the question there are history and filter, not {name!r}"
    if near := did_you_mean(name, _OPTIONS):
        return f"{told}; {near}"
    paths = [row.path for row in configuration.show()] if configuration is not None else []
    places = sorted((path for path in paths if path.rpartition(".")[2] == name), key=lambda path: path.count("."))
    if not places:
        return f"{told}; what a pipeline does is said by its configuration (`rag show --resolved`)"
    more = f"; it stands also at {', '.join(places[1:])}" if places[1:] else ""
    return (
        f'{told}, which is a setting of the pipeline: Pipeline.from_yaml(..., set={{"{places[0]}": {value!r}}}), '
        f"or where it stands in the YAML{more}"
    )
