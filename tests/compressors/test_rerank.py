"""Re-ranking, by langchain-core's cross-encoders and by sentence-transformers'."""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from langchain_core.cross_encoders import BaseCrossEncoder
from langchain_core.documents import Document
from pydantic import ValidationError

from rag import skills
from rag.compressors.rerank import Rerank
from rag.errors import MissingExtra, ModelError
from rag.passages.reading import passed_over

PASSAGES = [
    Document("Hotels cost 120 euros.", id="hotels", metadata={"score": 0.9, "title": "Costs"}),
    Document("Travel abroad is approved by the director.", id="abroad", metadata={"score": 0.5}),
    Document("Travel is approved.", id="travel", metadata={"score": 0.1, "headings": ["Travel", "Approval"]}),
]


class Overlap(BaseCrossEncoder):
    """The share of the question's words that a text has."""

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        self.pairs = text_pairs
        return [
            len(set(question.lower().split()) & set(text.lower().strip(".").split())) / len(question.split())
            for question, text in text_pairs
        ]


def test_the_cross_encoder_decides_the_order() -> None:
    kept = Rerank(model=Overlap(), top_k=2).compress_documents(PASSAGES, "travel abroad")
    assert [(passage.id, passage.metadata["score"]) for passage in kept] == [("abroad", 1.0), ("travel", 0.5)]
    assert kept[0].metadata["rerank_score"] == 1.0
    assert kept[0].metadata["retrieved_score"] == 0.5
    assert PASSAGES[1].metadata["score"] == 0.5  # what came in is as it was
    assert Rerank(model=Overlap()).compress_documents([], "travel") == []


def test_title_and_headings_are_read_with_the_passage() -> None:
    judge = Overlap()
    Rerank(model=judge).compress_documents(PASSAGES, "travel")
    assert [text for _, text in judge.pairs] == [
        "Costs\nHotels cost 120 euros.",
        "Travel abroad is approved by the director.",
        "Travel > Approval\nTravel is approved.",
    ]


def test_the_old_score_may_count_too() -> None:
    def order(weight: float) -> list[str | None]:
        kept = Rerank(model=Overlap(), weight=weight).compress_documents(PASSAGES, "travel abroad")
        return [passage.id for passage in kept]

    assert order(0.0) == ["hotels", "abroad", "travel"]
    assert order(0.5) == ["abroad", "hotels", "travel"]
    assert order(1.0) == ["abroad", "travel", "hotels"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of random weights, with the embedded encoder's words."""
    transformers = pytest.importorskip("transformers")
    from rag import weights

    folder = tmp_path_factory.mktemp("cross-encoder")
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    transformers.set_seed(0)
    config = transformers.BertConfig(num_labels=1, initializer_range=0.5, **shape)
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    words = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(weights.path("tokenizer.json")), pad_token="[PAD]", unk_token="[UNK]"
    )
    words.save_pretrained(folder)
    return folder


def test_no_passages_load_no_model() -> None:
    assert Rerank(model="nowhere/at-all").compress_documents([], "travel") == []


def test_any_model_of_sentence_transformers_will_do(folder: Path) -> None:
    kept = Rerank(model=str(folder), device="cpu").compress_documents(PASSAGES, "Who approves travel?")
    scores = [passage.metadata["score"] for passage in kept]
    texts = {"hotels": f"Costs\n{PASSAGES[0].page_content}", "abroad": PASSAGES[1].page_content}
    texts["travel"] = f"Travel > Approval\n{PASSAGES[2].page_content}"
    library = pytest.importorskip("sentence_transformers").CrossEncoder(str(folder), device="cpu")
    logits = dict(zip(texts, library.predict([("Who approves travel?", text) for text in texts.values()]), strict=True))
    assert [passage.id for passage in kept] == sorted(logits, key=lambda name: -logits[name])
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    with pytest.raises(ModelError, match=r"nowhere' cannot be loaded.*a folder on this machine"):
        Rerank(model=str(tmp_path / "nowhere")).compress_documents(PASSAGES, "travel")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtra, match=r'pip install "composable-rag\[sentence-transformers\]"'):
        Rerank(model="some/model").compress_documents(PASSAGES, "travel")


def test_the_embedded_cross_encoder_judges_without_any_other_model(untrained: Path) -> None:
    kept = Rerank(weights=str(untrained)).compress_documents(PASSAGES, "Who approves travel?")
    relevance = skills.load("relevance", untrained)
    texts = ["Costs\nHotels cost 120 euros.", PASSAGES[1].page_content, "Travel > Approval\nTravel is approved."]
    judged = relevance.score([("Who approves travel?", text) for text in texts])
    wanted = {passage.id: float(score) for passage, score in zip(PASSAGES, judged, strict=True)}
    assert {passage.id: passage.metadata["rerank_score"] for passage in kept} == wanted
    assert [passage.metadata["score"] for passage in kept] == sorted(wanted.values(), reverse=True)


