"""What compression does to answers: F1 of the embedded reader against the tokens it is shown.

    python benchmarks/held_out.py FOLDER_OF_TASKS HELD --data FILE ...
    python benchmarks/compression.py HELD/TASK.jsonl ... [--part test] [--limit 100] [--shares 0.8 0.35] [--svg FILE]
    python benchmarks/compression.py HELD/TASK.jsonl ... --only gradient --answers

Every question is read with its ten best passages whole, and with what each compressor leaves of them at several shares.
F1 is that of the reader's likeliest words in one passage, whether or not it would give them as its answer. With
`--answers` it is that of the answer that the generator `reader` gives: it reads passages together where a question is
over several, compares, quotes sentences, and may find nothing. Beside the compressors stand the ways that need none:
words left out at random, the beginning of each passage, and fewer passages. `tokens` is the share of the ten passages'
tokens; `change` and its 95 % interval are of F1 against the ten, question by question. What was measured of a task is
kept beside its questions: tasks can be measured apart, and then together.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from common import report
from held_out import Question, stored
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag import skills
from rag.compressors.gradient import Gradient
from rag.compressors.prune import Prune
from rag.compressors.semantic import Semantic
from rag.compressors.summary import Summary
from rag.encoders.tokenizer import default_tokenizer
from rag.evaluation.answers import f1, plain
from rag.evaluation.plot import Panel, circle, document, text
from rag.generators.reader import Reader
from rag.index.context import headings_context
from rag.kinds import Compressor
from rag.passages.condensed import condensed
from rag.passages.parts import context_tokens, fitting, part
from rag.schema import Turn
from rag.segmenters.words import words

TOP = 10
Way = Callable[[Sequence[Document], str], Sequence[Document]]
Said = Callable[[str, Sequence[Sequence[Document]]], list[str]]
SAGE = "min_k 3, several_k 5, max_k 6, drop 0.9"
"""As the preset `sage` has it."""
COLOURS = {
    "gradient": "#a463f2",
    "semantic": "#4269d0",
    "summary": "#3ca951",
    "prune": "#ff725c",
    "random words": "#9c6b4e",
    "beginnings": "#9498a0",
    "fewer passages": "#efb118",
}


def random_words(share: float) -> Way:
    """Words left out by chance until no more than a share of each passage's tokens is left."""

    def way(passages: Sequence[Document], query: str) -> Sequence[Document]:
        chance = random.Random(query)
        return [_scattered(passage, share, chance) for passage in passages]

    return way


def _scattered(passage: Document, share: float, chance: random.Random) -> Document:
    found = words(passage.page_content)
    sizes = default_tokenizer().count([passage.page_content[word.start : word.bare] for word in found])
    gone: set[int] = set()
    leaving = (1 - share) * sum(sizes)
    for place in chance.sample(range(len(found)), len(found)):
        if sizes[place] <= leaving and len(gone) < len(found) - 1:
            gone.add(place)
            leaving -= sizes[place]
    return condensed(passage, [(word.start, word.end) for place, word in enumerate(found) if place not in gone])


def beginnings(share: float) -> Way:
    """Of each passage its first tokens."""

    def way(passages: Sequence[Document], query: str) -> Sequence[Document]:
        offsets = [default_tokenizer().offsets(passage.page_content) for passage in passages]
        return [
            part(passage, 0, int(places[max(1, math.floor(share * len(places))) - 1][1]))
            for passage, places in zip(passages, offsets, strict=True)
        ]

    return way


def fewer(share: float) -> Way:
    """The best passages that have a share of the tokens together."""
    return lambda passages, query: fitting(passages, int(share * context_tokens(passages)))


def by(compressor: Compressor) -> Way:
    return lambda passages, query: compressor.compress_documents(list(passages), query)


def ways(shares: Sequence[float]) -> dict[tuple[str, str], Way]:
    """Each way by its name and how it is set; the ten passages whole first."""
    found: dict[tuple[str, str], Way] = {("whole", ""): lambda passages, query: passages}
    for least, drop in ((4, 0.3), (4, 0.8), (4, 0.9), (3, 0.9)):
        found["gradient", f"min_k {least}, drop {drop}"] = by(Gradient(min_k=least, drop=drop))
    found["gradient", "min_k 3, several_k 5, drop 0.9"] = by(Gradient(min_k=3, several_k=5, drop=0.9))
    found["gradient", SAGE] = by(Gradient(min_k=3, several_k=5, max_k=6, drop=0.9))
    for share in shares:
        found["semantic", f"keep {share}"] = by(Semantic(keep=share))
        found["semantic", f"even, keep {share}"] = by(Semantic(keep=share, rooms="even"))
        found["summary", f"keep {share}"] = by(Summary(keep=share))
        found["summary", f"even, keep {share}"] = by(Summary(rooms="even", keep=share))
        found["prune", f"share {share}"] = by(Prune(keep=0, share=share))
        found["random words", f"{share}"] = random_words(share)
        found["beginnings", f"{share}"] = beginnings(share)
        found["fewer passages", f"{share}"] = fewer(share)
    return found


def kept(
    file: Path, chosen: Mapping[tuple[str, str], Way], part: str, limit: int, said: Said
) -> dict[str, NDArray[np.float64]]:
    """`measured`, as it stands beside the questions from an earlier run of the same kind, or anew."""
    settings = "\n".join([said.__name__, part, str(limit), *map(" ".join, chosen)])
    store = file.with_name(f"{file.stem}.{hashlib.sha256(settings.encode()).hexdigest()[:8]}.npz")
    if not store.exists():
        np.savez(store, **measured(stored(file, part, limit), chosen, said))
    with np.load(store) as arrays:
        return {name: arrays[name] for name in ("f1", "tokens")}


