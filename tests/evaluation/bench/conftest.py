"""Adapters that are scripts: a real engine, and those that fail in each way there is."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from rag.evaluation.bench.adapter import Adapter, read_adapter
from rag.evaluation.bench.environment import Environment

HEAD = """# /// script
# requires-python = ">=3.11"
# dependencies = {dependencies}
# [tool.peer]
# title = "{title}"
# builds = [["bm25"]]
# versions = ["rank-bm25"]
{more}# ///
"""
ENGINE = """
import sys
from bench_kit import Engine, passages_of, serve
from rank_bm25 import BM25Okapi

class Words(Engine):
    def index(self, passages, folder, modes):
        print("a library may print")
        (folder / "kept").write_text(str(len(passages)))

    def open(self, folder, passages, modes):
        self.passages = passages_of(passages)
        self.engine = BM25Okapi([p.text.lower().split() for p in self.passages])

    def search(self, query, k, mode):
        return [p.id for p in self.engine.get_top_n(query.lower().split(), self.passages, n=k)]

serve(Words())
"""
FAILING = {
    "crashes": "import sys; sys.stderr.write('out of luck'); sys.exit(3)",
    "hangs": "import time; time.sleep(600)",
    "babbles": "print('Loading weights ...', flush=True)\nimport time; time.sleep(600)",
    "lists": "print('[1, 2]', flush=True)\nimport time; time.sleep(600)",
    "raises": "from bench_kit import Engine, serve\nserve(Engine())",
}

Write = Callable[..., Adapter]


@pytest.fixture
def peers(tmp_path: Path) -> Path:
    folder = tmp_path / "peers"
    folder.mkdir()
    return folder


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    return tmp_path / "environments"


@pytest.fixture
def write(peers: Path, environments: Path) -> Write:
    """Writes an adapter whose environment is the one that runs the tests."""

    def one(name: str, code: str, *, title: str = "", more: str = "") -> Adapter:
        path = peers / f"{name}.py"
        path.write_text(HEAD.format(dependencies=[], title=title or name, more=more) + code, encoding="utf-8")
        adapter = read_adapter(path)
        assert adapter is not None
        made = Environment(name, sys.executable, "[[], []]", 1.0, 2_000_000, {"rank-bm25": "0.2.2"})
        (environments / name).mkdir(parents=True)
        (environments / name / "environment.json").write_text(json.dumps(asdict(made)), encoding="utf-8")
        return adapter

    return one


@pytest.fixture
def words(write: Write) -> Adapter:
    """A real engine."""
    return write("words", ENGINE, title="Words")
