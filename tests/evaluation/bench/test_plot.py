import re

from rag.evaluation.bench.plot import plot
from rag.evaluation.bench.result import Benched, Row
from rag.evaluation.statistics import Metric


def row(title: str, mode: str, ms: float, ndcg: float | None) -> Row:
    figures = {"query_ms_p50": ms, "passages/s": 1000 / ms, **({} if ndcg is None else {"ndcg@10": ndcg})}
    told = {name: Metric(value, value, value, 1) for name, value in figures.items()}
    return Row(title, title, mode, "", {}, told)


def benched(*rows: Row) -> Benched:
    return Benched("handbook", 10, 20, 5, 1, 10, {}, "ours", rows)


def test_modes_have_shapes_and_engines_colours() -> None:
    picture = plot(benched(row("ours", "bm25", 1, 0.7), row("ours", "dense", 9, 0.8), row("theirs", "dense", 30, 0.8)))
    paths = re.findall(r'<title>([^:]*):[^<]*</title><path d="([^"]+)"[^>]*fill="([^"]+)"', picture)
    shapes = {name: (path, colour) for name, path, colour in paths}
    assert shapes["ours, bm25"][0] != shapes["ours, dense"][0] == shapes["theirs, dense"][0]
    assert shapes["ours, bm25"][1] == shapes["ours, dense"][1] != shapes["theirs, dense"][1]
    assert len(paths) == 6  # three rows over two speeds
    assert picture.count('r="8"') == 4  # the reference is ringed


def test_without_judgements_one_speed_stands_over_the_other() -> None:
    picture = plot(benched(row("ours", "bm25", 1, None), row("theirs", "bm25", 30, None)))
    assert picture.count("<title>") == 2
    assert "nDCG" not in picture
