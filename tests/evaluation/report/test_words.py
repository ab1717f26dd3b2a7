from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from rag.evaluation import Result
from rag.evaluation.comparison import compare
from rag.evaluation.gate import judge, parse_condition
from rag.evaluation.measures import summary
from rag.evaluation.report import junit, markdown
from rag.evaluation.stored import Run

RANDOM = np.random.default_rng(5)
OLD = RANDOM.uniform(0.5, 1.0, 40).tolist()
NEW = [value - 0.2 for value in OLD]


def result(config: str, ndcg: list[float]) -> Result:
    table = {"ndcg@10": ndcg, "latency_ms": [12.0] * len(ndcg)}
    return Result("hand|book", config, summary(table), [f"q{n}" for n in range(len(ndcg))], table, 10, config)


def test_markdown_of_two_runs() -> None:
    old, new = result("old", OLD), result("new", NEW)
    verdicts = judge(new, old, [parse_condition("ndcg@10 -1pt p<0.05")])
    text = markdown(compare([Run.of(old), Run.of(new)]), verdicts)
    assert "**The gate fails**" in text
    assert "ndcg@10 fell by 20.0 points" in text
    assert "-0.2 🔴 | <.001 |" in text
    assert "40 queries fell by ndcg@10" in text
    assert "... and 30 more" in text
    assert "hand\\|book" in text


def test_markdown_is_a_table_that_readers_can_parse() -> None:
    text = markdown(compare([Run.of(result(name, OLD)) for name in ("a", "b", "c")]))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1


def test_junit_tells_conditions_and_failed_questions() -> None:
    old = result("old", OLD)
    new = replace(result("new", NEW), failed=1, errors={"q7": "the model said \x00nothing"})
    verdicts = judge(new, old, [parse_condition("ndcg@10 -1pt"), parse_condition("latency_ms_p50 +50%")])
    root = ElementTree.fromstring(junit(new, verdicts))
    assert root.attrib == {"tests": "3", "failures": "1", "errors": "1", "time": "0.480"}
    cases = root.findall("testsuite/testcase")
    failure = cases[0].find("failure")
    assert failure is not None
    assert "fell by 20.0 points" in failure.attrib["message"]
    assert cases[1].find("failure") is None
    error = cases[2].find("error")
    assert error is not None
    assert error.attrib["message"] == "the model said \ufffdnothing"
    names = {item.attrib["name"]: item.attrib["value"] for item in root.iter("property")}
    assert float(names["ndcg@10"]) == pytest.approx(np.mean(NEW), abs=1e-5)


def test_junit_of_a_run_without_conditions_passes() -> None:
    root = ElementTree.fromstring(junit(result("old", OLD)))
    assert root.attrib["tests"] == "1"
    assert root.attrib["failures"] == root.attrib["errors"] == "0"


def test_empty_folder_is_no_run(tmp_path: Path) -> None:
    assert Run.of(replace(result("old", OLD), folder=str(tmp_path))).folder is None
