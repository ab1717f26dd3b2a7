"""The star: the core imports no stage, a stage imports only the core, and nobody uses the bare folder names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STAGES = ("retrievers", "compressors", "agents")
PRODUCT = sorted(path for folder in ("rag", *STAGES) for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_product_file_imports_a_stage(path: Path) -> None:
    stages = {f"rag.{stage}" for stage in STAGES} | set(STAGES)
    broken = [name for name in imported(path) if any(name == stage or name.startswith(f"{stage}.") for stage in stages)]
    assert not broken


def test_there_is_something_to_guard() -> None:
    assert len(PRODUCT) > 30
