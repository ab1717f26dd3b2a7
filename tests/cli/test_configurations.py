"""`rag check`, `show`, `schema`, `components`, `init`: nothing is built, nothing is loaded."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Invoke = Callable[..., Any]
Shell = Callable[..., Any]
HEAVY = {"torch", "faiss", "openvino", "tokenizers", "openai", "transformers", "sentence_transformers", "safetensors"}
BROKEN = """\
version: 1
pipeline:
  - retrieve: {use: bm52}
  - compress: {use: budget, max_tokns: 100}
  - generate: {use: extractive}
"""


def test_a_sound_configuration(invoke: Invoke, handbook: Path) -> None:
    done = invoke("check")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "rag.yaml: ok\n", "")
    assert invoke("check", "--json").stdout == "[]\n"


def test_every_preset_is_sound(invoke: Invoke) -> None:
    from rag.config import presets

    done = invoke("check", *presets())
    assert done.stdout == "".join(f"{name}: ok\n" for name in presets())


def test_all_mistakes_at_once(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)
    done = invoke("check", path, "default")
    assert (done.exit_code, done.stdout) == (2, "default: ok\n")
    assert f"--> {path}:3:21  pipeline.0.retrieve.use" in done.stderr
    assert "did you mean 'bm25'?" in done.stderr
    assert f"--> {path}:4:29  pipeline.1.compress.max_tokns" in done.stderr
    assert done.stderr.endswith("2 problems\n")
    told = json.loads(invoke("check", path, "--json").stdout)
    assert [(problem["line"], problem["column"]) for problem in told] == [(3, 21), (4, 29)]


def worked() -> float:
    """Seconds of processor of all child processes so far: other programs on the machine change it little."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def test_checking_is_quick_and_imports_no_model_library(tmp_path: Path) -> None:
    code = "import sys; from rag.cli import app; app(['check', 'default'], standalone_mode=False); print(*sys.modules)"
    started = worked()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    seconds = worked() - started
    assert not HEAVY & set(done.stdout.split())
    assert seconds < 5, "1 s on an idle machine"


def test_help_is_quick(shell: Shell) -> None:
    started = worked()
    shell("ask", "--help")
    assert worked() - started < 2.5, "0.5 s on an idle machine"


def test_show_tells_where_values_come_from(invoke: Invoke, handbook: Path) -> None:
    rows = {row["path"]: row for row in json.loads(invoke("show", "--set", "index.path=x", "--json").stdout)}
    assert rows["index.path"] == {"path": "index.path", "value": "x", "origin": "--set"}
    assert rows["pipeline.1.compress.max_tokens"]["origin"] == "rag.yaml:7"
    assert "pipeline.0.retrieve.k" not in rows
    resolved = invoke("show", "--resolved").stdout
    assert any(line.split() == ["pipeline.0.retrieve.k", "60", "default"] for line in resolved.splitlines())


def test_secrets_are_hidden(invoke: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    path.write_text('version: 1\nextends: chat\nllm: {use: openai, api_key: "${SECRET}"}\n')
    shown = invoke("show", "--config", path, SECRET="sk-12345")
    assert shown.exit_code == 0
    assert "sk-12345" not in shown.output
    assert "sk-12345" not in invoke("doctor", "--config", path, SECRET="sk-12345").output


def test_schema_goes_to_a_file_or_to_stdout(invoke: Invoke, tmp_path: Path) -> None:
    printed = json.loads(invoke("schema").stdout)
    done = invoke("schema", "--out", tmp_path / "new" / "schema.json")
    assert done.stdout == ""
    assert json.loads((tmp_path / "new" / "schema.json").read_text()) == printed


def test_components_lists_everything_registered(invoke: Invoke) -> None:
    from rag.kinds import KINDS
    from rag.registry import names

    told = {(row["kind"], row["name"]) for row in json.loads(invoke("components", "--json").stdout)}
    assert told == {(kind.name, name) for kind in KINDS for name in names(kind)}


def test_the_guide_names_every_component(invoke: Invoke) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "components.md").read_text(encoding="utf-8")
    told = json.loads(invoke("components", "--json").stdout)
    assert [row["name"] for row in told if f"| `{row['name']}` |" not in guide] == []


def test_one_component_with_its_fields(invoke: Invoke) -> None:
    (row,) = json.loads(invoke("components", "bm25", "--json").stdout)
    fields = {field["name"]: field for field in row["fields"]}
    assert fields["top_k"] == {
        "name": "top_k",
        "type": "int",
        "required": False,
        "default": 20,
        "shared": False,
        "doc": "Passages returned.",
    }
    assert fields["index"]["shared"]
    text = invoke("components", "fusion").stdout
    assert "rrf | weighted" in text
    assert "required" in text


def test_an_unknown_component_is_named_with_the_nearest(invoke: Invoke) -> None:
    done = invoke("components", "bm52")
    assert done.exit_code == 2
    assert "did you mean 'bm25'?" in done.stderr


def test_init_writes_what_check_finds_sound_and_overwrites_nothing(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".gitignore").write_text("dist/")
    assert invoke("init", "--preset", "fast").exit_code == 0
    assert (tmp_path / ".gitignore").read_text() == "dist/\n.rag/\n.env\n"
    assert invoke("check").stdout == "rag.yaml: ok\n"
    (tmp_path / "rag.yaml").write_text("version: 1\n")
    again = invoke("init")
    assert again.stdout.count("left as it is") == 2
    assert (tmp_path / "rag.yaml").read_text() == "version: 1\n"
    assert (tmp_path / ".gitignore").read_text() == "dist/\n.rag/\n.env\n"


def test_what_init_offers_in_comments_is_sound(invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.cli.init import RAG_YAML

    monkeypatch.chdir(tmp_path)
    lines = [line for line in RAG_YAML.format(preset="default").splitlines() if not line.startswith("extends")]
    loose = ("# extends", "# encoder:", "# llm:", "# pipeline:", "#   - ")
    text = "\n".join(line.removeprefix("# ") if line.startswith(loose) else line for line in lines)
    (tmp_path / "rag.yaml").write_text(text.replace("#   -", "  -"))
    done = invoke("check")
    assert done.stdout == "rag.yaml: ok\n", done.stderr


def test_init_knows_the_presets(invoke: Invoke, tmp_path: Path) -> None:
    done = invoke("init", tmp_path / "new", "--preset", "fst")
    assert done.exit_code == 2
    assert "did you mean 'fast'?" in done.stderr
    assert not (tmp_path / "new").exists()


def test_what_other_libraries_would_have_said(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "rag.yaml").write_text(
        "extends: default\npipeline: [{retrieve: {use: bm25, k: 5}}, {rerank: {top_n: 3}}, {generate: openai}]\n"
    )
    found = json.loads(invoke("check", str(tmp_path / "rag.yaml"), "--json").stdout)
    assert [problem["hint"] for problem in found] == [
        "did you mean 'top_k'?",
        "'rerank' is a compressor: `- compress: rerank`",
        "'openai' is an encoder and an llm",
    ]
