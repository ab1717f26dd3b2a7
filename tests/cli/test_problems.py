from pathlib import Path

from rag.cli.problems import block
from rag.errors import Problem

YAML = "version: 1\npipeline:\n  - retrieve: {use: bm52, top_k: 30}\n"


def test_a_block_points_at_the_value(tmp_path: Path) -> None:
    path = tmp_path / "rag.yaml"
    path.write_text(YAML)
    problem = Problem(
        "no retriever is called 'bm52'", "pipeline.0.retrieve.use", str(path), 3, 21, "did you mean 'bm25'?"
    )
    assert block(problem).plain.splitlines() == [
        "error: no retriever is called 'bm52'",
        f"  --> {path}:3:21  pipeline.0.retrieve.use",
        "   |",
        " 3 |   - retrieve: {use: bm52, top_k: 30}",
        "   |                     ^^^^",
        "   = did you mean 'bm25'?",
    ]


def test_a_tab_does_not_move_the_mark(tmp_path: Path) -> None:
    path = tmp_path / "rag.yaml"
    path.write_text("llm:\tnone\n")
    line, mark = block(Problem("wrong", file=str(path), line=1, column=6)).plain.splitlines()[-2:]
    assert line[mark.index("^") :] == "none"


def test_a_problem_without_a_line_is_a_sentence_and_a_place() -> None:
    assert block(Problem("no such file", file="missing.yaml")).plain == "error: no such file\n  --> missing.yaml"
    assert block(Problem("is no number", "index.path")).plain == "error: is no number\n  --> index.path"
    assert block(Problem("nothing to do")).plain == "error: nothing to do"


def test_a_column_beyond_the_line_marks_its_end(tmp_path: Path) -> None:
    path = tmp_path / "rag.yaml"
    path.write_text("llm:\n")
    assert block(Problem("is empty", file=str(path), line=1, column=9)).plain.endswith("llm:\n   |     ^")
