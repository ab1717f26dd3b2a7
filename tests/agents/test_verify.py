"""Citations checked behind a generator, by the weights that ship."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.agents.verify import Verify
from rag.errors import ConfigError
from rag.generators.chat import Chat
from rag.llms.openai import OpenAI
from rag.pipeline import Pipeline
from rag.schema import Answer, Turn
from rag.steps.act import Act
from rag.steps.generate import Generate

SOURCE = "The old bridge was built of red sandstone in 1734. It was widened for carts by Ada Lindqvist."
MILL = "The mill below the bridge ground corn until 1912, when a flood took its wheel."
SHOWN = (
    Document(SOURCE, id="a", metadata={"source": "bridge.md", "start": 0, "end": len(SOURCE), "title": "Bridge"}),
    Document(MILL, id="b", metadata={"source": "mill.md", "start": 40, "end": 40 + len(MILL), "title": "Mill"}),
)
RIGHT = "The bridge was built in 1734 [1]."
LATER = "It was widened in 1912 [1]."
WRONG = "The mill ground corn until 1912 [1]."


def says(endpoint: Any, text: str) -> None:
    """Streams a reply word by word."""
    words = [endpoint.event(word) for word in text.replace(" ", " \0").split("\0")]
    endpoint.will(endpoint.streamed([*words, endpoint.event(None, "stop"), "[DONE]"]))


def answered(text: str, endpoint: Any, question: str = "What of bridge and mill?") -> Turn:
    """What the generator `chat` makes of a reply."""
    says(endpoint, text)
    llm = OpenAI(model="tiny", base_url=endpoint.url, retries=0, timeout_s=5.0)
    return Chat(llm=llm).invoke(Turn(question, passages=SHOWN))


def checked(turn: Turn, **fields: Any) -> Answer:
    answer = Act(agent=Verify(**fields)).invoke(turn).answer
    assert answer is not None
    return answer


def told(answer: Answer) -> list[tuple[int | None, bool | None]]:
    return [(citation.number, citation.supported) for citation in answer.citations]


def exact(answer: Answer) -> bool:
    texts = {"bridge.md": SOURCE, "mill.md": " " * 40 + MILL}
    return all(texts[cited.source][cited.start : cited.end] == cited.quote for cited in answer.citations)


def test_marks_say_which_citations_hold(endpoint: Any) -> None:
    turn = answered(f"{RIGHT} {LATER}", endpoint)
    answer = checked(turn)
    assert turn.answer is not None
    assert answer.text == turn.answer.text
    assert [citation.supported for citation in turn.answer.citations] == [None, None]
    assert told(answer) == [(1, True), (1, False)]
    span = Act(agent=Verify()).invoke(turn).trace[-1]
    assert (span.detail["claims"], span.detail["unsupported"]) == (2, 1)
    assert span.detail["verdicts"][1] == {"number": 1, "score": 0.0, "missing": ["1912"]}


def test_repair_moves_a_citation_to_the_passage_that_bears_it(endpoint: Any) -> None:
    answer = checked(answered(f"{RIGHT} {WRONG} It was widened in 1801 [1].", endpoint), policy="repair")
    assert (
        answer.text
        == "The bridge was built in 1734 [1]. The mill ground corn until 1912 [2]. It was widened in 1801 [1]."
    )
    assert told(answer) == [(1, True), (2, True), (1, False)]
    assert (answer.citations[1].source, answer.citations[1].start) == ("mill.md", 40)
    assert exact(answer)


def test_repair_takes_out_a_marker_whose_statement_cites_the_right_passage_already(endpoint: Any) -> None:
    answer = checked(answered("The mill ground corn until 1912 [1][2].", endpoint), policy="repair")
    assert answer.text == "The mill ground corn until 1912 [2]."
    assert told(answer) == [(2, True)]


def test_drop_takes_out_statements_and_keeps_the_numbers_of_the_others(endpoint: Any) -> None:
    answer = checked(answered(f"{WRONG} The mill ground corn until 1912 [1][2]. {RIGHT}", endpoint), policy="drop")
    assert answer.text == "The mill ground corn until 1912 [2]. The bridge was built in 1734 [1]."
    assert told(answer) == [(2, True), (1, True)]
    assert exact(answer)


def test_drop_takes_out_lines_of_a_list(endpoint: Any) -> None:
    answer = checked(answered(f"Both:\n\n- {WRONG}\n- {RIGHT}", endpoint), policy="drop")
    assert answer.text == f"Both:\n\n- {RIGHT}"


@pytest.mark.parametrize("policy", ["drop", "abstain"])
def test_nothing_supported_is_an_abstention(policy: str, endpoint: Any) -> None:
    answer = checked(answered(WRONG, endpoint), policy=policy, abstention="Nothing.")
    assert (answer.text, answer.citations, answer.abstained) == ("Nothing.", (), True)


def test_abstain_marks_where_something_is_supported(endpoint: Any) -> None:
    answer = checked(answered(f"{RIGHT} {LATER}", endpoint), policy="abstain")
    assert told(answer) == [(1, True), (1, False)]


@pytest.mark.parametrize(
    ("claim", "borne"),
    [
        ("The old bridge was built of red sandstone in 1734", True),
        ("The old bridge was built of red sandstone in 1743", False),  # a number
        ("It was widened for carts by Ivar Holm", False),  # a name
        ("Ada Lindqvist made the bridge wider", True),
        ("The mill ground corn until a flood", False),
    ],
)
def test_what_can_be_looked_up_is(claim: str, borne: bool, endpoint: Any) -> None:
    assert told(checked(answered(f"{claim} [1].", endpoint))) == [(1, borne)]


@pytest.mark.parametrize(("number", "borne"), [(1, True), (2, False)])
def test_a_few_words_are_read_with_their_question(number: int, borne: bool, endpoint: Any) -> None:
    turn = answered(f"1734 [{number}]", endpoint, "When was the bridge built?")
    assert told(checked(turn)) == [(number, borne)]


def test_what_cannot_be_checked_is_left_alone(endpoint: Any) -> None:
    turn = answered("I cannot answer this from the indexed documents.", endpoint)
    assert checked(turn) is turn.answer
    assert Verify().act(Turn("What?")).answer is None
    uncited = turn.with_(answer=Answer("Nobody knows [7]."))
    assert checked(uncited) is uncited.answer


def test_condensed_passages_are_checked_by_what_the_source_says(endpoint: Any) -> None:
    from rag.passages.condensed import condensed

    short = condensed(SHOWN[0], [(0, 10), (44, 50)])  # "The old br in 1734."
    turn = answered("The bridge was built of red sandstone in 1734 [1].", endpoint)
    assert turn.answer is not None
    turn = turn.with_(answer=replace(turn.answer, passages=(short, SHOWN[1])))
    assert told(checked(turn)) == [(1, True)]


def test_deltas_stream_and_the_verdict_comes_with_the_answer(endpoint: Any) -> None:
    says(endpoint, f"{RIGHT} {WRONG}")
    llm = OpenAI(model="tiny", base_url=endpoint.url, retries=0, timeout_s=5.0)
    steps = Generate(generator=Chat(llm=llm)) | Act(agent=Verify(policy="repair"))
    pieces = list(steps.run(Turn("What?", passages=SHOWN)))
    *deltas, last = pieces
    assert "".join(str(delta) for delta in deltas) == f"{RIGHT} {WRONG}"
    assert isinstance(last, Turn)
    assert last.answer is not None
    assert told(last.answer) == [(1, True), (2, True)]


def test_one_line_of_yaml(tmp_path: Any) -> None:
    steps = [{"retrieve": "bm25"}, {"generate": "extractive"}, {"agent": {"use": "verify", "policy": "drop"}}]
    pipeline = Pipeline.from_yaml({"pipeline": steps}, index=tmp_path)
    pipeline.add_documents([Document(SOURCE, metadata={"source": "bridge.md"})])
    answer = pipeline.invoke("When was the old bridge built?")
    assert [citation.supported for citation in answer.citations] == [True]
    assert asyncio.run(pipeline.ainvoke("When was the old bridge built?")).text == answer.text
    with pytest.raises(ConfigError, match="threshold"):
        Pipeline.from_yaml({"pipeline": [{"agent": {"use": "verify", "threshold": 2}}]})
