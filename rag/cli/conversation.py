"""A conversation in the terminal: questions, and words that start with a slash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cli.answer import (
    cost_line,
    place_of,
    print_sources,
    print_trace,
    say_if_extracted,
    say_what_was_read,
    stream_answer,
)
from rag.cli.columns import Columns
from rag.cli.kept import Memory
from rag.cli.nothing import say_why_nothing
from rag.cli.report import message_of
from rag.cli.terminal import err, note, out, rich_text
from rag.errors import RagError, did_you_mean

if TYPE_CHECKING:
    from rag.pipeline import Pipeline
    from rag.schema import Answer

__all__ = ["HELP", "Conversation"]

HELP = {
    "/sources": "the last answer's sources, quoted in full",
    "/trace": "the last answer's steps, with time and tokens",
    "/clear": "begin anew",
    "/list": "conversations that are kept",
    "/open N": "go on with one of the list",
    "/delete [N]": "delete one of the list, or this one, from the disk",
    "/save FILE": "write the conversation as Markdown",
    "/help": "this list",
    "/quit": "end; so does Ctrl-D",
}


class Conversation:
    """What was said so far, and how the next line changes it."""

    def __init__(
        self, pipeline: Pipeline, filter: Mapping[str, Any] | None = None, memory: Memory | None = None
    ) -> None:
        self._pipeline = pipeline
        self._filter = filter
        self._memory = memory or Memory(None)
        self._told = False
        self.said: list[tuple[str, Answer]] = []
        """Questions and their answers."""

    def hear(self, line: str) -> bool:
        """Answer a line; False where it ends the conversation."""
        word, _, rest = line.partition(" ")
        if word in ("/quit", "/exit"):
            return False
        try:
            if word.startswith("/"):
                self._obey(word, rest.strip())
            else:
                self._answer(line)
        except KeyboardInterrupt:
            note("\nstopped; the conversation goes on without this answer")
        except (RagError, OSError) as error:
            err().print(rich_text(("error: ", "bold red"), message_of(error)), soft_wrap=True)
        return True

    def _answer(self, question: str) -> None:
        history = self.said[-1][1].history if self.said else ()
        answer = stream_answer(self._pipeline, question, history=history, filter=self._filter)
        if answer.citations:
            print_sources(answer.citations)
        say_what_was_read(answer)
        if not self._told:
            self._told = True
            say_if_extracted(answer)
        say_why_nothing(self._pipeline, answer, self._filter)
        if out().is_terminal:
            note(cost_line(answer))
        else:
            out().print()
        self.said.append((question, answer))
        self._memory.add(question, answer)

    def go_on(self) -> None:
        """Go on with the latest conversation that is kept."""
        self._reopen(self._memory.latest())

    def _obey(self, word: str, rest: str) -> None:
        commands: dict[str, Callable[[str], None]] = {
            "/sources": self._sources,
            "/trace": self._trace,
            "/clear": self._clear,
            "/list": lambda _: self._memory.print_list(),
            "/open": lambda number: self._reopen(self._memory.open(number)),
            "/delete": self._delete,
            "/save": self._save,
            "/help": self._help,
        }
        if word in commands:
            commands[word](rest)
        else:
            note(f"{word} is unknown; /help lists what there is. {did_you_mean(word, commands)}".rstrip())

    def _last(self) -> Answer | None:
        if not self.said:
            note("nothing was asked yet")
            return None
        return self.said[-1][1]

    def _sources(self, _: str) -> None:
        if answer := self._last():
            print_sources(answer.citations, full=True)
            if not answer.citations:
                note("the last answer cites nothing")

    def _trace(self, _: str) -> None:
        if answer := self._last():
            print_trace(answer.trace)

    def _clear(self, _: str) -> None:
        self.said.clear()
        self._memory.leave()
        note("begun anew")

    def _delete(self, number: str) -> None:
        went_on = self._memory.goes_on
        title = self._memory.delete(number)
        if went_on and not self._memory.goes_on:
            self.said.clear()
        note(f"deleted: {title}")

    def _reopen(self, said: list[tuple[str, Answer]]) -> None:
        if not said:
            note("no conversation is kept yet: this is a new one")
            return
        self.said = said
        question, answer = said[-1]
        note(f"{len(said)} answers so far; the last:")
        out().print(rich_text((f"> {question}", "dim"), f"\n{answer.text}"), soft_wrap=True)

    def _save(self, rest: str) -> None:
        if not rest:
            note("/save FILE")
            return
        path = Path(rest).expanduser()
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join(_as_markdown(question, answer) for question, answer in self.said))
        note(f"{path}: {len(self.said)} answers saved")

    def _help(self, _: str) -> None:
        Columns(styles=("cyan", "")).print(HELP.items())


def _as_markdown(question: str, answer: Answer) -> str:
    sources = "".join(
        f"- [{citation.number}] {place_of(citation.source, citation.page)}: “{' '.join(citation.quote.split())}”\n"
        for citation in answer.citations
    )
    return f"## {question}\n\n{answer.text}\n" + (f"\n{sources}" if sources else "")
