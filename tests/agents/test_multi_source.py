"""UniMS-RAG's agent: what is refused, the order of sources, plans, refinement, and the whole over a real index."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from pydantic import ValidationError

from rag.agents.multi_source import MultiSource
from rag.generators.chat import Chat
from rag.generators.extractive import Extractive
from rag.generators.reader import Reader
from rag.index import Index, Lexical, Vectors
from rag.knowledge.source import Source
from rag.llms.openai import OpenAI
from rag.retrievers.bm25 import BM25
from rag.retrievers.dense import Dense
from rag.retrievers.fusion import Fusion
from rag.schema import Delta, Turn
from rag.spending.allowance import Allowance, pinned
from rag.spending.costs import Costs
from rag.spending.limits import Limits
from rag.steps.act import Act
from tests.endpoint import completion, event, streamed

TEXTS = {
    "people/anna.md": ("Anna Weiss works in Lisbon. She owns the laptop Zenith 14.", "zenith"),
    "people/ben.md": ("Ben Okafor works in Leeds and plays the cello. He owns the laptop Corvus 16.", "corvus"),
    "products/zenith.md": ("The battery of the Zenith 14 lasts 11 hours.", "zenith"),
    "products/corvus.md": ("The battery of the Corvus 16 lasts 5 hours.", "corvus"),
    "products/cases.md": ("Cases for laptops come in grey.", "cases"),
    "rules/travel.md": ("Travel abroad is approved by the director.", "travel"),
    "rules/leave.md": ("Everybody has thirty days of leave.", "leave"),
}
PEOPLE = Source(name="people", description="who the customers are", filter={"source": "people/*"}, top_k=1)
PRODUCTS = Source(name="products", description="what the products can do", filter={"source": "products/*"}, top_k=1)
RULES = Source(name="rules", description="travel and leave rules of the office", filter={"source": "rules/*"}, top_k=1)
BATTERY = "How long does the battery of Anna's laptop last?"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(path=str(tmp_path_factory.mktemp("sources")))
    documents = [Document(text, metadata={"source": name, "about": about}) for name, (text, about) in TEXTS.items()]
    made.add_documents(documents, [Lexical(), Vectors(made.encoder)])
    return made


def agent(store: Index, *sources: Source, **fields: Any) -> MultiSource:
    both = Fusion(of=(BM25(index=store), Dense(index=store, encoder=store.encoder)))
    return MultiSource(**{"retrieve": both, "sources": sources, "index": store} | fields)


def from_of(turn: Turn) -> list[str]:
    return [passage.metadata["source"] for passage in turn.passages]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ([{"name": "a"}, {"name": "A"}], "'A' is the name of two sources"),
        (
            [{"name": "people"}, {"name": "b", "after": "peple"}],
            "no source 'peple'; there are: people, b. did you mean",
        ),
        ([{"name": "a", "after": "b"}, {"name": "b", "after": "a"}], "wait for each other: a after b after a"),
        ([{"name": "a", "after": "a"}], "wait for each other: a after a"),
        ([{"name": "NULL"}], "stands for no source"),
        ([{"name": "a", "tie": "customer"}], "tie: .* name that with `after`"),
        ([{"name": "a", "named": "title"}], "named: .* name that with `after`"),
        ([{"name": "a", "filter": {"year": {"above": 3}}}], "filter: filter 'year' knows no 'above'"),
        ([{"name": "a, b"}], "should match pattern"),
    ],
)
def test_what_cannot_work_is_refused(store: Index, sources: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MultiSource(retrieve=BM25(index=store), sources=sources)


def test_what_is_missing_is_named(store: Index) -> None:
    with pytest.raises(ValidationError, match="needs a chat model"):
        agent(store, by="llm")
    with pytest.raises(ValidationError, match="list them under `sources`"):
        agent(store, planner=Path("mine"))


def test_it_asks_what_the_question_needs(store: Index) -> None:
    made = agent(store, PEOPLE, PRODUCTS, RULES, generate=Reader(), by="skill")
    turn = made.act(Turn("Who approves travel abroad?"))
    assert turn.notes["plan"] == ["rules"]
    assert set(turn.notes["probabilities"]) == {"people", "products", "rules"}
    assert turn.answer is not None
    assert "director" in turn.answer.text
    (citation,) = turn.answer.citations
    assert TEXTS[citation.source][0][citation.start : citation.end] == citation.quote
    passage = turn.passages[0]
    assert passage.metadata["knowledge_source"] == "rules"
    assert passage.metadata["evidence_similarity"] in [tenth / 10 for tenth in range(11)]


def test_a_source_may_have_an_index_of_its_own(store: Index, tmp_path: Path) -> None:
    other = Index(path=str(tmp_path))
    text = "The old Brisk 9 had a battery of 3 hours."
    other.add_documents([Document(text, metadata={"source": "old.md"})], [Lexical()])
    old = Source(name="old", retrieve=BM25(index=other))
    made = agent(store, PEOPLE, RULES, old, by="skill", generate=Reader())
    turn = made.act(Turn("How long did the battery of the Brisk 9 last?"))
    assert turn.notes["plan"] == ["old"]
    assert turn.notes["probabilities"]["old"] > 0.9
    assert turn.notes["sources"]["old"]["searches"] == 0  # the search that planned was one of it
    assert turn.answer is not None
    assert turn.answer.citations[0].source == "old.md"
    assert made.act(Turn("Who approves travel abroad?")).notes["plan"] == ["rules"]


def test_without_sources_each_folder_is_one(store: Index) -> None:
    turn = agent(store, by="all").act(Turn("Who plays the cello?"))
    assert turn.notes["plan"] == ["people", "products", "rules"]
    assert turn.answer is None
    turn = agent(store, by="all").act(Turn("Who plays the cello?", filter={"source": "people/*"}))
    assert turn.notes["plan"] == ["documents"]
    assert {source.partition("/")[0] for source in from_of(turn)} == {"people"}


def test_what_a_source_found_leads_to_the_next(store: Index) -> None:
    behind = PRODUCTS.model_copy(update={"after": "people", "tie": "about"})
    turn = agent(store, behind, PEOPLE, by="all", generate=Reader()).act(Turn(BATTERY))
    assert turn.notes["plan"] == ["people", "products"]
    assert turn.notes["sources"]["products"]["tied"] == {"about": {"in": ["zenith"]}}
    assert set(from_of(turn)) == {"people/anna.md", "products/zenith.md"}
    assert turn.answer is not None
    assert "11 hours" in turn.answer.text
    alone = agent(store, PRODUCTS, by="all").act(Turn(BATTERY))
    assert "queries" not in alone.notes["sources"]["products"]


def test_names_lead_from_one_source_to_the_next(store: Index) -> None:
    behind = PRODUCTS.model_copy(update={"after": "people", "named": "about", "top_k": 3})
    turn = agent(store, PEOPLE, behind, by="all", generate=Reader(), steps=3, enough=1.0).act(Turn(BATTERY))
    assert turn.notes["sources"]["products"]["named"] == ["zenith"]
    assert from_of(turn) == ["people/anna.md", "products/zenith.md"]  # in the order they were asked
    assert turn.notes["stopped"] == "sources are exhausted"  # what led there is not exchanged
    assert turn.route is None
    other = behind.model_copy(update={"named": "maker"})
    assert len(from_of(agent(store, PEOPLE, other, by="all").act(Turn(BATTERY)))) == 4


def test_a_tie_to_nothing_finds_nothing(store: Index) -> None:
    behind = PRODUCTS.model_copy(update={"after": "people", "tie": "customer"})
    turn = agent(store, PEOPLE, behind, by="all").act(Turn(BATTERY))
    assert from_of(turn) == ["people/anna.md"]
    assert turn.notes["sources"]["products"]["skipped"] == "no passage of people has 'customer'"


def test_the_filter_of_the_turn_always_holds(store: Index) -> None:
    turn = agent(store, PEOPLE, PRODUCTS, by="all").act(Turn(BATTERY, filter={"about": "corvus"}))
    assert set(from_of(turn)) == {"people/ben.md", "products/corvus.md"}


def test_rules_choose_and_bring_what_they_need(store: Index) -> None:
    behind = PRODUCTS.model_copy(update={"after": "people"})
    sources = [
        source.model_copy(update={"when": Source(name="x", when=({"words": words},)).when})
        for source, words in ((PEOPLE, ["cello"]), (behind, ["battery"]), (RULES, ["travel"]))
    ]
    made = agent(store, *sources, by="rules")
    assert made.act(Turn(BATTERY)).notes["plan"] == ["people", "products"]
    assert made.act(Turn("Who plays the cello?")).notes["plan"] == ["people"]
    assert "nothing here answers without passages" in made.act(Turn("Hello")).notes["reason"]


def test_a_chat_model_plans_and_sees_similarities(endpoint: Any, llm: OpenAI, store: Index) -> None:
    said = streamed([event("It lasts 11 hours "), event("[1]."), event(reason="stop"), "[DONE]"])
    endpoint.will(completion("Sources: Products"), said)
    behind = PRODUCTS.model_copy(update={"after": "people", "top_k": 2})
    made = agent(store, PEOPLE, behind, RULES, llm=llm, generate=Chat(llm=llm), steps=0)
    turn = made.act(Turn(BATTERY))
    planned, answered = (request["messages"] for request in endpoint.requests)
    assert '- products: "what the products can do" Needs what is found in people' in planned[0]["content"]
    assert turn.notes["plan"] == ["people", "products"]
    assert turn.notes["by"] == "llm"
    assert 'knowledge="products" similarity="' in answered[-1]["content"]
    assert "similarity to the question" in answered[0]["content"]
    assert turn.answer is not None
    assert turn.answer.citations
    assert turn.usage.llm_calls == 2


def test_no_source_leaves_the_answer_to_a_model_that_may(endpoint: Any, llm: OpenAI, store: Index) -> None:
    planner = FakeListChatModel(responses=["NULL"])
    made = agent(store, PEOPLE, RULES, llm=planner, generate=Extractive(abstain_below=0))
    turn = made.act(Turn("Thank you!"))
    assert turn.notes["plan"] == ["people", "rules"]
    writer = FakeListChatModel(responses=["You are welcome."])
    made = agent(store, PEOPLE, RULES, llm=planner, generate=Chat(llm=writer, closed_book=True))
    turn = made.act(Turn("Thank you!"))
    assert (turn.notes["plan"], turn.passages) == ("NULL", ())
    assert turn.answer is not None
    assert turn.answer.text == "You are welcome."


@pytest.mark.parametrize("said", ["Perhaps.", ""])
def test_a_plan_that_cannot_be_read_is_made_by_the_skill(store: Index, said: str) -> None:
    made = agent(store, PEOPLE, PRODUCTS, RULES, llm=FakeListChatModel(responses=[said]))
    turn = made.act(Turn("Who approves travel abroad?"))
    assert turn.notes["plan"] == ["rules"]
    assert turn.notes["reason"].startswith("by skill: ")


def test_evidence_is_exchanged_until_it_is_exhausted(store: Index) -> None:
    made = agent(store, PRODUCTS, by="all", generate=Reader(), steps=9, enough=1.0)
    turn = made.act(Turn("How long does the battery of the Corvus 16 last?"))
    rounds = turn.notes["rounds"]
    assert turn.notes["stopped"] == "sources are exhausted"
    assert len(rounds) == 3
    fetched = [name for one in rounds[1:] for name in one["fetched"]]
    assert len({*fetched, *turn.notes["sources"]["products"]["passages"]}) == 3
    assert turn.answer is not None
    assert "5 hours" in turn.answer.text


@pytest.fixture
def hurried() -> Iterator[None]:
    """A turn with no time and little room."""
    before = pinned.set(Allowance(Limits(latency_ms=1, context_tokens=15), Costs()))
    yield
    pinned.reset(before)


@pytest.mark.usefixtures("hurried")
def test_limits_are_kept(store: Index) -> None:
    many = PRODUCTS.model_copy(update={"top_k": 3})
    turn = agent(store, many, RULES, by="all", generate=Reader(), steps=3, enough=1.0).act(Turn(BATTERY))
    assert turn.notes["sources"]["rules"]["skipped"].startswith("latency_ms: another search takes")
    assert turn.notes["stopped"].startswith("latency_ms: ")
    assert len(turn.notes["sources"]["products"]["passages"]) == 3
    assert len(turn.passages) == 1
    assert turn.answer is not None


def test_the_answer_keeps_its_call(store: Index) -> None:
    writer = FakeListChatModel(responses=["By the director [1]."])
    made = agent(store, PEOPLE, RULES, llm=writer, generate=Chat(llm=writer), steps=0)
    allowance = Allowance(Limits(llm_calls=1), Costs())
    allowance.ahead = (Act(agent=made),)
    assert allowance.no_call(writer) == "llm_calls: 0 of 1 were made, one is kept"
    before = pinned.set(allowance)
    try:
        turn = made.act(Turn("Who approves travel abroad?"))
    finally:
        pinned.reset(before)
    assert turn.notes["plan"] == ["rules"]
    assert turn.notes["reason"] == "by skill: llm_calls: 0 of 1 were made, one is kept"
    assert turn.answer is not None
    assert turn.answer.text == "By the director [1]."


def test_the_answer_streams_as_a_whole(store: Index) -> None:
    step = Act(agent=agent(store, RULES, by="all", generate=Reader()))
    pieces: Sequence[Any] = list(step.run(Turn("Who approves travel abroad?")))
    assert isinstance(pieces[0], Delta)
    assert pieces[0].text == pieces[1].answer.text
