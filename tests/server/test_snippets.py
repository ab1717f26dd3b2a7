"""What docs/clients.md shows runs as it stands there, but for the server's address and the model's name."""

import re
import textwrap
from pathlib import Path

import pytest

from tests.server.conftest import Served

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
PACKAGES = ("openai", "langchain_openai")


def snippets(language: str, server: Served) -> list[str]:
    """The page's programs in a language."""
    fenced = re.compile(rf"^ *```{language}\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
    blocks = fenced.findall(PAGE.read_text(encoding="utf-8"))
    assert blocks
    address = "http://127.0.0.1:8000"
    assert all(address in block for block in blocks)
    return [textwrap.dedent(block).replace(address, server.url).replace('"default"', '"quick"') for block in blocks]


@pytest.mark.parametrize("place", range(2), ids=PACKAGES)
def test_python(
    empty: Served, handbook: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: int
) -> None:
    pytest.importorskip(PACKAGES[place])
    monkeypatch.chdir(handbook)
    made = empty.client().files.create(file=handbook / "handbook" / "travel.md", purpose="user_data")
    assert empty.indexed(made.id) == "processed"
    named: dict[str, object] = {}
    exec(compile(snippets("python", empty)[place], str(PAGE), "exec"), named)
    said = capsys.readouterr().out
    assert said.count("manager") >= 2
    client = named.get("client")
    if client is not None:
        client.close()  # type: ignore[attr-defined]
