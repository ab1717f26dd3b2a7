"""`rag ask` over a real index."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage

from rag.cli.nothing import say_why_nothing
from rag.schema import Answer

Invoke = Callable[..., Any]
Shell = Callable[..., Any]
QUESTION = "Who approves travel abroad?"


@pytest.fixture
def own(indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The handbook in a folder of its own, indexed, that a test may change."""
    monkeypatch.chdir(shutil.copytree(indexed, tmp_path / "own"))
    return tmp_path / "own"


def test_an_answer_with_its_sources(invoke: Invoke, handbook: Path) -> None:
    done = invoke("ask", QUESTION)
    assert done.exit_code == 0
    text, _, sources = done.stdout.partition("\n\n")
    assert "the director" in text
    assert sources.startswith('[1] handbook/travel.md: "')
    assert " ms, " in done.stderr
    assert done.stderr.count("answered by extraction, no language model") == 1


def test_a_word_that_was_read_as_another_is_told(invoke: Invoke, handbook: Path) -> None:
    steps = "pipeline=[{agent: spelling}, {retrieve: {use: bm25}}, {compress: rerank}, {generate: reader}]"
    done = invoke("ask", "Who aproves travel abroad?", "--set", steps)
    assert "the director" in done.stdout
    assert "read 'aproves' as 'appro" in done.stderr
    assert "read '" not in invoke("ask", QUESTION, "--set", steps).stderr


def test_json_is_the_contract(invoke: Invoke, handbook: Path) -> None:
    done = invoke("ask", QUESTION, "--json")
    answer = json.loads(done.stdout)
    assert {"text", "citations", "passages", "route", "usage", "trace"} <= set(answer)
    citation = answer["citations"][0]
    text = (handbook / citation["source"]).read_text()
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert {"id", "text", "score", "source", "start", "end"} <= set(answer["passages"][0])
    assert answer["usage"]["llm_calls"] == 0
    assert answer["trace"][0]["name"] == "retrieve:Fusion"


def test_the_question_comes_from_standard_input_too(invoke: Invoke, handbook: Path) -> None:
    assert "the director" in invoke("ask", "-", input=f"{QUESTION}\n").stdout
    assert invoke("ask", "-", input="\n").exit_code == 2


def test_a_filter_narrows(invoke: Invoke, handbook: Path) -> None:
    done = invoke("ask", QUESTION, "--filter", "source=handbook/printer.txt", "--json")
    assert {passage["source"] for passage in json.loads(done.stdout)["passages"]} <= {"handbook/printer.txt"}
    assert invoke("ask", QUESTION, "--filter", "source").exit_code == 2


