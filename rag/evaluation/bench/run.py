"""A bench from its data set to its table."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluation.bench.adapter import Adapter
from rag.evaluation.bench.adapter import chosen as one_of
from rag.evaluation.bench.contestant import contestants
from rag.evaluation.bench.environment import ENVIRONMENTS, Environment, known, make, owners
from rag.evaluation.bench.ledger import Ledger
from rag.evaluation.bench.measure import Tell, measure
from rag.evaluation.bench.plot import plot
from rag.evaluation.bench.result import Benched, rows_of
from rag.evaluation.bench.table import markdown
from rag.evaluation.bench.task import write_task
from rag.evaluation.dataset import Dataset

__all__ = ["BENCHES", "bench", "set_up"]

BENCHES = Path(".rag/bench")
MAX_TOKENS = 254
"""Of a passage: what an encoder of 256 tokens reads beside its two marks."""


def bench(  # noqa: PLR0913  # each is an option of `rag bench`
    dataset: Dataset,
    adapters: Sequence[Adapter],
    *,
    folder: Path | None = None,
    environments: Path = ENVIRONMENTS,
    reference: str | None = None,
    modes: Sequence[str] | None = None,
    queries: int | None = 200,
    repeats: int = 3,
    max_tokens: int = MAX_TOKENS,
    timeout: float = 1800.0,
    k: int = 10,
    fresh: bool = False,
    tell: Tell | None = None,
) -> Benched:
    """Measures every adapter on the data set and writes `bench.json`, `bench.md` and `bench.svg`.

    Each index is built and each question answered in a process of the adapter's own. What an earlier run measured is
    not measured again; a peer that fails is a row that says why.

    Args:
        dataset: documents and questions; nDCG where it has judgements.
        adapters: configurations of ours, and peers.
        folder: of the bench; one below `.rag/bench`, named by the data set, where not given.
        environments: where the environments of peers are.
        reference: the adapter that ratios are about; the first where not given.
        modes: only these ways of asking.
        queries: how many are asked; None for all.
        repeats: how often indexing and starting are measured.
        max_tokens: a longer document is cut into passages, the same for every peer.
        timeout: seconds that an engine may take for one command.
        k: passages asked for.
        fresh: measure again.
        tell: called with progress.

    Raises:
        UsageError: the data set has no documents or questions, or nothing is left to measure.
    """
    told = tell or (lambda what, done, total: None)
    chosen = [adapter for adapter in (adapter.serving(modes) for adapter in adapters) if adapter.builds]
    if not chosen:
        offered = sorted({mode for adapter in adapters for build in adapter.builds for mode in build})
        raise UsageError(f"nobody offers the mode {', '.join(modes or ())}; there are: {', '.join(offered)}")
    first = _reference(chosen, reference)
    home = folder or BENCHES / dataset.name
    with Ledger(home, fresh=fresh) as ledger:
        told("reading the data set", 0, 1)
        task = write_task(dataset, home, max_tokens=max_tokens, queries=queries)
        made = _known(adapters, environments)
        everyone = contestants(chosen, made, task, home, timeout)
        found = measure(task, everyone, ledger, repeats=repeats, k=k, tell=told)
        rows = rows_of(task, everyone, found, first)
        benched = Benched(dataset.name, *task.counts, len(task.queries), repeats, k, machine(), first, rows)
        _write(home, benched)
    return benched


def _reference(adapters: Sequence[Adapter], name: str | None) -> str:
    """The adapter of that name, else the first.

    Raises:
        UsageError: none is called so.
    """
    return adapters[0].name if name is None else one_of(adapters, [name])[0].name


def set_up(
    adapters: Sequence[Adapter], environments: Path, *, among: Sequence[Adapter] = (), tell: Tell | None = None
) -> None:
    """Makes the environments that are missing. One that fails is a fact, told in its row.

    Args:
        adapters: whose environments.
        environments: where they are kept.
        among: further adapters, whose environments these may share.
        tell: called with progress.
    """
    wanted = owners(adapters, among)
    for place, adapter in enumerate(wanted):
        make(adapter, environments, None if tell is None else partial(_told, tell, place, len(wanted)))


def _told(tell: Tell, place: int, total: int, what: str) -> None:
    tell(what, place, total)


def _known(adapters: Sequence[Adapter], folder: Path) -> Mapping[str, Environment]:
    found = {adapter.environment: known(adapter, folder) for adapter in adapters if adapter.script is not None}
    return {name: made for name, made in found.items() if made is not None}


def machine() -> dict[str, Any]:
    """What figures depend on."""
    facts: dict[str, Any] = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        facts["memory GiB"] = round(pages * size / 2**30)
    except (AttributeError, ValueError, OSError):
        pass  # a system that does not tell
    return facts


def _write(folder: Path, benched: Benched) -> None:
    for name, content in (
        ("bench.json", json.dumps(benched.to_dict(), indent=1) + "\n"),
        ("bench.md", markdown(benched)),
        ("bench.svg", plot(benched)),
    ):
        new = folder / f".{name}.new"
        new.write_text(content, encoding="utf-8")
        new.replace(folder / name)
