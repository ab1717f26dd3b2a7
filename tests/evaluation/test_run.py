import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.config import Configuration, load
from rag.errors import UsageError
from rag.evaluation import evaluate, read_dataset
from rag.pipeline import Pipeline


def test_a_run_measures_everything_that_applies(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    result = evaluate(configuration, read_dataset(task), folder=tmp_path / "run", indexes=tmp_path)
    means = {name: metric.mean for name, metric in result.metrics.items()}
    assert means["ndcg@10"] == means["mrr@10"] == means["recall@10"] == 1.0
    assert means["context_recall"] == 1.0
    assert means["answer_equivalence"] >= 0.8
    assert means["abstention_precision"] == means["abstention_recall"] == 1.0
    assert means["latency_ms_p50"] >= means["latency_ms/retrieve:BM25_p50"] > 0
    assert means["llm_calls"] == 0
    assert result.metrics["ndcg@10"].queries == 4  # one has no relevant documents
    assert result.depth <= 3


def test_the_run_folder(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    evaluate(configuration, read_dataset(task), folder=folder, indexes=tmp_path)
    assert load(folder / "run.yaml").pipeline == configuration.pipeline
    assert json.loads((folder / "run.lock").read_text())["versions"]["composable-rag"]
    first = json.loads((folder / "queries.jsonl").read_text().splitlines()[0])
    assert (first["id"], first["ranking"][0], first["metrics"]["ndcg@10"]) == ("q1", "travel", 1.0)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert {"dataset", "config", "queries", "metrics", "ci", "per_query"} <= metrics.keys()
    assert metrics["per_query"]["ids"] == ["q1", "q2", "q3", "q4", "q5"]


def test_a_second_run_asks_nothing(
    task: Path, configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = evaluate(configuration, read_dataset(task), folder=tmp_path / "run", indexes=tmp_path)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a pipeline was asked or built")

    monkeypatch.setattr(Pipeline, "invoke", never)
    monkeypatch.setattr(Pipeline, "from_configuration", never)
    second = evaluate(load(configuration.node.plain()), read_dataset(task), folder=tmp_path / "run", indexes=tmp_path)
    assert second.reused == 5
    assert second.to_dict()["metrics"] == first.to_dict()["metrics"]


def test_a_broken_run_goes_on_where_it_stopped(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    folder, data = tmp_path / "run", read_dataset(task)
    evaluate(configuration, data, folder=folder, indexes=tmp_path)
    lines = (folder / "queries.jsonl").read_text().splitlines()
    (folder / "queries.jsonl").write_text("\n".join([lines[0], lines[3], lines[1][:40]]))
    (folder / "metrics.json").unlink()
    result = evaluate(configuration, data, folder=folder, indexes=tmp_path)
    assert result.reused == 2
    assert [json.loads(line)["id"] for line in (folder / "queries.jsonl").read_text().splitlines()] == list(result.ids)


KILLED = """
import sys
from pathlib import Path
from rag.config import load
from rag.evaluation import evaluate, read_dataset
task, out = Path(sys.argv[1]), Path(sys.argv[2])
from rag.pipeline import Pipeline
real = Pipeline.invoke
def slow(self, *a, **k):
    import time; time.sleep(0.3); return real(self, *a, **k)
Pipeline.invoke = slow
evaluate(load(Path(sys.argv[3])), read_dataset(task), folder=out / "run", indexes=out)
"""


def test_a_killed_run_keeps_what_was_answered(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(configuration.node.plain()))
    config = config.rename(tmp_path / "config.yaml")
    journal = tmp_path / "run" / "queries.jsonl"
    running = subprocess.Popen([sys.executable, "-c", KILLED, str(task), str(tmp_path), str(config)])
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.read_text().count("\n") >= 2) and time.monotonic() < deadline:
        time.sleep(0.02)
    running.kill()
    running.wait()
    result = evaluate(load(config), read_dataset(task), folder=tmp_path / "run", indexes=tmp_path)
    assert 2 <= result.reused < 5
    assert result.metrics["ndcg@10"].mean == 1.0


def test_jobs_give_the_same_figures(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    one, four = (
        evaluate(configuration, read_dataset(task), folder=tmp_path / str(jobs), indexes=tmp_path, jobs=jobs)
        for jobs in (1, 4)
    )
    assert [one.table[name] for name in ("ndcg@10", "f1")] == [four.table[name] for name in ("ndcg@10", "f1")]


def test_configurations_that_cut_alike_share_an_index(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    data = read_dataset(task)
    evaluate(configuration, data, folder=tmp_path / "a", indexes=tmp_path)
    other = load({**configuration.node.plain(), "pipeline": [{"retrieve": {"use": "bm25", "top_k": 1}}]})
    result = evaluate(other, data, folder=tmp_path / "b", indexes=tmp_path)
    assert len(list((tmp_path / "indexes").iterdir())) == 1
    assert "f1" not in result.metrics  # it only retrieves
    assert result.depth == 1


def test_limit_asks_the_first_and_the_rest_later(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    data = read_dataset(task)
    few = evaluate(configuration, data, limit=2, folder=tmp_path / "run", indexes=tmp_path)
    assert list(few.ids) == ["q1", "q2"]
    assert evaluate(configuration, data, folder=tmp_path / "run", indexes=tmp_path).reused == 2


def test_a_folder_of_another_run_is_not_overwritten(task: Path, configuration: Configuration, tmp_path: Path) -> None:
    data = read_dataset(task)
    evaluate(configuration, data, folder=tmp_path / "run", indexes=tmp_path)
    other = load({**configuration.node.plain(), "pipeline": [{"retrieve": {"use": "bm25", "top_k": 1}}]})
    with pytest.raises(UsageError, match="holds the run of another configuration"):
        evaluate(other, data, folder=tmp_path / "run", indexes=tmp_path)
    assert evaluate(other, data, folder=tmp_path / "run", indexes=tmp_path, fresh=True).depth == 1


def test_a_question_that_fails_is_reported_and_asked_again(task: Path, tmp_path: Path) -> None:
    broken = {
        "version": 1,
        "encoder": "static",
        "llm": {
            "use": "openai",
            "base_url": "http://127.0.0.1:9/v1",
            "api_key": "none",
            "model": "m",
            "retries": 0,
        },
        "index": {"path": "unused"},
        "pipeline": [{"retrieve": {"use": "bm25", "top_k": 3}}, {"generate": {"use": "chat"}}],
    }
    result = evaluate(load(broken), read_dataset(task), limit=2, folder=tmp_path / "run", indexes=tmp_path)
    assert result.failed == 2
    assert "127.0.0.1:9" in result.errors["q1"]
    assert evaluate(load(broken), read_dataset(task), limit=2, folder=tmp_path / "run", indexes=tmp_path).reused == 0
