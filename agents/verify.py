"""Checks what an answer cites, and marks, mends or takes out what the cited passage does not bear out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from langchain_core.documents import Document
from langchain_core.runnables import RunnableConfig
from pydantic import Field

from rag import skills
from rag.generators.grounding import supporting
from rag.generators.statements import Statement, marks_in, statements, without
from rag.generators.verdict import BORNE, BRIEF, Claim, Judge, Verdict, evidence, verdicts
from rag.kinds import Agent
from rag.passages.overlap import overlap
from rag.passages.parts import cite
from rag.schema import Answer, Citation, Turn
from rag.spending.limits import GivesWay


@dataclass(frozen=True, slots=True)
class Checked:
    """A marker of the answer and what was found of it."""

    statement: Statement
    place: int
    """Of the marker in the text."""
    number: int
    citation: Citation | None
    """Of the answer's, the one that the marker stands for."""
    verdict: Verdict
    borne: bool


class Verify(Agent):
    """Behind a generator: every statement of the answer beside the passage that it cites.

    A statement is borne out by what the skill `support` says and by what can be looked up: its numbers and names stand
    in the passage, and where it repeats a sentence, none is exchanged. What happens to those that are not:

    - `mark`: nothing but `supported: false` in their citations, which hold for all of their statements;
    - `repair`: the marker gets the number of the passage that bears the statement best, if one does, with its quote;
    - `drop`: the marker goes, and the statement too where no other marker of it holds;
    - `abstain`: the answer is given up where no cited statement holds; else they are marked.

    An answer of which nothing is left is an abstention. Statements without a marker are left alone. What streamed is
    not taken back: the text and the citations of the final answer count. The skill is English; of other
    languages it is looked up which of a statement's words the passage holds.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.CHECKING

    policy: Literal["mark", "repair", "drop", "abstain"] = "mark"
    """What is done about a statement that its passage does not bear out."""
    threshold: Annotated[float, Field(ge=0, le=1)] = BORNE
    """Probability from which a statement counts as borne out. What a value costs: docs/verified.md."""
    weights: str | None = None
    """File or folder of weights, as `rag train cross` writes them; None for those that ship."""
    abstention: str = "I found nothing in the indexed documents that bears out an answer."
    """What an answer says of which nothing is left."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with its answer checked; without an answer, or where it abstained, as it was."""
        answer = turn.answer
        if answer is None or answer.abstained or not answer.citations:
            return turn
        shown = answer.passages or turn.passages
        found = self._checked(answer, shown, turn.search)
        if not found:
            return turn
        more: dict[str, int] = {}
        if self.policy == "drop":
            checked = self._dropped(answer, found)
        elif self.policy == "abstain" and not any(one.borne for one in found):
            checked = self._given_up(answer)
        else:
            final = self._moved(found, shown, turn.search) if self.policy == "repair" else found
            text = _renumbered(answer.text, found, final)
            checked = replace(answer, text=text, citations=_citations(final))
            if self.policy == "repair":
                more = {"moved": sum(not one.borne for one in found) - sum(not one.borne for one in final)}
        notes = {"claims": len(found), "unsupported": sum(not one.borne for one in found), "verdicts": _told(found)}
        return turn.with_(answer=checked, notes={**notes, **more})

    @cached_property
    def _support(self) -> Judge:
        judge: Judge = skills.load("support", self.weights).score
        return judge

    def _checked(self, answer: Answer, shown: Sequence[Document], question: str) -> list[Checked]:
        """Every marker beside its statement, in the order of the text."""
        cited = [
            (statement, place, number)
            for statement in statements(answer.text, marks_in(answer.text, len(shown)))
            for place, number in statement.marks
        ]
        pairs = [(_claim(statement, question), evidence(shown[number - 1])) for statement, _, number in cited]
        return [
            Checked(*one, _meant(answer, one[0], one[2]), verdict, verdict.score >= self.threshold)
            for one, verdict in zip(cited, verdicts(pairs, self._support), strict=True)
        ]

    def _moved(self, found: Sequence[Checked], shown: Sequence[Document], question: str) -> list[Checked]:
        """Each wrong marker at the passage that bears its statement best; one too many where that is cited already."""
        cited: dict[Statement, set[int]] = {}
        for one in found:
            cited.setdefault(one.statement, set()).update([one.number] if one.borne else [])
        final = []
        for one in found:
            number = one.number if one.borne else self._best(one.statement, shown, question)
            if one.borne or not number:
                final.append(one)
            elif number not in cited[one.statement]:
                cited[one.statement].add(number)
                quote = supporting(one.statement.text, shown[number - 1])
                final.append(replace(one, number=number, citation=cite(shown, number, *quote), borne=True))
        return final

    def _best(self, statement: Statement, shown: Sequence[Document], question: str) -> int:
        """The number of the passage that bears a statement best; 0 where none does."""
        claim = _claim(statement, question)
        judged = verdicts([(claim, evidence(passage)) for passage in shown], self._support)
        number, best = max(enumerate(judged, 1), key=lambda pair: (pair[1].score, -pair[0]))
        return number if best.score >= self.threshold else 0

    def _dropped(self, answer: Answer, found: Sequence[Checked]) -> Answer:
        """Without the statements of which no marker holds, and without the markers that do not hold in others."""
        held = {one.statement for one in found if one.borne}
        gone = {(one.statement.start, one.statement.end) for one in found if one.statement not in held}
        gone |= {(one.place, _behind(one)) for one in found if one.statement in held and not one.borne}
        text = without(answer.text, sorted(gone))
        if not held or not text:
            return self._given_up(answer)
        return replace(answer, text=text, citations=_citations([one for one in found if one.borne]))

    def _given_up(self, answer: Answer) -> Answer:
        return replace(answer, text=self.abstention, citations=(), abstained=True)


def _claim(statement: Statement, question: str) -> Claim:
    """A statement as it is judged: a few words with the question that they answer."""
    return Claim(statement.text, question if len(statement.text.split()) < BRIEF else "")


def _meant(answer: Answer, statement: Statement, number: int) -> Citation | None:
    """Of the citations with a marker's number the one whose quote is likest to its statement."""
    mine = [citation for citation in answer.citations if citation.number == number]
    if not mine:
        return None
    return mine[int(overlap(statement.text, [citation.quote for citation in mine]).argmax())]


def _behind(one: Checked) -> int:
    """The character behind a marker."""
    return one.place + len(f"[{one.number}]")


def _renumbered(text: str, found: Sequence[Checked], final: Sequence[Checked]) -> str:
    """The text with the markers that are left, as they are numbered now."""
    numbers = {one.place: one.number for one in final}
    for one in reversed(found):
        mark = f"[{numbers[one.place]}]" if one.place in numbers else ""
        text = text[: one.place] + mark + text[_behind(one) :]
    return text


def _citations(final: Sequence[Checked]) -> tuple[Citation, ...]:
    """The citations of some markers, each once, supported where it is for all of its statements."""
    found: dict[Citation, bool] = {}
    for one in final:
        if one.citation is not None:
            cited = replace(one.citation, supported=None)
            found[cited] = found.get(cited, True) and one.borne
    return tuple(replace(citation, supported=borne) for citation, borne in found.items())


def _told(found: Sequence[Checked]) -> list[dict[str, Any]]:
    """What was found, for the trace."""
    return [
        {
            "number": one.number,
            "score": round(one.verdict.score, 3),
            **({"missing": list(one.verdict.missing)} if one.verdict.missing else {}),
        }
        for one in found
    ]
