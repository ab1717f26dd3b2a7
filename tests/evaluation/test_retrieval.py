import math
import random
from collections.abc import Mapping

import pytest
import pytrec_eval

from rag.errors import UsageError
from rag.evaluation.retrieval import measure


def by_definition(gains: Mapping[str, int], scores: Mapping[str, float]) -> dict[str, float]:
    """The textbook, one document at a time. Equal scores: the larger id first."""
    order = sorted(scores, key=lambda name: (scores[name], name), reverse=True)
    relevant = {name for name, gain in gains.items() if gain > 0}
    hits = [name in relevant for name in order]

    def dcg(values: list[int]) -> float:
        return sum(value / math.log2(rank + 2) for rank, value in enumerate(values))

    ideal = dcg(sorted((gain for gain in gains.values() if gain > 0), reverse=True)[:10])
    return {
        "ndcg@10": dcg([max(0, gains.get(name, 0)) for name in order[:10]]) / ideal,
        "recall@10": sum(hits[:10]) / len(relevant),
        "recall@100": sum(hits[:100]) / len(relevant),
        "mrr@10": next((1 / (rank + 1) for rank, hit in enumerate(hits[:10]) if hit), 0.0),
        "map": sum(sum(hits[: rank + 1]) / (rank + 1) for rank, hit in enumerate(hits) if hit) / len(relevant),
        "precision@10": sum(hits[:10]) / 10,
        "r_precision": sum(hits[: len(relevant)]) / len(relevant),
    }


def random_runs(number: int) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    chance = random.Random(7)
    documents = [f"d{place}" for place in range(150)]
    qrels, run = {}, {}
    for query in range(number):
        judged = chance.sample(documents, chance.randint(1, 30))
        qrels[f"q{query}"] = {name: chance.choice([0, 0, 1, 1, 2, 3]) for name in judged} | {judged[0]: 1}
        found = chance.sample(documents, chance.randint(1, 140))
        run[f"q{query}"] = {name: float(chance.randint(0, 12)) for name in found}  # most scores are tied
    return qrels, run


def test_a_thousand_random_runs_with_ties_are_as_defined_and_as_trec_eval_says() -> None:
    qrels, run = random_runs(1000)
    found = measure(qrels, run)
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "recall.10,100", "map", "P.10", "Rprec"})
    theirs = evaluator.evaluate(run)
    names = {"ndcg@10": "ndcg_cut_10", "recall@100": "recall_100", "map": "map", "precision@10": "P_10"}
    for query, gains in qrels.items():
        for name, value in by_definition(gains, run[query]).items():
            assert found[name][query] == pytest.approx(value, abs=1e-6), (name, query)
        for name, its in names.items():
            assert found[name][query] == pytest.approx(theirs[query][its], abs=1e-6)


def test_a_ranking_keeps_its_order_and_counts_a_document_once() -> None:
    qrels = {"q": {"b": 1}}
    assert measure(qrels, {"q": ["a", "a", "b", "c"]}, ["mrr@10", "precision@10"]) == {
        "mrr@10": {"q": 0.5},
        "precision@10": {"q": 0.1},
    }


def test_a_query_without_a_ranking_counts_as_nothing_found() -> None:
    found = measure({"q": {"a": 1}, "r": {"a": 1}, "s": {"a": 0}}, {"q": ["a"], "r": []}, ["ndcg@10", "map"])
    assert found == {"ndcg@10": {"q": 1.0, "r": 0.0}, "map": {"q": 1.0, "r": 0.0}}


def test_any_measure_of_ir_measures_has_a_name() -> None:
    assert measure({"q": {"a": 1}}, {"q": ["b", "a"]}, ["success@2", "Bpref"])["success@2"] == {"q": 1.0}


def test_an_unknown_measure_is_an_error_that_lists_them() -> None:
    with pytest.raises(UsageError, match=r"no retrieval measure is called 'ndgc@10'.*ndcg@k"):
        measure({"q": {"a": 1}}, {"q": ["a"]}, ["ndgc@10"])