def measured(
    questions: Sequence[Question], chosen: Mapping[tuple[str, str], Way], said: Said
) -> dict[str, NDArray[np.float64]]:
    """F1 and tokens, each `[ways, questions]`."""
    scores, tokens = np.zeros((2, len(chosen), len(questions)))
    for column, question in enumerate(questions):
        whole = list(question.passages[:TOP])
        left = [list(way(whole, question.text)) for way in chosen.values()]
        for row, words_said in enumerate(said(question.text, left)):
            scores[row, column] = max(f1(words_said, answer) for answer in question.answers)
        tokens[:, column] = [sum(default_tokenizer().count([one.page_content for one in some])) for some in left]
    return {"f1": scores, "tokens": tokens}


def likeliest(question: str, left: Sequence[Sequence[Document]]) -> list[str]:
    """The reader's likeliest words in each of several lists of passages.

    It weighs the words of a passage alone, so what two ways leave alike is read once.
    """
    keys = [[(one.page_content, headings_context(one.metadata)) for one in some] for some in left]
    distinct = list(dict.fromkeys(key for some in keys for key in some))
    read = skills.load("reader").read_all([(question, [text], [head]) for text, head in distinct], most=1)
    best = {key: spans[0] for key, (spans, _) in zip(distinct, read, strict=True) if spans}
    said = [max((best[key] for key in some if key in best), key=lambda span: span.score, default=None) for some in keys]
    return [span.text if span else "" for span in said]


def answers(question: str, left: Sequence[Sequence[Document]]) -> list[str]:
    """What the generator `reader` answers from each of several lists of passages; nothing where it abstains."""
    generator = Reader()
    found: dict[tuple[str, ...], str] = {}
    for some in left:
        key = tuple(passage.page_content for passage in some)
        if key not in found:
            *_, turn = generator.stream(Turn(question, passages=some))
            answer = turn.answer if isinstance(turn, Turn) else None
            found[key] = plain(answer.text) if answer and not answer.abstained else ""
    return [found[tuple(passage.page_content for passage in some)] for some in left]


def summed(
    task: str, names: Sequence[tuple[str, str]], found: Mapping[str, NDArray[np.float64]]
) -> list[dict[str, object]]:
    """A row a way."""
    changes = found["f1"] - found["f1"][0]
    shares = found["tokens"] / np.maximum(1, found["tokens"][0])
    width = 1.96 * changes.std(axis=1, ddof=1) / math.sqrt(changes.shape[1])
    return [
        {"task": task, "questions": changes.shape[1], "way": name, "set": how}
        | {"tokens": float(shares[row].mean()), "count": float(found["tokens"][row].mean())}
        | {"f1": float(found["f1"][row].mean())}
        | {"change": float(changes[row].mean()), "±": float(width[row])}
        for row, (name, how) in enumerate(names)
    ]


def drawn(rows: Sequence[Mapping[str, object]]) -> str:
    """F1 against kept tokens, a line a way, as each is by default."""
    points = [
        (float(str(row["tokens"])), float(str(row["f1"])), str(row["way"]))
        for row in rows
        if not str(row["set"]).startswith("even")
    ]
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    panel = Panel.over(xs, ys, "share of the tokens of ten passages", "F1 of the reader", width=640, height=420)
    body = list(panel.frame())
    whole = next((x, y) for x, y, name in points if name == "whole")
    for place, (name, colour) in enumerate(COLOURS.items()):
        mine = sorted((x, y) for x, y, way in points if way == name)
        if name != "gradient":
            mine.append(whole)
        at = [(panel.x.place(x), panel.y.place(y)) for x, y in mine]
        if name != "gradient":  # its settings lie on no one line
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
            body.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        body += [circle(x, y, colour, 3) for x, y in at]
        body += [circle(panel.width - 120, panel.height - 180 + 16 * place, colour)]
        body.append(text(panel.width - 110, panel.height - 176 + 16 * place, name))
    return document(panel.width, panel.height, body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="as held_out.py writes them")
    parser.add_argument("--part", choices=["tune", "test"], default="test")
    parser.add_argument("--limit", type=int, default=100, help="questions of each task")
    parser.add_argument("--shares", type=float, nargs="*", default=[0.8, 0.5, 0.35], help="of tokens that are kept")
    parser.add_argument("--only", nargs="+", choices=list(COLOURS), help="the ways that are measured; all by default")
    parser.add_argument("--answers", action="store_true", help="F1 of the generator's answers")
    parser.add_argument("--svg", type=Path, help="draw F1 against tokens, over all questions, into this file")
    given = parser.parse_args()
    chosen = {key: way for key, way in ways(given.shares).items() if key[0] in {"whole", *(given.only or COLOURS)}}
    rows: list[dict[str, object]] = []
    parts: list[dict[str, NDArray[np.float64]]] = []
    for file in given.files:
        parts.append(kept(file, chosen, given.part, given.limit, answers if given.answers else likeliest))
        rows += summed(file.stem, list(chosen), parts[-1])
        print(file.stem, "done", flush=True)
    every = {name: np.concatenate([found[name] for found in parts], axis=1) for name in ("f1", "tokens")}
    total = summed("all questions", list(chosen), every)
    report("compression", [*rows, *total], part=given.part)
    if given.svg:
        given.svg.write_text(drawn(total), encoding="utf-8")


if __name__ == "__main__":
    main()
