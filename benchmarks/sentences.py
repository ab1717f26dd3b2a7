"""Sentence boundaries against two collections: hard cases in many languages, and English web text.

    python benchmarks/sentences.py GOLDEN.jsonl.gz UD.jsonl.gz ... [--errors N]

GOLDEN rows are {lang, text, sents}; UD rows {id, paras: [[sentence, ...], ...]}. Prints F1 of sentence ends (the last
non-space character of a sentence, the text's own end left out) for ours and, where it is installed, for pySBD, and
megabytes a second.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from rag.segmenters.sentences import sentences

Splitter = Callable[[str, str], set[int]]
CODES = {
    "english_clean": "en", "danish": "da", "spanish": "es", "italian": "it", "deutsch": "de", "russian": "ru",
    "armenian": "hy", "kazakh": "kk", "marathi": "mr", "dutch": "nl", "japanese": "ja", "chinese": "zh", "french": "fr",
    "greek": "el", "hindi": "hi",
}  # fmt: skip


def solid(text: str, end: int) -> int:
    """A place in a text as the number of characters before it that are not white space."""
    return sum(not character.isspace() for character in text[:end])


def ends_of(pieces: Iterable[str]) -> set[int]:
    total, ends = 0, set()
    for piece in pieces:
        total += sum(not character.isspace() for character in piece)
        ends.add(total)
    return ends - {total}


def ours(text: str, language: str) -> set[int]:
    return ends_of(text[start:end] for start, end in sentences(text))


def pysbd(text: str, language: str) -> set[int]:
    import pysbd as module  # type: ignore[import-untyped]

    return ends_of(module.Segmenter(language=language, clean=False).segment(text))


def rows(path: Path) -> Iterable[tuple[str, str, set[int]]]:
    """Group, text, gold ends."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if "sents" in row:
                yield row["lang"], row["text"], ends_of(row["sents"])
            else:
                text = "\n\n".join(" ".join(paragraph) for paragraph in row["paras"])
                yield path.name.split(".")[0], text, ends_of(s for paragraph in row["paras"] for s in paragraph)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--errors", type=int, default=0, help="show so many of our differences")
    parser.add_argument("--pysbd", action="store_true")
    options = parser.parse_args()
    splitters: dict[str, Splitter] = {"ours": ours, "pysbd": pysbd} if options.pysbd else {"ours": ours}
    counts: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for path in options.paths:
        for group, text, gold in rows(path):
            for name, split in splitters.items():
                begin = time.perf_counter()
                found = split(text, CODES.get(group, "en"))
                count = counts[group, name]
                count[3] += time.perf_counter() - begin
                count[4] += len(text) / 1e6
                for i, number in enumerate((len(found & gold), len(found), len(gold))):
                    count[i] += number
                if name == "ours" and options.errors:
                    options.errors -= show(text, found, gold, options.errors)
    for (group, name), (right, found_, ends, seconds, size) in sorted(counts.items()):
        f1 = 2 * right / (found_ + ends) if found_ + ends else 1.0
        precision, recall = (right / total if total else 1.0 for total in (found_, ends))
        scores = f"F1 {f1:.3f} (precision {precision:.3f}, recall {recall:.3f})"
        print(f"{group:13} {name:5} {scores}, {ends:.0f} ends, {size / seconds:.1f} MB/s")


def show(text: str, found: set[int], gold: set[int], limit: int) -> int:
    """Prints where ours and gold differ; returns how many lines."""
    places = [i + 1 for i, character in enumerate(text) if not character.isspace()]
    wrong = sorted(found ^ gold)[:limit]
    for end in wrong:
        if 0 < end <= len(places):
            at = places[end - 1]
            kind = "extra " if end in found else "missed"
            print(kind, repr(text[max(0, at - 45) : at]), "|", repr(text[at : at + 35]))
    return len(wrong)


if __name__ == "__main__":
    main()
