"""What a question describes is asked first; the sentence that tells it is cited as well."""

from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag import Pipeline
from rag.agents.bridge import Bridge
from rag.bridging.chain import Chains
from rag.index import Index, Lexical
from rag.passages.reading import READING
from rag.retrievers.bm25 import BM25
from rag.schema import Turn
from rag.skills import load
from rag.spending.allowance import Allowance, pinned
from rag.spending.costs import Costs
from rag.spending.limits import Limits

TEXTS = {
    "sale.md": "In 1998 Lunden Bank was sold. It was bought by Grey Harbour Holding, which paid in shares.",
    "holding.md": "Grey Harbour Holding has offices in four towns. Since 2015 Ada Lund has been its managing director.",
    "bank.md": "Lunden Bank lends money to farmers. Bo Ek has been its managing director since 2011.",
    "mill.md": "The mill at Lunden grinds wheat. Its managing director was Carl Dahl.",
    "bread.md": "Bread keeps in a box, and longer in a cloth.",
}
QUESTION = "Who is the managing director of the company that bought Lunden Bank?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(path=str(tmp_path_factory.mktemp("bridge")))
    made.add_documents([Document(text, metadata={"source": name}) for name, text in TEXTS.items()], [Lexical()])
    return made


def asked(index: Index, question: str, **fields: float) -> tuple[Turn, Turn]:
    """A turn with what was found, before and after."""
    turn = Turn(question, passages=tuple(BM25(index=index).invoke(question)))
    return turn, Bridge.model_validate({"retrieve": BM25(index=index), **fields}).act(turn)


def test_the_description_is_resolved_first(index: Index) -> None:
    _, after = asked(index, QUESTION)
    assert after.search == "Who is the managing director of Grey Harbour Holding?"
    assert after.question == QUESTION
    assert "holding.md" in [passage.metadata["source"] for passage in after.passages]
    first, last = after.notes["asked"]
    assert (first["answer"], last["answer"]) == ("Grey Harbour Holding", "Ada Lund")
    (premise,) = after.premises
    assert premise.source == "sale.md"
    assert premise.quote == TEXTS["sale.md"][premise.start : premise.end]
    assert "bought by Grey Harbour Holding" in premise.quote


@pytest.mark.parametrize("question", ["Who buys bread?", "Was Ada Lund or Bo Ek born first?"])
def test_a_question_that_describes_nothing_passes_unchanged(index: Index, question: str) -> None:
    before, after = asked(index, question)
    assert after == before


@pytest.mark.parametrize(("route", "asks"), [("single", False), ("multi", True), (None, True)])
def test_a_router_decides(index: Index, route: str | None, asks: bool) -> None:
    turn = Turn(QUESTION, route=route, passages=tuple(BM25(index=index).invoke(QUESTION)))
    assert (Bridge(retrieve=BM25(index=index), by_route=True).act(turn) != turn) is asks
    assert Bridge(retrieve=BM25(index=index)).act(turn) != turn


@pytest.mark.parametrize("fields", [{"believed_from": 1.0}, {"beside_direct": 1e6}])
def test_what_is_not_believed_changes_nothing_but_the_trace(index: Index, fields: dict[str, float]) -> None:
    before, after = asked(index, QUESTION, **fields)
    assert after.with_(notes={}) == before
    assert after.notes["believed"] < 1


@pytest.mark.parametrize(("sure_from", "asks"), [(0.0, False), (1.0, True)])
def test_nothing_is_asked_where_the_passages_answer_surely(index: Index, sure_from: float, asks: bool) -> None:
    before, after = asked(index, QUESTION, sure_from=sure_from)
    assert ("asked" in after.notes) is asks
    assert (after.with_(notes={}) != before) is asks
    assert 0 < after.notes["direct"] < 1


def test_no_more_is_asked_than_allowed(index: Index) -> None:
    before, after = asked(index, QUESTION, max_questions=1)
    assert after.with_(notes={}) == before
    assert len(after.notes["asked"]) == 1


def test_nothing_more_is_asked_when_time_is_short() -> None:
    passages = [Document(TEXTS["sale.md"]), Document(TEXTS["holding.md"])]
    chains = Chains(lambda _: passages, load("reader"), 8, lambda seconds: seconds > 0)
    assert chains.best(QUESTION, 3) == ()
    assert len(chains.asked) == 1  # the first took its time: there is none for another


def test_nothing_is_asked_where_not_even_the_passages_can_be_read_in_time(index: Index) -> None:
    """Reading them would be late by itself, and asking something later still."""
    hurried, leisurely = "Who is the managing director of the company that bought Lunden Bank in haste?", QUESTION
    costs = Costs()
    for _ in range(4):
        costs.note_work(READING, 1, 0.02)
    before = pinned.set(Allowance(Limits(latency_ms=400), costs))
    try:
        turn, after = asked(index, hurried)
    finally:
        pinned.reset(before)
    assert after.notes["skipped"].startswith("latency_ms")
    assert after.with_(notes={}) == turn
    before = pinned.set(Allowance(Limits(latency_ms=60_000), Costs()))
    try:
        assert len(asked(index, leisurely)[1].notes["asked"]) == 2
    finally:
        pinned.reset(before)


def test_what_could_not_be_believed_is_not_asked() -> None:
    passages = [Document(TEXTS["sale.md"]), Document(TEXTS["holding.md"])]
    free, bound = (Chains(lambda _: passages, load("reader"), 8) for _ in range(2))
    steps = free.best(QUESTION, 3)
    assert [step.words for step in steps] == ["Grey Harbour Holding", "Ada Lund"]
    assert free.steps == 2
    assert bound.best(QUESTION, 3, least=0.9) == ()
    assert [step.question for step in bound.asked] == [steps[0].question]  # it is too uncertain for what follows
    assert bound.steps == 1


def test_a_filter_holds_for_every_question(index: Index) -> None:
    turn = Turn(QUESTION, filter={"source": "bank.md"}, passages=())
    after = Bridge(retrieve=BM25(index=index)).act(turn)
    assert {passage.metadata["source"] for passage in after.passages} <= {"bank.md"}


def test_both_sentences_are_cited_end_to_end(tmp_path: Path) -> None:
    pipeline = Pipeline.from_yaml("default", index=str(tmp_path / "index"))
    pipeline.add_documents(Document(text, metadata={"source": name}) for name, text in TEXTS.items())
    answer = pipeline.invoke(QUESTION)
    assert answer.text.startswith("Ada Lund [")
    assert [citation.source for citation in answer.citations] == ["holding.md", "sale.md"]
    for citation in answer.citations:
        assert citation.quote == TEXTS[citation.source][citation.start : citation.end]
        assert citation.number and answer.passages[citation.number - 1].metadata["source"] == citation.source


def test_an_answer_that_abstains_cites_nothing() -> None:
    from rag.schema import Answer, Citation

    premise = Citation("a.md", 0, 3, "abc")
    assert Turn("?", premises=(premise,), answer=Answer("nothing", abstained=True)).finish().citations == ()
    assert Turn("?", premises=(premise,), answer=Answer("abc", (premise,))).finish().citations == (premise,)
