"""The guide: every page can be reached, and no page shows a command that does not exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from rag.cli import app
from rag.cli.group import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def test_every_page_is_in_the_navigation() -> None:
    text = str(YAML(typ="safe").load(ROOT / "mkdocs.yml")["nav"])
    assert [
        str(page.relative_to(ROOT / "docs")) for page in PAGES if str(page.relative_to(ROOT / "docs")) not in text
    ] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    named = re.findall(r"(?:^\$ |`|/)rag ([a-z]+)\b", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= set(COMMANDS)


def options(command: Any) -> Iterator[str]:
    """The long names of a command's options and of those below it."""
    for below in getattr(command, "commands", {}).values():
        yield from options(below)
    yield from (max(param.opts, key=len) for param in command.params if param.param_type_name == "option")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_told(name: str) -> None:
    """In the command's section, in a page that the section links to, or among those that all commands share."""
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    own = sections[f"rag {name}"]
    linked = {ROOT / "docs" / page for page in re.findall(r"\]\(([\w/-]+\.md)", own)}
    told = "\n".join([own, sections["What all commands share"], *(page.read_text(encoding="utf-8") for page in linked)])
    group: Any = typer.main.get_command(app)
    unknown = [one for one in options(group._load(name)) if not re.search(rf"{one}(?![\w-])", told)]
    assert [one for one in unknown if one != "--help"] == []
