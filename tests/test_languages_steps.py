"""Each learned step by itself over passages in a language that it cannot read: it stands back and does no harm."""

import pytest
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage

from rag import skills
from rag.agents.complexity import Complexity
from rag.agents.verify import Verify
from rag.asking.standalone import standalone
from rag.compressors.deduplicate import Deduplicate
from rag.compressors.prune import Prune
from rag.compressors.rerank import Rerank
from rag.compressors.summary import Summary
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vocabulary import Vocabulary, embedded
from rag.generators.extractive import Extractive
from rag.generators.verdict import BORNE, Claim, verdicts
from rag.kinds import Retriever
from rag.retrievers.fusion import Fusion
from rag.schema import Answer, Citation, Turn
from rag.steps import Steps
from tests.languages import ANSWER, ASKED, LEAVE, OTHERS

LANGUAGES = [name for name in ASKED if name in OTHERS]


class Words(Retriever):
    """Finds what it was given; reads any words."""

    found: tuple[str, ...]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [Document(text, id=text, metadata={"score": 1.0 / place}) for place, text in enumerate(self.found, 1)]


class Pieces(Words):
    """The same by the embedded vocabulary."""

    @property
    def vocabulary(self) -> Vocabulary:
        return embedded()


def passages(language: str) -> list[Document]:
    """Leave first, then bread, as retrieval would bring them."""
    return [
        Document(text, id=name, metadata={"source": name, "start": 0, "end": len(text), "score": score})
        for name, text, score in (("leave", LEAVE[language], 0.9), ("bread", OTHERS[language], 0.1))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_a_foreign_retriever_finds_comes_behind(language: str) -> None:
    leave, bread, other = LEAVE[language], OTHERS[language], f"{OTHERS[language]} 2"
    of = (Words(found=(leave, bread)), Pieces(found=(bread, other)))
    found = Fusion(of=of).invoke(ASKED[language])
    assert [passage.page_content for passage in found] == [leave, bread, other]
    assert [name.rpartition(":")[2] for name in found[0].metadata["aside"]] == ["Pieces"]
    as_ever = Fusion(of=of, by_language=False).invoke(ASKED[language])
    assert "aside" not in as_ever[0].metadata
    assert as_ever[0].page_content == bread


def test_english_is_fused_as_ever() -> None:
    of = (Words(found=(LEAVE["en"], OTHERS["en"])), Pieces(found=(OTHERS["en"], LEAVE["en"])))
    question = "How many days of leave?"
    assert Fusion(of=of).invoke(question) == Fusion(of=of, by_language=False).invoke(question)


def test_where_no_retriever_can_read_none_is_preferred() -> None:
    of = (Pieces(found=(LEAVE["zh"], OTHERS["zh"])), Pieces(found=(LEAVE["zh"],)))
    one, two = Fusion(of=of).invoke(ASKED["zh"])
    assert one.metadata["score"] == pytest.approx(2 / 61)
    assert two.metadata["score"] == pytest.approx(1 / 62)


@pytest.mark.parametrize("language", LANGUAGES)
def test_reranking_keeps_the_order_of_retrieval(language: str) -> None:
    ranked = Rerank(weight=0.5).compress_documents(passages(language), ASKED[language])
    assert [(passage.id, passage.metadata["score"]) for passage in ranked] == [("leave", 1.0), ("bread", 0.0)]
    assert all("rerank_score" not in passage.metadata for passage in ranked)
    assert list(ranked[0].metadata["aside"]) == ["rerank"]
    judged = Rerank(by_language=False).compress_documents(passages(language), ASKED[language])
    assert all("rerank_score" in passage.metadata for passage in judged)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pruning_takes_nothing_away(language: str) -> None:
    kept = Prune().compress_documents(passages(language), ASKED[language])
    assert [passage.page_content for passage in kept] == [LEAVE[language], OTHERS[language]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_under_a_budget_the_sentence_that_answers_stays(language: str) -> None:
    room = default_tokenizer().count([LEAVE[language]])[0]
    (kept, *_) = Prune(max_tokens=room).compress_documents(passages(language), ASKED[language])
    assert ANSWER[language] in kept.page_content
    summed = Summary(keep=0.4).compress_documents(passages(language), ASKED[language])
    assert ANSWER[language] in summed[0].page_content


@pytest.mark.parametrize("language", [*LANGUAGES, "th"])
def test_different_texts_are_not_taken_for_the_same(language: str) -> None:
    kept = Deduplicate(by="vectors", threshold=0.5).compress_documents(passages(language), ASKED.get(language, ""))
    assert [passage.id for passage in kept] == ["leave", "bread"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_extractive_quotes_by_words(language: str) -> None:
    turn = Extractive().invoke(Turn(ASKED[language], passages=tuple(reversed(passages(language)))))
    assert turn.answer is not None
    assert ANSWER[language] in turn.answer.text
    assert [citation.source for citation in turn.answer.citations] == ["leave"]
    assert str(turn.notes["aside"]).startswith("encoder knows ")


@pytest.mark.parametrize("language", ["zh", "el", "ar", "ja", "ko"])
def test_the_router_takes_the_single_search(language: str) -> None:
    decision = Complexity(single=Steps(), multi=Steps(), multi_from=0.0).choose(Turn(ASKED[language]))
    assert decision.route == "single"
    assert decision.reason.startswith("another language: complexity knows ")


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("面团在冰箱里静置多久？", True),
        ("那主管呢？", False),
        ("它需要多久？", False),
        ("为什么？", False),
        ("その期限はいつですか。", False),
        ("生地は何分焼きますか。", True),
    ],
)
def test_only_follow_ups_take_over_words(question: str, alone: bool) -> None:
    history = (HumanMessage(ASKED["zh"]), AIMessage("二十五天 [1]"))
    assert (standalone(question, history) == question) == alone


def test_right_claims_are_borne_out_and_others_are_not() -> None:
    support = skills.load("support").score
    right = {
        "de": "Beschäftigte haben fünfundzwanzig Urlaubstage, die mit der Vorgesetzten abgestimmt werden.",
        "zh": "员工每年可以休二十五天带薪假期。",
        "el": "Ο υπάλληλος έχει άδεια είκοσι πέντε ημέρες με αποδοχές.",
    }
    for language, claim in right.items():
        held, wrong = verdicts([(Claim(claim), LEAVE[language]), (Claim(claim), OTHERS[language])], support)
        assert held.score >= BORNE
        assert wrong.score < BORNE


def test_a_right_citation_in_german_is_not_struck() -> None:
    text = "Der Urlaub wird zwei Wochen vorher mit der Vorgesetzten besprochen [1]."
    shown = tuple(passages("de"))
    citation = Citation("leave", 0, len(LEAVE["de"]), LEAVE["de"], number=1)
    turn = Turn(ASKED["de"], passages=shown, answer=Answer(text, (citation,), passages=shown))
    checked = Verify(policy="drop").act(turn).answer
    assert checked is not None
    assert checked.text == text
    assert checked.citations[0].supported
