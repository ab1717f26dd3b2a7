"""How much of a reference's words our text holds, and how much of our text the reference holds.

    python benchmarks/loader_recall.py FOLDER [--worst 5]

FOLDER holds documents and, for some of them, `GT__NAME.md`: the reference Markdown of the document whose name ends in
`NAME`. Words are compared as multisets, without Markdown's marks and link targets.
"""

from __future__ import annotations

import argparse
import html
import re
from collections import Counter, defaultdict
from pathlib import Path

from rag.errors import LoadError
from rag.loaders.discover import Found, found_at
from rag.loaders.load import load

WORD = re.compile(r"\w+")
MARKS = (
    (re.compile(r"<!--.*?-->", re.S), " "),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\\([_*])"), r"\1"),
)


def words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text.lower()))


def reference(path: Path) -> Counter[str]:
    text = path.read_text(encoding="utf-8")
    for pattern, kept in MARKS:
        text = pattern.sub(kept, text)
    return words(html.unescape(text))


def texts(folder: Path, name: str) -> list[tuple[Path, Counter[str]]]:
    """Documents whose name ends in `NAME` (there may be namesakes), with the words of each; those refused are empty."""
    found = []
    for path in folder.iterdir():
        source = found_at(path)
        if path.name.endswith(f"__{name}") and isinstance(source, Found):
            try:
                found.append((path, words("\n".join(document.page_content for document in load(source)))))
            except LoadError as error:
                print(error)
                found.append((path, Counter()))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=5, help="documents to name, of each format")
    arguments = parser.parse_args()
    found = defaultdict(list)
    for gold in sorted(arguments.folder.glob("GT__*.md")):
        name = gold.name[4:-3]
        wanted = reference(gold)
        path, ours = max(texts(arguments.folder, name), key=lambda pair: (wanted & pair[1]).total())
        shared = (wanted & ours).total()
        missing = " ".join(word for word, _ in (wanted - ours).most_common(8))
        recall, precision = shared / max(1, wanted.total()), shared / max(1, ours.total())
        found[path.suffix].append((recall, precision, name, missing))
    for suffix, rows in found.items():
        recall, precision = (sum(row[at] for row in rows) / len(rows) for at in (0, 1))
        print(f"{suffix:<6}{len(rows):>4} documents  recall {recall:.3f}  precision {precision:.3f}")
        for row in sorted(rows)[: arguments.worst]:
            print(f"    {row[0]:.3f} {row[1]:.3f} {row[2]}  missing: {row[3]}")


if __name__ == "__main__":
    main()
