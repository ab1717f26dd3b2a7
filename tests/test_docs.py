"""The guide: every page can be reached, and no page shows a command that does not exist."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

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
