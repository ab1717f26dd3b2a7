"""The parts of a configuration: weights, encoder, index, endpoint."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from operator import mul
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.cli.answer import plural
from rag.cli.health import Finding
from rag.errors import IndexFault, RagError
from rag.index.manifest import VERSIONS
from rag.llms.in_process import InProcess

if TYPE_CHECKING:
    from rag.config import Configuration

__all__ = ["caches", "databases", "endpoint", "models", "store"]

QUESTION, NEAR, FAR = (
    "Who approves travel abroad?",
    "Travel abroad is approved by the director.",
    "The printer is out of paper.",
)
REFERENCE = {"all-MiniLM-L6-v2": (0.7255, -0.0079)}
"""Cosines of the question with the other two by the published fp32 model, to tell whether the vectors are right."""
TOLERANCE = 0.01
_NAMED = 5
"""Sources that failed and are named."""


def models(configuration: Configuration) -> Iterator[Finding]:
    """The shipped weights, and the configured encoder at work."""
    from rag import weights

    try:
        weights.verify()
        yield Finding("ok", "weights", f"{len(weights.checksums())} shipped files, checksums right")
    except RagError as error:
        yield Finding("fail", "weights", str(error))
    yield encoder(configuration)


def encoder(configuration: Configuration) -> Finding:
    """Whether vectors are of unit length, near what they should be near, and how long one takes."""
    part = configuration.encoder
    try:
        started = perf_counter()
        question, related, unrelated = part.embed_documents([QUESTION, NEAR, FAR])
        first = perf_counter() - started
        started = perf_counter()
        part.embed_query(QUESTION)
        again = perf_counter() - started
    except RagError as error:
        return Finding("fail", "encoder", str(error))
    near, far = (sum(map(mul, question, other)) for other in (related, unrelated))
    text = f"{part!r}: {first:.1f} s to open, {again * 1e3:.1f} ms a question, cosines {near:.3f} and {far:.3f}"
    vectors = str(getattr(part, "fingerprint", ""))
    known = next((pair for name, pair in REFERENCE.items() if vectors.startswith(name)), None)
    if known and max(abs(near - known[0]), abs(far - known[1])) > TOLERANCE:
        wrong = f"{text}, should be {known[0]} and {known[1]}"
        return Finding("fail", "encoder", wrong, "try --set encoder.precision=f32 and report this processor")
    if near <= far:
        return Finding(
            "warn", "encoder", text, "a question lies nearer to an unrelated text: is this an encoder of sentences?"
        )
    return Finding("ok", "encoder", text)


def endpoint(configuration: Configuration) -> Iterator[Finding]:
    """Which host a language model would be called at, and whether a key is there. Nothing is called."""
    key = "OPENAI_API_KEY is set" if os.environ.get("OPENAI_API_KEY") else "no OPENAI_API_KEY"
    llm = configuration.llm
    if llm is None:
        yield Finding("ok", "language model", f"none is configured, {key}")
        return
    if isinstance(llm, InProcess):
        yield _in_process(llm)
        return
    url = getattr(llm, "base_url", None) or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
    host = urlsplit(str(url)).hostname or str(url)
    text = f"{getattr(llm, 'model', type(llm).__name__)} at {host}, {key}"
    if host == "api.openai.com" and not os.environ.get("OPENAI_API_KEY") and not getattr(llm, "api_key", None):
        yield Finding(
            "warn", "language model", text, "set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint; .env will do"
        )
        return
    yield Finding("ok", "language model", text)


def _in_process(llm: InProcess) -> Finding:
    """Whether a model that runs here can: its packages, and its folder where it names one. Nothing is loaded."""
    try:
        told = [f"{one.name} ({'a folder' if one.folder() else 'of the hub'})" for one in llm.checkpoints]
    except RagError as error:
        return Finding("fail", "language model", str(error))
    return Finding("ok", "language model", f"{' and '.join(told)}, in this process")


def store(configuration: Configuration, flags: Sequence[str] = (), *, repair: bool = False) -> Iterator[Finding]:
    """The index: whether every byte is what was written, and whether it has what the pipeline asks for.

    `flags` name the configuration in the commands that help.
    """
    from rag.pipeline import Pipeline

    index = configuration.index
    views = Pipeline.from_configuration(configuration).views()
    if not index.exists() and not views:
        yield Finding("ok", "index", "none, and the pipeline needs none")
        return
    if not index.exists():
        command = shlex.join(("rag", "index", *flags, "FOLDER", "--index", str(index.path)))
        yield Finding("warn", "index", f"nothing at {index.path}", command)
        return
    try:
        if repair:
            index.repair(views)
        wrong = index.verify()
        stats = index.stats()
        index.check(views)
    except IndexFault as error:
        error.flags = tuple(flags)
        yield Finding("fail", "index", str(error))
        return
    for line in wrong:
        yield Finding("fail", "index", line, "rag doctor --repair makes search structures again")
    if not wrong:
        counts = f"{plural(stats.documents, 'document')}, {plural(stats.passages, 'passage')}"
        text = f"{index.path}: {counts}, {bytes_of(stats.bytes)}"
        yield Finding("ok", "index", f"{text}, every byte verified")
    if stats.manifest.get(VERSIONS, "") != index.manifest.get(VERSIONS, ""):
        again = "the segmenter cuts better by now: the command cuts again, and encodes what comes out different"
        command = shlex.join(("rag", "index", *flags, "--index", str(index.path)))
        yield Finding("warn", "index", f"{index.path} was cut by an earlier version", f"{command}\n{again}")
    if stats.failures:
        yield Finding(
            "warn", "index", f"{plural(len(stats.failures), 'source')} could not be read", _named(stats.failures)
        )


def databases(configuration: Configuration) -> Iterator[Finding]:
    """Whether each database that the pipeline asks can be read."""
    from rag.component import walk
    from rag.sql.source import Source

    for part in walk(configuration.pipeline):
        if isinstance(part, Source):
            try:
                database = part.open()
                tables = database.schema().tables
            except RagError as error:
                yield Finding("fail", "database", str(error))
            else:
                yield Finding("ok", "database", f"{database.name}: {plural(len(tables), 'table')}")


def _named(failures: Mapping[str, str]) -> str:
    """The first sources that failed, a line each."""
    lines = [f"{source}: {reason}" for source, reason in islice(failures.items(), _NAMED)]
    rest = len(failures) - len(lines)
    return "\n".join([*lines, *([f"and {rest:,} more: rag index PATH names them all"] if rest else [])])


def caches() -> Finding:
    """What was kept on disk beside indexes."""
    from platformdirs import user_cache_path

    folder = user_cache_path("composable-rag")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Finding("ok", "caches", f"{bytes_of(size)} in {folder}")


def bytes_of(size: float) -> str:
    """A size for people."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
