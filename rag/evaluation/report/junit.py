"""A run as JUnit XML, which CI servers show beside the tests: a case a condition of the gate and a failed question."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from rag.evaluation.gate import Verdict
from rag.evaluation.result import Result

__all__ = ["junit"]

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, however escaped."""


def junit(result: Result, verdicts: Sequence[Verdict] = ()) -> str:
    """The document.

    A run without conditions and without failures is one case that passes. Figures stand as properties of the suite.
    """
    cases = [_condition(result, verdict) for verdict in verdicts]
    cases += [_failed(result, name, reason) for name, reason in result.errors.items()]
    if not cases:
        cases = [_case(result, f"{len(result.ids):,} questions are answered")]
    failures, errors = sum(verdict.failed for verdict in verdicts), len(result.errors)
    seconds = sum(value for value in result.table.get("latency_ms", ()) if not math.isnan(value)) / 1e3
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": str(errors), "time": f"{seconds:.3f}"}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {"name": f"rag eval {_clean(result.dataset)}", **counts})
    properties = ElementTree.SubElement(suite, "properties")
    for name, metric in result.metrics.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": f"{metric.mean:.6g}"})
    suite.extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(result: Result, name: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", {"classname": f"rag.{_clean(result.dataset)}", "name": _clean(name)})


def _condition(result: Result, verdict: Verdict) -> ElementTree.Element:
    case = _case(result, f"not {verdict.condition.text}")
    if verdict.failed:
        ElementTree.SubElement(case, "failure", {"message": _clean(verdict.sentence), "type": "gate"})
    else:
        ElementTree.SubElement(case, "system-out").text = _clean(verdict.sentence)
    return case


def _failed(result: Result, name: str, reason: str) -> ElementTree.Element:
    case = _case(result, f"question {name}")
    ElementTree.SubElement(case, "error", {"message": _clean(reason), "type": "question"})
    return case


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
