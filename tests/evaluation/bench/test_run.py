import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rag.config import Configuration
from rag.errors import UsageError
from rag.evaluation.bench.adapter import Adapter, of_configuration
from rag.evaluation.bench.run import bench
from rag.evaluation.dataset import read_dataset
from tests.evaluation.bench.conftest import FAILING, Write


def test_a_bench_of_ours_and_of_others(
    task: Path, configuration: Configuration, words: Adapter, write: Write, environments: Path, tmp_path: Path
) -> None:
    adapters = [
        of_configuration(configuration, "ours"),
        words,
        *(write(name, FAILING[name]) for name in ("crashes", "babbles")),
    ]
    said: list[str] = []
    home = tmp_path / "bench"

    def run() -> dict[str, object]:
        benched = bench(
            read_dataset(task),
            adapters,
            folder=home,
            environments=environments,
            repeats=2,
            tell=lambda what, done, total: said.append(what),
        )
        return benched.to_dict()

    told = run()
    rows = {row["adapter"]: row for row in json.loads((home / "bench.json").read_text())["rows"]}
    assert told["passages"] == 5
    assert set(rows) == {"ours", "words", "crashes", "babbles"}
    for name in ("ours", "words"):
        figures = rows[name]["figures"]
        assert rows[name]["error"] == ""
        assert set(figures) >= {"passages/s", "query_ms_p50", "query_ms_p95", "cold_seconds", "ndcg@10"}
        assert figures["passages/s"]["queries"] == 2, "one a repeat"
        assert figures["query_ms_p50"]["queries"] == 5
        assert figures["ndcg@10"]["mean"] > 0.6
        assert figures["query_ms_p50"]["mean"] / 1000 < figures["cold_seconds"]["mean"]
    assert rows["words"]["figures"]["install_mb"]["mean"] == 2.0
    assert rows["words"]["versions"] == {"rank-bm25": "0.2.2"}
    assert "exit code 3: out of luck" in rows["crashes"]["error"]
    assert "Loading weights" in rows["babbles"]["error"]

    table = (home / "bench.md").read_text()
    assert "| crashes | bm25 | failed: index: it ended with exit code 3: out of luck |" in table
    assert "rank-bm25 0.2.2" in table
    picture = ElementTree.fromstring((home / "bench.svg").read_text())
    titles = [one.text or "" for one in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert [sum(title.startswith(name) for title in titles) for name in ("ours", "Words", "crashes")] == [2, 2, 0]

    before = (home / "measured.jsonl").read_text()
    again = run()
    assert (home / "measured.jsonl").read_text() == before, "nothing is measured twice"
    assert [row["figures"] for row in again["rows"]] == [row["figures"] for row in told["rows"]]  # type: ignore[attr-defined]


def test_ratios_tell_how_many_times_the_reference_is_better(
    task: Path, words: Adapter, write: Write, environments: Path, tmp_path: Path
) -> None:
    slow = write(
        "slow",
        (words.script or Path())
        .read_text()
        .replace("return [p.id", "import time; time.sleep(0.05)\n        return [p.id"),
    )
    benched = bench(
        read_dataset(task),
        [words, slow],
        folder=tmp_path / "bench",
        environments=environments,
        reference="slow",
        repeats=1,
    )
    first, second = benched.rows
    assert (first.adapter, second.adapter) == ("slow", "words"), "the reference stands first"
    assert first.ratios == {}
    assert second.ratios["query_ms_p50"] < 0.5, "the reference is slower"
    assert second.ratios["ndcg@10"] == pytest.approx(1.0)


def test_a_peer_that_is_not_set_up_is_a_row_that_says_so(task: Path, words: Adapter, tmp_path: Path) -> None:
    benched = bench(read_dataset(task), [words], folder=tmp_path / "bench", environments=tmp_path / "none", repeats=1)
    assert "--setup" in benched.rows[0].error
    assert "nothing was measured" in (tmp_path / "bench" / "bench.svg").read_text()


def test_a_mode_that_nobody_offers_is_refused_with_those_that_are_offered(
    task: Path, words: Adapter, environments: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"dense.*there are: bm25"):
        bench(read_dataset(task), [words], folder=tmp_path, environments=environments, modes=["dense"])


def test_an_index_whose_files_are_gone_is_built_again_and_not_measured_again(
    task: Path, words: Adapter, environments: Path, tmp_path: Path
) -> None:
    home = tmp_path / "bench"
    settings = {"folder": home, "environments": environments, "repeats": 1}
    bench(read_dataset(task), [words], **settings)  # type: ignore[arg-type]
    lines = (home / "measured.jsonl").read_text().splitlines()
    (home / "measured.jsonl").write_text("\n".join(line for line in lines if '"index/' in line) + "\n")
    for path in (home / "indexes").glob("*.built"):
        path.unlink()
    benched = bench(read_dataset(task), [words], **settings)  # type: ignore[arg-type]
    assert benched.rows[0].error == ""
    assert sorted(json.loads(line)["key"] for line in (home / "measured.jsonl").read_text().splitlines()) == sorted(
        json.loads(line)["key"] for line in lines
    )
