from io import StringIO

import pytest
from rich.console import Console

from rag.cli.words import Words

TEXT = "Travel is approved by your manager [1]. Travel abroad is approved by the director [2].\n\nNobody else approves."


def written(pieces: list[str], *, width: int = 30, terminal: bool = True) -> str:
    file = StringIO()
    words = Words(Console(file=file, width=width, force_terminal=terminal, color_system=None))
    for piece in pieces:
        words.write(piece)
    words.end()
    return file.getvalue()


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_pieces_of_any_size_make_the_same_lines_of_whole_words(size: int) -> None:
    lines = written([TEXT[start : start + size] for start in range(0, len(TEXT), size)]).split("\n")
    assert lines == [
        "Travel is approved by your",
        "manager [1]. Travel abroad is",
        "approved by the director [2].",
        "",
        "Nobody else approves.",
        "",
    ]


def test_a_pipe_gets_the_text_as_it_is() -> None:
    assert written([TEXT[:10], TEXT[10:]], terminal=False) == TEXT + "\n"


def test_brackets_are_text_and_no_markup() -> None:
    assert written(["[bold]", " [/bold] :smile:"], width=80) == "[bold] [/bold] :smile:\n"


def test_wide_characters_count_twice() -> None:
    assert written(["出張は 部長が 承認する"], width=12) == "出張は\n部長が\n承認する\n"


def test_nothing_written_leaves_no_line() -> None:
    assert written([]) == ""


def test_all_that_was_written_is_kept() -> None:
    words = Words(Console(file=StringIO(), force_terminal=True, width=20))
    words.write("Travel ")
    words.write("abroad")
    assert words.text == "Travel abroad"
