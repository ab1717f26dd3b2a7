import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from rag.terms.pagerank import pagerank

EDGES = [("gene", "protein"), ("gene", "dna"), ("protein", "cell"), ("dna", "cell"), ("table", "figure")]
NAMES = sorted({name for edge in EDGES for name in edge})


def links(graph: "nx.Graph[str]", names: list[str]) -> csr_array:
    return csr_array(nx.to_scipy_sparse_array(graph, nodelist=names, dtype=float))


def test_without_seeds_a_walk_is_as_often_anywhere() -> None:
    assert pagerank(links(nx.Graph(EDGES), NAMES)) == pytest.approx(np.full(6, 1 / 6), abs=1e-6)


def test_with_a_seed_it_stays_near_it() -> None:
    seeds = np.array([name == "gene" for name in NAMES], float)
    ranks = dict(zip(NAMES, pagerank(links(nx.Graph(EDGES), NAMES), seeds, tolerance=1e-6), strict=True))
    assert ranks["gene"] == pytest.approx(0.345268, abs=1e-6)
    assert ranks["protein"] == pytest.approx(0.229728, abs=1e-6) == ranks["dna"]
    assert ranks["cell"] == pytest.approx(0.195268, abs=1e-6)
    assert ranks["table"] == ranks["figure"] < 1e-5
    assert pagerank(links(nx.Graph(EDGES), NAMES), seeds).sum() == pytest.approx(1)


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_networkx(seed: int) -> None:
    graph = nx.gnp_random_graph(60, 0.05, seed=seed, directed=seed % 2 == 1)  # some nodes have no links
    names = list(graph)
    chosen = np.random.default_rng(seed).random(60) < 0.2
    expected = nx.pagerank(graph, 0.85, dict(zip(names, chosen.astype(float), strict=True)), max_iter=5_000, tol=1e-12)
    found = pagerank(links(graph, names), chosen.astype(float))
    assert found == pytest.approx(np.array([expected[name] for name in names]), abs=1e-6)


def test_no_nodes_no_ranks() -> None:
    assert len(pagerank(csr_array((0, 0)))) == 0
