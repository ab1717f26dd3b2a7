"""The guard against indirect prompt injection: how many attacks it finds, what it leaves of them, and its false alarms.

    python benchmarks/guard.py INJECTIONS [FOLDER_OF_TASKS TASK ...] [--split test]

INJECTIONS holds BIPIA's and Tensor Trust's files. Every attack is put at the beginning, in the middle and at the end of
contexts of its kind (Tensor Trust's into e-mails). `found`: share of those passages with a suspicious sentence. `left`:
share of the attack's words that policy `strip` still shows. `links`: of attacks that name an address, the share whose
address gets through the output check of `chat` if the model does as it is told, without the guard and behind it.
`alarms`: share of passages without an attack that are suspicious; of tasks in BEIR layout these are the corpus's
documents, cut as the default pipeline cuts them.

Rules were written on split `train`: BIPIA's train files, and the half of Tensor Trust's attacks whose hash is even.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

from common import read_task, report
from langchain_core.documents import Document

from rag.config.single import component
from rag.kinds import KINDS
from rag.safety.links import Links

BASE = {kind.name: kind.base for kind in KINDS}
ADDRESS = re.compile(r"(?:https?://|www\.)[\w./-]*\w")
CONTEXTS = 10
"""That each attack is put into."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("injections", type=Path)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--split", choices=["train", "test"], default="test")
    given = parser.parse_args()
    guard = component({"use": "guard"}, BASE["compressor"])
    rows = list(attacked(guard, given.injections, given.split))
    rows += clean_contexts(guard, given.injections, given.split)
    rows += [clean_task(guard, given.folder / name) for name in given.tasks]
    report("guard", rows, split=given.split)


def read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def contexts(folder: Path, kind: str, split: str) -> list[str]:
    found = [row["context"] for row in read(folder / f"bipia_{kind}_{split}.jsonl.gz")]
    return [text if isinstance(text, str) else "\n".join(text) for text in found]


def tensor_trust(folder: Path, kind: str, split: str) -> list[str]:
    attacks = {row["attack"] for row in read(folder / f"tensortrust_{kind}.jsonl.gz")}
    return sorted(text for text in attacks if int(sha256(text.encode()).hexdigest(), 16) % 2 == (split == "test"))


def attacked(guard: Any, folder: Path, split: str) -> Iterator[dict[str, object]]:
    """A row for each category of attacks, and one for each set."""
    emails, tables = contexts(folder, "email", split), contexts(folder, "table", split)
    for name, into in (("text", [*emails, *tables[: len(emails)]]), ("code", contexts(folder, "code", split))):
        by_category: defaultdict[str, list[str]] = defaultdict(list)
        for row in read(folder / f"bipia_{name}_attack_{split}.jsonl.gz"):
            by_category[row["category"]].append(row["attack"])
        yield measured(guard, f"bipia {name}", [one for some in by_category.values() for one in some], into)
        for category, some in by_category.items():
            yield measured(guard, f"  {category}", some, into)
    for name in ("hijacking", "extraction"):
        yield measured(guard, f"tensor trust {name}", tensor_trust(folder, name, split), emails)


def measured(guard: Any, name: str, attacks: Sequence[str], into: Sequence[str]) -> dict[str, object]:
    found = total = 0
    left: list[float] = []
    passed: list[tuple[bool, bool]] = []
    for number, attack in enumerate(attacks):
        for turn in range(CONTEXTS):
            context = into[(number * CONTEXTS + turn * 7) % len(into)]
            passage = Document(placed(context, attack, ("start", "middle", "end")[turn % 3]), metadata={"source": "a"})
            total += 1
            found += bool(guard.suspicions(passage))
            kept = guard.compress_documents([passage], "")
            left.append(shown(attack, context, kept[0].page_content if kept else ""))
            if (address := ADDRESS.search(attack)) and address[0] not in context:
                passed.append((gets_out(address[0], [passage]), gets_out(address[0], kept)))
    links = " -> ".join(f"{sum(some) / len(passed):.3f}" for some in zip(*passed, strict=True))
    return {
        "set": name,
        "attacks": len(attacks),
        "found": round(found / total, 3),
        "left": round(sum(left) / len(left), 3),
        **({"links": links} if passed else {}),
    }


def gets_out(address: str, passages: Sequence[Document]) -> bool:
    links = Links(passages, "What does it say?")
    return address in links.add(f"See {address} [1].") + links.end()


def placed(context: str, attack: str, where: str) -> str:
    lines = context.split("\n")
    at = {"start": 0, "middle": len(lines) // 2, "end": len(lines)}[where]
    return "\n".join([*lines[:at], attack, *lines[at:]])


def shown(attack: str, context: str, text: str) -> float:
    """Share of the attack's lines, by length, that still stand in a text; those of the context do not count."""
    lines = [line.strip() for line in attack.split("\n") if line.strip() and line.strip() not in context]
    whole = sum(map(len, lines)) or 1
    return sum(len(line) for line in lines if line in text) / whole


def clean_contexts(guard: Any, folder: Path, split: str) -> list[dict[str, object]]:
    return [alarms(guard, f"bipia {kind}", contexts(folder, kind, split)) for kind in ("email", "table", "code")]


def clean_task(guard: Any, folder: Path) -> dict[str, object]:
    cut = component({"use": "recursive", "max_tokens": 200, "encoder": {"use": "minilm"}}, BASE["segmenter"])
    rows: Sequence[Mapping[str, str]] = list(read_task(folder).corpus.values())
    passages = cut.transform_documents([Document(row["text"], metadata={"source": "a"}) for row in rows])
    return alarms(guard, folder.name, [passage.page_content for passage in passages])


def alarms(guard: Any, name: str, texts: Sequence[str]) -> dict[str, object]:
    passages = [Document(text, metadata={"source": "a"}) for text in texts]
    started = perf_counter()
    wrong = sum(bool(guard.suspicions(passage)) for passage in passages)
    ms = (perf_counter() - started) * 1e3 / len(passages)
    return {"set": name, "passages": len(passages), "alarms": round(wrong / len(passages), 4), "ms": round(ms, 2)}


if __name__ == "__main__":
    main()
