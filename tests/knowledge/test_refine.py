"""Algorithm 1: it never repeats an evidence, ends, orders by the product, and without judgement by relevance."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.knowledge.gather import Found, marked, relevance_of, shown
from rag.knowledge.refine import refine
from rag.knowledge.source import Source
from rag.schema import KNOWLEDGE, Answer, Turn

Told = tuple[list[Document], list[Found]]


@st.composite
def founds(draw: st.DrawFn) -> Told:
    """Some sources with passages of any relevance, some shown and the rest in reserve."""
    found = []
    for name in "abc"[: draw(st.integers(1, 3))]:
        scores = sorted(draw(st.lists(st.floats(0, 1), max_size=6)), reverse=True)
        passages = [
            marked(Document(f"{name}{place}", id=f"{name}{place}", metadata={KNOWLEDGE: name}), score)
            for place, score in enumerate(scores)
        ]
        cut = draw(st.integers(0, 3))
        found.append(Found(Source(name=name), passages[:cut], passages[cut:]))
    return shown(found, draw(st.integers(1, 6))), found


def answer_of(evidence: Sequence[Document]) -> Turn:
    return Turn("?", passages=tuple(evidence), answer=Answer("so"))


@given(founds(), st.integers(0, 8), st.integers(1, 3), st.data())
@settings(max_examples=150, deadline=None)
def test_no_evidence_comes_twice_and_it_ends(told: Told, steps: int, update: int, data: st.DataObject) -> None:
    first, found = told
    asked: list[list[str]] = []

    def answer(evidence: Sequence[Document]) -> Turn:
        asked.append([str(one.id) for one in evidence])
        return answer_of(evidence)

    def consistency(_: Turn, evidence: Sequence[Document]) -> list[float]:
        return [data.draw(st.floats(0, 1)) for _ in evidence]

    refined = refine(first, found, answer, consistency, steps=steps, update=update, enough=1.1)
    assert len(asked) == len(refined.rounds) <= steps + 1
    fetched = [name for one in refined.rounds[1:] for name in one["fetched"]]
    assert len({*fetched, *asked[0]}) == len(fetched) + len(asked[0])
    for before, after, told_of in zip(asked, asked[1:], refined.rounds[1:], strict=False):
        assert set(after) == set(before) - set(told_of["dropped"]) | set(told_of["fetched"])
        assert [name[0] for name in told_of["dropped"]] == [name[0] for name in told_of["fetched"]]
        assert len(after) == len(before)
    reserve = sum(len(one.reserve) for one in found)
    assert len(fetched) <= min(reserve, steps * update)
    scores = [one["score"] for one in refined.rounds]
    assert list(map(str, (one.id for one in refined.turn.passages))) == asked[scores.index(max(scores))]


@given(founds(), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_where_all_agree_relevance_alone_decides(told: Told, steps: int) -> None:
    first, found = told
    kept = [list(one.reserve) for one in found]
    refined = refine(
        first, found, answer_of, lambda _, evidence: [1.0] * len(evidence), steps=steps, update=1, enough=1.1
    )
    if not refined.rounds[1:]:
        return
    waiting = {one.source.name for one, rest in zip(found, kept, strict=True) if rest}
    lightest = min((one for one in first if one.metadata[KNOWLEDGE] in waiting), key=relevance_of)
    (dropped,) = refined.rounds[1]["dropped"]
    assert relevance_of(next(one for one in first if one.id == dropped)) == relevance_of(lightest)


def test_the_product_of_both_decides_what_goes() -> None:
    scores = {"a0": (0.9, 0.1), "a1": (0.5, 0.9), "a2": (0.2, 1.0)}  # products .09, .45, .2
    first = [
        marked(Document(name, id=name, metadata={KNOWLEDGE: "a"}), relevance) for name, (relevance, _) in scores.items()
    ]
    new = marked(Document("a3", id="a3", metadata={KNOWLEDGE: "a"}), 0.1)
    found = [Found(Source(name="a"), first, [new])]
    refined = refine(
        first,
        found,
        answer_of,
        lambda _, evidence: [scores.get(str(one.id), (0.0, 0.5))[1] for one in evidence],
        steps=3,
        update=1,
        enough=1.0,
    )
    assert refined.rounds[1]["dropped"] == ["a0"]
    assert refined.stopped == "sources are exhausted"


@pytest.mark.parametrize(("enough", "rounds"), [(0.5, 1), (0.95, 3)])
def test_it_ends_when_the_answer_is_borne_out(enough: float, rounds: int) -> None:
    first = [marked(Document("a0", id="a0", metadata={KNOWLEDGE: "a"}), 0.9)]
    rest = [marked(Document(f"a{n}", id=f"a{n}", metadata={KNOWLEDGE: "a"}), 0.5) for n in (1, 2)]
    found = [Found(Source(name="a"), first, rest)]
    refined = refine(first, found, answer_of, lambda _, e: [1.0] * len(e), steps=5, update=1, enough=enough)
    assert len(refined.rounds) == rounds
    assert [one.id for one in refined.turn.passages] == ["a0"]  # the best answer is kept
