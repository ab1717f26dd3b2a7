from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, resource, sys
from rag.errors import LoadError
from rag.loaders.discover import discover
from rag.loaders.isolate import close_all
from rag.loaders.limits import Limits
from rag.loaders.load import load

limits = Limits(**json.loads(sys.argv[2]))
[found] = discover([sys.argv[1]], limits=limits)
try:
    told = found.reason if isinstance(found, LoadError) else len(load(found, limits)[0].page_content)
except LoadError as error:
    told = error.reason
close_all()
peaks = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([told, max(peaks)]))
"""
RAISED = {"max_bytes": 1 << 30, "max_characters": 1 << 30, "max_line_characters": 1 << 30}
LINE = 200 << 20


@pytest.mark.soak
@pytest.mark.parametrize(
    ("suffix", "limits", "expected"),
    [
        (".txt", {}, "(max_bytes)"),
        (".txt", {"max_bytes": 1 << 30}, "(max_characters)"),
        (".txt", RAISED, LINE),
        (".md", RAISED, LINE),
        (".html", RAISED, "(max_memory_bytes)"),
        (".csv", {"max_bytes": 1 << 30}, "not a table"),
        (".json", RAISED, "not JSON"),
        (".xml", RAISED, "not well-formed XML"),
    ],
)
def test_a_line_of_200_megabytes_is_read_or_reported_within_a_gibibyte(
    tmp_path: Path, suffix: str, limits: dict[str, int], expected: str | int
) -> None:
    path = tmp_path / f"line{suffix}"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(b"word and words. " * (1 << 16))
    command = [sys.executable, "-c", SCRIPT, str(path), json.dumps(limits)]
    told, peak = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    path.unlink()
    assert told == expected if isinstance(expected, int) else expected in told
    assert peak < 1024
