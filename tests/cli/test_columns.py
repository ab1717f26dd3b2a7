from io import StringIO

import pytest
from rich.console import Console

from rag.cli import columns
from rag.cli.columns import Columns

ROWS = [("bm25", "12.3", "handbook/policies/travel.pdf"), ("dense", "0.61", "handbook/it.md")]


def printed(monkeypatch: pytest.MonkeyPatch, setting: Columns, *, width: int = 0) -> list[str]:
    file = StringIO()
    console = Console(file=file, width=width or 80, force_terminal=bool(width), color_system=None)
    monkeypatch.setattr(columns, "out", lambda: console)
    setting.print(ROWS)
    return file.getvalue().splitlines()


def test_a_pipe_gets_one_line_a_row_and_no_space_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, Columns(head=("name", "score", "source"), right=(1,))) == [
        "name   score  source",
        "bm25    12.3  handbook/policies/travel.pdf",
        "dense   0.61  handbook/it.md",
    ]


def test_a_terminal_wraps_within_the_flexible_column(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, Columns(indent=1), width=30)[:2] == [
        " bm25   12.3  handbook/policie",
        "              s/travel.pdf",
    ]


def test_a_terminal_crops_the_beginning_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, Columns(crop=True), width=30) == [
        "bm25   12.3  …icies/travel.pdf",
        "dense  0.61  handbook/it.md",
    ]


def test_no_rows_print_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    file = StringIO()
    monkeypatch.setattr(columns, "out", lambda: Console(file=file))
    Columns().print([])
    assert file.getvalue() == ""
