"""What chat UIs ask beside the conversation: a title for it, tags, follow-up questions.

Open WebUI sends them to the same endpoint as questions. Searched for, they would find nonsense; they go to the language
model alone, and where there is none they get a short honest answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage

from rag.schema import Answer, Delta, Usage

__all__ = ["Task", "task_of"]

_ASKED = re.compile(r'\{\s*\\?"(title|tags|follow_ups|queries|text|prompt)\\?"\s*:')
_TITLE = re.compile(
    r"(?:provide|generate|write|create)\b[^\n]{0,60}\btitle\b.*\bconversation:", re.IGNORECASE | re.DOTALL
)
_HISTORY = re.compile(r"<chat_history>(.*?)</chat_history>|\bconversation:(.*)", re.IGNORECASE | re.DOTALL)
_USER = re.compile(r"^\s*(?:user|human)\s*:\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_WORDS = 8
_EMPTY: dict[str, Any] = {"tags": [], "follow_ups": [], "queries": [], "text": "", "prompt": ""}


@dataclass(frozen=True, slots=True)
class Task:
    """One such request."""

    kind: str
    """`title`, `tags`, `follow_ups`, `queries`, `text`, `prompt`, or `bare title` for a title that is not JSON."""
    messages: tuple[BaseMessage, ...]

    async def answer(self, llm: BaseChatModel | None) -> AsyncIterator[Delta]:
        """What the model says; without one, the beginning of the first question as a title, and nothing of the rest."""
        if llm is None:
            text = self._plain()
            yield Delta(text)
            yield Delta(answer=Answer(text))
            return
        said, usage = "", Usage(llm_calls=1)
        async for chunk in llm.astream(list(self.messages)):
            if counted := getattr(chunk, "usage_metadata", None):
                usage += Usage(prompt_tokens=counted["input_tokens"], completion_tokens=counted["output_tokens"])
            if text := str(chunk.text):
                said += text
                yield Delta(text)
        yield Delta(answer=Answer(said, usage=usage))

    def _plain(self) -> str:
        if self.kind in _EMPTY:
            return json.dumps({self.kind: _EMPTY[self.kind]})
        title = _title(str(self.messages[-1].text))
        return title if self.kind == "bare title" else json.dumps({"title": title}, ensure_ascii=False)


def task_of(messages: Sequence[BaseMessage]) -> Task | None:
    """The task that a conversation is, where it is one."""
    if not messages or not isinstance(messages[-1], HumanMessage):
        return None
    text = str(messages[-1].text).lstrip()
    if text.startswith("### Task:") and (found := _ASKED.search(text)):
        return Task(found[1], tuple(messages))
    return Task("bare title", tuple(messages)) if _TITLE.match(text) else None


def _title(prompt: str) -> str:
    """The first words of the first question in the history."""
    history = _HISTORY.search(prompt)
    asked = _USER.search(history[1] or history[2] or "") if history else None
    words = asked[1].split() if asked else []
    return " ".join(words[:_WORDS])[:80].rstrip(" ?.,:;") or "Conversation"
