import numpy as np
import pytest

from rag.errors import UsageError
from rag.evaluation.gate import judge, parse_condition
from rag.evaluation.result import Result
from rag.evaluation.statistics import means


def run(values: list[float], name: str = "ndcg@10", first: int = 0) -> Result:
    ids = [f"q{first + place}" for place in range(len(values))]
    return Result("d", "c", means({name: values}), ids, {name: values}, 10, "f")


def verdict(text: str, old: list[float], new: list[float], name: str = "ndcg@10") -> tuple[bool, str]:
    [found] = judge(run(new, name), run(old, name), [parse_condition(text)])
    return found.failed, found.sentence


OLD = np.random.default_rng(0).random(200).round(3).tolist()


def test_a_fall_that_is_sure_fails_and_says_what_fell() -> None:
    failed, sentence = verdict("ndcg@10 -1pt p<0.05", OLD, [max(0.0, value - 0.05) for value in OLD])
    assert failed
    assert sentence.startswith("ndcg@10 fell by 4.8 points, from 0.") and "(p = 0.0001, 200 queries)" in sentence


def test_the_same_run_passes() -> None:
    assert verdict("ndcg@10 -0pt", OLD, OLD) == (False, f"ndcg@10 did not change: {np.mean(OLD):.4f}")


def test_a_small_fall_passes_as_within() -> None:
    failed, sentence = verdict("ndcg@10 -1pt p<0.05", OLD, [value - 0.001 for value in OLD])
    assert not failed
    assert sentence.endswith(": within -1pt")


def test_noise_passes_as_chance() -> None:
    new = np.random.default_rng(1).permutation(OLD)
    new[0] -= 0.3  # a fall of .15 points on the average, among changes that have no direction
    failed, sentence = verdict("ndcg@10 -0.1pt p<0.05", OLD, new.tolist())
    assert not failed
    assert sentence.endswith("more than -0.1pt, but it may be chance")


def test_latency_rises_and_bounds() -> None:
    assert verdict("latency_ms +20%", [100.0] * 5, [130.0] * 5, "latency_ms")[0]
    assert not verdict("latency_ms +20%", [100.0] * 5, [110.0] * 5, "latency_ms")[0]
    assert verdict("ndcg@10 <0.4", OLD, [0.3] * 5) == (True, "ndcg@10 is below 0.4: 0.3")
    assert not verdict("ndcg@10 <0.2", OLD, [0.3] * 5)[0]


def test_only_queries_of_both_runs_are_compared() -> None:
    [found] = judge(run([0.0, 0.5], first=1), run([1.0, 0.0, 0.5]), [parse_condition("ndcg@10 -1pt")])
    assert not found.failed
    with pytest.raises(UsageError, match="no query in common"):
        judge(run([0.0], first=9), run([1.0]), [parse_condition("ndcg@10 -1pt")])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ndcg@10", "a condition reads"),
        ("ndcg@10 1pt", "a condition reads"),
        ("ndcg@10 +1pt", "grows worse in the other direction; write -"),
        ("latency_ms_p95 -5%", "write +"),
        ("ndcg@10 <0.4 p<0.05", "a condition reads"),
    ],
)
def test_a_wrong_condition_says_how_one_looks(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_condition(text)
    assert says in str(caught.value)


def test_an_unknown_figure_is_named_with_its_neighbour() -> None:
    with pytest.raises(UsageError, match=r"no figure 'ndcg@1'.*ndcg@10"):
        judge(run([1.0]), run([1.0]), [parse_condition("ndcg@1 -1pt")])
    with pytest.raises(UsageError, match="--baseline"):
        judge(run([1.0]), None, [parse_condition("ndcg@10 -1pt")])
