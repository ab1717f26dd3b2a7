from __future__ import annotations

import json
from collections.abc import Callable

from rag.loaders.part import Part


def test_cells_as_markdown(one: Callable[..., Part], samples: dict[str, bytes]) -> None:
    part = one(samples["study.ipynb"], "study.ipynb")
    assert part.text.startswith("# Drift\nThe laboratory")
    assert part.text.endswith("```python\nprint(1)\n```")
    assert part.metadata["title"] == "Drift"
    assert part.metadata["code_language"] == "python"


def test_what_is_no_notebook(reason: Callable[..., str]) -> None:
    assert reason(json.dumps([1]), "a.ipynb") == "not a notebook: it has no list of cells"
    assert "not a notebook: line 1 column 2" in reason("{", "a.ipynb")
