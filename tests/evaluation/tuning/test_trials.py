from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation.tuning.trials import Trial, Trials

DONE = Trial(1, {"a.b": [1, "ü\u2028"]}, "done", {"f1": 0.5}, 2.5, "runs/x")


def test_the_last_word_on_a_trial_counts(tmp_path: Path) -> None:
    trials = Trials(tmp_path, "key")
    trials.append(Trial(1, DONE.values, "running"))
    trials.append(DONE)
    trials.append(Trial(2, {}, "running"))
    assert trials.read() == [DONE, Trial(2, {}, "running")]


def test_a_line_that_was_cut_off_counts_for_nothing(tmp_path: Path) -> None:
    trials = Trials(tmp_path, "key")
    trials.append(DONE)
    with (tmp_path / "trials.jsonl").open("a") as file:
        file.write('{"number": 2, "val')
    trials.append(Trial(3, {}, "running"))
    assert trials.read() == [DONE, Trial(3, {}, "running")]


def test_one_search_a_folder_and_one_process(tmp_path: Path) -> None:
    first = Trials(tmp_path, "one")
    first.open({})
    with pytest.raises(UsageError, match="another process is running this search"):
        Trials(tmp_path, "one").open({})
    first.append(DONE)
    first.close()
    with pytest.raises(UsageError, match="holds the search of another configuration"):
        Trials(tmp_path, "two").open({})
    second = Trials(tmp_path, "two")
    second.open({}, fresh=True)
    assert second.read() == []
    second.close()