def test_late_interaction_may_count_beside_both() -> None:
    question = "director"
    kept = Rerank(model=Overlap(), weight=0.3, late=0.6).compress_documents(PASSAGES, question)
    assert kept[0].id == "abroad"
    old = {"hotels": 1.0, "abroad": 0.5, "travel": 0.0}  # stretched
    for passage in kept:
        told = passage.metadata
        wanted = 0.3 * told["rerank_score"] + 0.6 * told["late_score"] + 0.1 * old[str(passage.id)]
        assert told["score"] == pytest.approx(wanted)
    assert {passage.metadata["late_score"] for passage in kept} > {0.0, 1.0}
    assert kept[0].metadata["late_score"] == 1.0
    assert "late_score" not in Rerank(model=Overlap()).compress_documents(PASSAGES, question)[0].metadata


def test_late_interaction_reads_the_title_too() -> None:
    passages = [Document("It is closed.", metadata={"score": 0.5, "title": title}) for title in ("Museum", "Swimming")]
    kept = Rerank(model=Overlap(), late=0.9).compress_documents(passages, "swimming pool")
    assert [passage.metadata["title"] for passage in kept] == ["Swimming", "Museum"]


def test_more_than_all_cannot_count() -> None:
    with pytest.raises(ValidationError, match=r"weight 0.7 and late 0.4 are more than 1 together"):
        Rerank(model=Overlap(), weight=0.7, late=0.4)
    assert Rerank(model=Overlap(), late=0.4).compress_documents([], "travel") == []  # the rest is the model's


class Judge(BaseCrossEncoder):
    """Says of each text what it was told; keeps how many it was asked about at once."""

    def __init__(self, said: Mapping[str, float]) -> None:
        self.said, self.asked = said, list[int]()

    def score(self, text_pairs: list[tuple[str, str]]) -> list[float]:
        self.asked.append(len(text_pairs))
        return [self.said[text] for _, text in text_pairs]


def found(*scores: float) -> list[Document]:
    return [Document(f"{place}", id=f"{place}", metadata={"score": score}) for place, score in enumerate(scores)]


def test_judging_ends_where_no_other_could_come_first() -> None:
    passages = found(1.0, 0.8, 0.5, 0.2, 0.1, 0.0)
    judge = Judge({"0": 0.1, "1": 0.9})  # .5 of .9 and of .8 are above .5 of 1 and of .5
    rerank = Rerank(model=judge, weight=0.5, at_least=2)
    kept = rerank.compress_documents(passages, "travel")
    assert [passage.id for passage in kept] == ["1", "0", "2", "3", "4", "5"]
    assert judge.asked == [2]
    assert [passage.metadata.get("rerank_score") for passage in kept] == [0.9, 0.1, None, None, None, None]
    scores = [passage.metadata["score"] for passage in kept]
    assert scores == sorted(scores, reverse=True)
    assert [passed_over(passage) for passage in kept] == [False, False, True, True, True, True]
    assert rerank.detail(passages, kept) == {"read": 2}
    assert not any(map(passed_over, passages))
    cut = Rerank(model=judge, weight=0.5, at_least=2, top_k=1)
    assert cut.detail(passages, cut.compress_documents(passages, "travel")) == {"read": 2}


@pytest.mark.parametrize(
    ("weight", "said", "asked"),
    [
        (0.5, {"0": 0.0, "1": 0.0}, [2, 4]),  # each of the others could be better
        (1.0, {"0": 1.0, "1": 0.0}, [2, 4]),  # so it could where what was found says nothing
        (0.5, {"0": 4.0, "1": -2.0}, [2, 4]),  # no probabilities: nobody knows the most
    ],
)
def test_judging_goes_on_while_another_one_could_come_first(
    weight: float, said: dict[str, float], asked: list[int]
) -> None:
    judge = Judge({**dict.fromkeys("2345", 0.0), **said})
    rerank, passages = Rerank(model=judge, weight=weight, at_least=2), found(1.0, 0.8, 0.5, 0.2, 0.1, 0.0)
    kept = rerank.compress_documents(passages, "travel")
    assert judge.asked == asked
    assert all("rerank_score" in passage.metadata for passage in kept)
    assert rerank.detail(passages, kept) == {}
    assert not any(map(passed_over, kept))


def test_the_first_one_is_that_of_judging_all() -> None:
    chance = np.random.default_rng(3)
    fewer = 0
    for _ in range(200):
        passages = found(*sorted(chance.random(12), reverse=True))
        said = {str(place): float(share) for place, share in enumerate(chance.beta(0.3, 0.5, 12))}
        some, every = Judge(said), Judge(said)
        (first, *_) = Rerank(model=some, weight=0.5, at_least=3).compress_documents(passages, "travel")
        (best, *_) = Rerank(model=every, weight=0.5).compress_documents(passages, "travel")
        assert first.id == best.id
        assert sum(some.asked) >= 3
        fewer += sum(some.asked) < sum(every.asked)
    assert fewer > 50
