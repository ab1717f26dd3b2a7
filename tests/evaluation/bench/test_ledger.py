from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation.bench.ledger import Ledger


def test_what_was_put_is_there_again_and_a_line_cut_short_costs_that_line_only(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.put("one", seconds=1.5)
        ledger.put("two", seconds=2.5)
    path = tmp_path / "measured.jsonl"
    path.write_text(path.read_text()[:-10])
    with Ledger(tmp_path) as ledger:
        assert ledger.get("one") == {"key": "one", "seconds": 1.5}
        assert ledger.get("two") is None
        ledger.put("three", seconds=3.5)
    with Ledger(tmp_path) as ledger:
        assert [name for name in ("one", "two", "three") if ledger.get(name)] == ["one", "three"]


def test_fresh_forgets(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.put("one", seconds=1.5)
    with Ledger(tmp_path, fresh=True) as ledger:
        assert ledger.get("one") is None


def test_two_do_not_measure_into_one_folder(tmp_path: Path) -> None:
    with Ledger(tmp_path), pytest.raises(UsageError, match="another process"), Ledger(tmp_path):
        pass
