"""The configurations that ship, and the mistakes of the guide, over the real registry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rag import config
from rag.config.read import read_file

MISTAKES = """\
version: 1
encoder: {use: minilm}
llm: {use: openai, model: "${RAG_MODLE}"}
pipeline:
  - retrieve: {use: bm52}
  - retrieve: {use: bm25, topk: 5}
  - retrieve: {use: dense, top_k: five}
  - generate: *chatty
"""
HEAVY = ("torch", "openvino", "faiss", "openai", "sentence_transformers", "tokenizers", "transformers", "onnxruntime")


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = config.schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", config.presets())
def test_a_preset_is_right(name: str, validator: Draft202012Validator) -> None:
    assert config.check(name, environment={}) == ()
    data = read_file(config.find(name))[0].plain()
    assert [error.message for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize("name", config.presets())
def test_a_preset_builds_and_survives_a_dump(name: str, tmp_path: Path) -> None:
    loaded = config.load(name, environment={})
    assert len(loaded.pipeline) > 0
    path = tmp_path / "rag.yaml"
    path.write_text(loaded.dump())
    again = config.load(path, environment={})
    assert again == loaded
    assert again.pipeline == loaded.pipeline
    shared = {"encoder": loaded.encoder, "llm": loaded.llm, "index": loaded.index}
    path.write_text(config.document(pipeline=loaded.pipeline, **shared))
    assert config.load(path, environment={}).pipeline == loaded.pipeline


def test_default_searches_in_one_way_whoever_asks_and_precise_as_it_where_it_asks_again() -> None:
    def searches(name: str) -> list[Any]:
        steps = read_file(config.find(name))[0].plain()["pipeline"]
        return [part.get("retrieve") for step in steps for part in ([step] if "retrieve" in step else step.values())]

    first, *others = [search for search in searches("default") if search]
    assert first["method"] == "weighted"
    assert others == [first, first]  # bridge and compare
    assert [search for search in searches("precise") if search][1:] == others
    assert [search for search in searches("chat") + searches("tcra") if search] == [first] * 3


def test_every_mistake_has_its_place_and_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "rag.yaml"
    path.write_text(MISTAKES)
    found = config.check(path, environment={"RAG_MODEL": "x"})
    places = [(problem.line, problem.column, problem.path) for problem in found]
    assert places == [
        (3, 27, "llm.model"),
        (5, 21, "pipeline.0.retrieve.use"),
        (6, 27, "pipeline.1.retrieve.topk"),
        (7, 35, "pipeline.2.retrieve.top_k"),
        (8, 15, "pipeline.3.generate"),
    ]
    assert all(problem.file == str(path) for problem in found)
    hints = [problem.hint for problem in found]
    assert [hint.split("?")[0] for hint in hints[:3]] == [
        f"did you mean {name!r}" for name in ("RAG_MODEL", "bm25", "top_k")
    ]


@pytest.mark.parametrize(
    "change",
    [
        ("pipeline: []", "pipeline: [retrieve: bm52]"),
        ("pipeline: []", "pipeline: [retrieve: {use: bm25, topk: 5}]"),
        ("pipeline: []", "pipeline: [retrieve: {use: dense, top_k: five}]"),
        ("version: 1", "version: one"),
        ("encoder: minilm", "encoder: {use: minilm, nonsense: 1}"),
    ],
)
def test_the_schema_refuses_what_check_refuses(
    change: tuple[str, str], validator: Draft202012Validator, tmp_path: Path
) -> None:
    right = "version: 1\nencoder: minilm\npipeline: []\n"
    path = tmp_path / "rag.yaml"
    for text, fine in ((right, True), (right.replace(*change), False)):
        path.write_text(text)
        assert validator.is_valid(read_file(path)[0].plain()) is fine
        assert (config.check(path, environment={}) == ()) is fine


def test_check_is_quick_and_loads_no_model_library(tmp_path: Path) -> None:
    (tmp_path / "rag.yaml").write_text(MISTAKES)
    program = (
        "import sys, time; from rag.config import check; found = check('rag.yaml');"
        f"print(len(found), *[name for name in {HEAVY!r} if name in sys.modules], time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    count, *heavy, seconds = done.stdout.split()
    assert (count, heavy) == ("5", [])
    assert float(seconds) < 5, "0.7 s on an idle machine; a model library alone costs more"


def test_a_file_of_a_stranger_imports_nothing_of_its_choice(tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text("raise SystemExit('imported')")
    data: dict[str, Any] = {"encoder": {"use": "evil:Anything"}, "pipeline": [{"retrieve": "evil.Anything"}]}
    program = f"import sys; sys.path.insert(0, '.'); from rag.config import check; print(len(check({data!r})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout == "2\n"