def test_why_nothing_was_found(invoke: Invoke, own: Path) -> None:
    def noted(*arguments: str) -> str:
        done = invoke("ask", QUESTION, *arguments)
        assert done.exit_code == 0
        assert "I found nothing about this" in done.stdout
        return str(done.stderr).splitlines()[-1]

    unknown = noted("--filter", "sorce=handbook/*")
    assert unknown.startswith("no passage in the index has the metadata key 'sorce'; there are: end, format, ")
    assert unknown.endswith("did you mean 'source'?")
    assert noted("--filter", "source=nowhere/*", "--json") == "no passage in the index matches the filter"
    assert invoke("ask", "Xylophones?").stderr.splitlines()[-1].startswith("answered by extraction")
    assert (
        invoke("index", *(word for path in Path().glob("handbook/*") for word in ("--delete", str(path)))).exit_code
        == 0
    )
    assert noted() == "the index .rag/index is empty: add documents with rag index PATH --index .rag/index"
    told = invoke("chat", input="Who approves travel?\n").stderr
    assert "the index .rag/index is empty" in told


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie viele Urlaubstage habe ich?", "German"),
        ("Combien de jours de vacances est-ce que je peux avoir ?", "French"),
        ("How many xylophones are there in the orchestra?", ""),
        ("Urlaubstage?", ""),
    ],
)
def test_a_question_in_another_language(question: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = Document("Travel abroad is approved by the director, two weeks ahead of it.")
    history = (HumanMessage(question), AIMessage("I found nothing about this."))
    pipeline: Any = None  # not looked at where something was found
    say_why_nothing(
        pipeline, Answer("I found nothing about this.", (), (found,), abstained=True, history=history), None
    )
    wanted = f"the question looks {language} and what was found English: ask in English, or name a multilingual model"
    assert capsys.readouterr().err.startswith(wanted) if language else capsys.readouterr().err == ""
    say_why_nothing(pipeline, Answer("Two weeks ahead.", (), (found,), history=history), None)
    assert capsys.readouterr().err == ""


def test_a_number_that_is_text_in_the_index_is_told(invoke: Invoke, own: Path) -> None:
    Path("lamps.jsonl").write_text('{"id": "a", "text": "Travel abroad is approved by the king.", "year": "2024"}\n')
    assert invoke("index", "lamps.jsonl").exit_code == 0
    assert "what looks like a number is text there" in invoke("ask", QUESTION, "--filter", "year=2024").stderr
    assert "the king" in invoke("ask", QUESTION, "--filter", 'year="2024"').stdout


def test_the_trace(invoke: Invoke, handbook: Path) -> None:
    text = invoke("ask", QUESTION, "--trace").stdout
    assert "retrieve:Fusion" in text
    assert "compress:Budget" in text


def test_without_a_generator_the_passages_are_shown(invoke: Invoke, handbook: Path) -> None:
    text = invoke("ask", QUESTION, "--set", "pipeline=[{retrieve: {use: bm25, top_k: 1}}]").stdout
    assert text.startswith("1. handbook/travel.md: ")


def test_a_missing_index_tells_what_to_run(invoke: Invoke, handbook: Path) -> None:
    done = invoke("ask", QUESTION, "--index", "elsewhere")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "rag index" in done.stderr


def test_the_command_that_helps_is_of_the_same_configuration(invoke: Invoke, own: Path) -> None:
    chosen = ("--config", "rag.yaml", "--set", "pipeline.0.retrieve={use: bm25, analysis: code}")
    done = invoke("ask", QUESTION, *chosen)
    assert done.exit_code == 1
    command = done.stderr.rpartition("`rag ")[2].partition("`")[0]
    assert invoke(*shlex.split(command)).exit_code == 0
    assert invoke("ask", QUESTION, *chosen).exit_code == 0
    said = invoke("ask", QUESTION, *chosen, "--index", "none").stderr
    assert "rag index --config rag.yaml --set 'pipeline.0.retrieve={use: bm25, analysis: code}' PATH..." in said


def test_a_chat_without_an_index_ends_at_once(invoke: Invoke, handbook: Path) -> None:
    done = invoke("chat", "--index", ".rag/none", input="Who approves travel?\nAnd abroad?\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("no index in") == 1


def test_flag_above_environment_above_file(invoke: Invoke, handbook: Path) -> None:
    assert "elsewhere" in invoke("ask", QUESTION, RAG_INDEX="elsewhere").stderr
    assert "third" in invoke("ask", QUESTION, "--index", "third", RAG_INDEX="elsewhere").stderr


def test_a_folder_may_be_called_like_a_number(invoke: Invoke, handbook: Path) -> None:
    assert "'2024'" in invoke("ask", QUESTION, "--index", "2024").stderr


def test_a_conversation_from_a_pipe(shell: Shell, handbook: Path) -> None:
    done = shell("chat", input=f"{QUESTION}\n\nWhere is the printer?\n/quit\nnever asked\n", cwd=handbook)
    assert done.returncode == 0
    assert done.stdout.count("\n[1] ") == 2
    assert "second floor" in done.stdout
    assert done.stderr.count("answered by extraction") == 1


def test_no_model_library_but_the_embedded_encoders_is_imported(handbook: Path) -> None:
    code = (
        f"import sys; from rag.cli import app; app(['ask', '{QUESTION}'], standalone_mode=False); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=handbook)
    assert not {"torch", "transformers", "sentence_transformers", "openai", "scipy"} & set(done.stdout.split())


def test_a_text_from_standard_input_is_translated_and_nothing_else_printed(
    invoke: Invoke, endpoint: Any, tmp_path: Path
) -> None:
    (tmp_path / "terms.csv").write_text("bank,Ufer\n")
    (tmp_path / "my.yaml").write_text(
        "version: 1\nextends: crat\n"
        f'llm: {{use: openai, model: tiny, base_url: "{endpoint.url}", api_key: x, retries: 0}}\n'
    )
    endpoint.will(*(endpoint.completion(text) for text in ("NONE", "1: yes | bank", "# Das Ufer\n\nZwei.", "Nichts.")))
    done = invoke("ask", "-", "-c", str(tmp_path / "my.yaml"), input="# The bank\n\nTwo 2.\n",
                  RAG_GLOSSARY=str(tmp_path / "terms.csv"), RAG_INDEX=str(tmp_path / "none"))  # fmt: skip
    assert done.exit_code == 0
    assert done.stdout == "# Das Ufer\n\nZwei.\n"
    assert "4 model calls" in done.stderr
    assert "to look at: 1\n  character 0: the number 2 is missing" in done.stderr


def test_without_a_model_the_terms_of_a_text_are_listed(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text("bank,Ufer\n")
    done = invoke("ask", "The bank.", "-c", "crat", RAG_GLOSSARY=str(tmp_path / "terms.csv"),
                  RAG_INDEX=str(tmp_path / "none"))  # fmt: skip
    assert done.exit_code == 0
    assert "- bank -> Ufer (glossary) [1]" in done.stdout
    assert 'terms.csv: "bank,Ufer"' in done.stdout
