"""Which route is the simplest that answers a question: labels for a router, made by running every route [1].

[1] Jeong et al.: Adaptive-RAG, Learning to Adapt Retrieval-Augmented Large Language Models through Question Complexity
(2024), section 3.2: labels by outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag import skills
from rag.config import Configuration
from rag.errors import UsageError
from rag.evaluation.answers import plain, score
from rag.evaluation.asking import forced
from rag.evaluation.corpus import Tell, prepared, with_index
from rag.evaluation.dataset import Dataset, Query
from rag.evaluation.folder import RunFolder
from rag.evaluation.journal import line_of, replace_text
from rag.evaluation.run import EVALUATIONS, run_key
from rag.pipeline import Pipeline

if TYPE_CHECKING:
    from rag.skills.support import Support

__all__ = ["Label", "Labels", "label"]

Judge = Literal["answers", "support"]
BORNE = 0.5
"""Probability of support from which an answer counts as right."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the routes made of one question."""

    question: str
    route: str | None
    """The first, the cheapest, that answered right; None where none did."""
    right: Mapping[str, bool]
    milliseconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Labels:
    """What all questions are labelled with."""

    labels: Sequence[Label]
    routes: Sequence[str]
    """From the cheapest to the dearest: the order in which the router has them."""

    def write(self, file: Path) -> int:
        """One line of JSON for each question that a route answered right; returns how many there are."""
        kept = [asdict(one) for one in self.labels if one.route is not None]
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_text(file, "".join(map(line_of, kept)))
        return len(kept)

    def to_dict(self) -> dict[str, Any]:
        """Counts, and what each route is worth when it is always taken, the oracle's beside them."""
        size = max(1, len(self.labels))
        always = {
            name: {
                "right": sum(one.right[name] for one in self.labels) / size,
                "milliseconds": sum(one.milliseconds[name] for one in self.labels) / size,
            }
            for name in self.routes
        }
        chosen = [one.route or self.routes[-1] for one in self.labels]
        oracle = {
            "right": sum(one.route is not None for one in self.labels) / size,
            "milliseconds": sum(
                one.milliseconds[name] for one, name in zip(self.labels, chosen, strict=True)
            ) / size,
        }  # fmt: skip
        counts = {name: sum(one.route == name for one in self.labels) for name in self.routes}
        unanswered = sum(one.route is None for one in self.labels)
        return {"questions": len(self.labels), "labels": counts, "unanswered": unanswered, **always, "oracle": oracle}


def label(  # noqa: PLR0913  # each is an option of `rag route label`
    configuration: Configuration,
    dataset: Dataset,
    folder: Path,
    *,
    judge: Judge | None = None,
    index: Path | None = None,
    limit: int | None = None,
    jobs: int = 1,
    progress: Tell | None = None,
) -> Labels:
    """Asks every question down every branch of the router.

    Answers are kept in `folder` as they come: killed at any moment, the same call goes on.

    Args:
        configuration: a pipeline with a `route:` step.
        dataset: the questions; with answers, or for the judge `support` without.
        folder: of the run.
        judge: `answers` compares with known answers, `support` asks whether the passages cited bear the answer out.
            None for `answers` where all questions have some, else `support`.
        index: one that is there; None for the data set's own documents.
        limit: the first so many questions only.
        jobs: questions at once. Milliseconds are right with 1.
        progress: called as questions end.

    Raises:
        UsageError: no question, no router, or `answers` without answers.
    """
    queries = dataset.queries[:limit]
    if not queries:
        raise UsageError(f"{dataset.name} has no questions")
    unknown = [query for query in queries if query.answers is None]
    judge = judge or ("support" if unknown else "answers")
    if judge == "answers" and unknown:
        raise UsageError(f"the question {unknown[0].text!r} has no answers: give some, or --judge support")
    run = RunFolder(folder, run_key(configuration, dataset, str(index or "")))
    run.open("", {"dataset": dataset.name, "config": configuration.source})
    try:
        if index is not None:
            pipeline = Pipeline.from_configuration(with_index(configuration, index))
        else:
            pipeline, _ = prepared(configuration, dataset, EVALUATIONS / "indexes", (), progress)
        records = forced(pipeline, queries, jobs, run, progress)
    finally:
        run.close()
    right = {name: _right(queries, some, judge) for name, some in records.items()}
    routes = list(records)
    labels = []
    for place, query in enumerate(queries):
        found = {name: right[name][place] for name in routes}
        first = next((name for name in routes if found[name]), None)
        spent = {name: records[name][place]["latency_ms"] for name in routes}
        labels.append(Label(query.text, first, found, spent))
    return Labels(labels, routes)


def _right(queries: Sequence[Query], records: Sequence[Mapping[str, Any]], judge: Judge) -> list[bool]:
    if judge == "answers":
        return [
            bool(record["answer"])
            and score(
                query.text,
                record["answer"]["text"],
                query.answers or (),
                abstained=record["answer"].get("abstained", False),
            )["answer_equivalence"] >= 0.5
            for query, record in zip(queries, records, strict=True)
        ]  # fmt: skip
    return [_borne(query, record["answer"]) for query, record in zip(queries, records, strict=True)]


def _borne(query: Query, answer: Mapping[str, Any] | None) -> bool:
    """Whether something was answered that one of the passages it cites supports."""
    if not answer or answer.get("abstained") or not answer.get("citations"):
        return False
    support: Support = skills.load("support")
    claim = f"{query.text} {plain(answer['text'])}"
    scores = support.score([(claim, citation["quote"]) for citation in answer["citations"]])
    return bool(scores.max() >= BORNE)
