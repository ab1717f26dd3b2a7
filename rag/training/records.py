"""Training data from files: JSON lines, plain or gzipped, each record with the name of the set it is from.

What is published in the layout of SQuAD (`.json`: articles of paragraphs of questions), by which annotation tools write
too, is read paragraph by paragraph.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import UsageError

__all__ = ["articles", "named", "records"]


def named(file: Path) -> str:
    """`FOLDER/STEM` of a data file: how figures and cards call it, on whatever machine."""
    return f"{file.resolve().parent.name}/{file.name.partition('.')[0]}"


def records(files: Sequence[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every record of the files in order, with its set's name.

    Raises:
        UsageError: a file is missing, or a line is no JSON object, which is named; or a `.json` file is not laid out as
            SQuAD is.
    """
    for file in files:
        name = named(file)
        if file.name.endswith((".json", ".json.gz")):
            yield from ((name, record) for record in articles(file))
            continue
        try:
            with (
                gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as rows
            ):
                for number, line in enumerate(rows, 1):
                    if line.strip():
                        yield name, _object(file, number, line)
        except FileNotFoundError:
            raise UsageError(f"{file}: no such file; --data takes files of JSON lines (.jsonl, .jsonl.gz)") from None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{file}: cannot be read ({error}); --data takes JSON lines (.jsonl, .jsonl.gz)"
            ) from error


def articles(file: Path) -> Iterator[dict[str, Any]]:
    """Every paragraph of a file in SQuAD's layout (versions 1.1 and 2.0): `pid, title, context, qas`.

    Raises:
        UsageError: it is missing, no JSON, or laid out in another way; names what is missing.
    """
    try:
        whole = json.loads(gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes())
        for number, article in enumerate(whole["data"]):
            title = str(article.get("title", ""))
            for place, paragraph in enumerate(article["paragraphs"]):
                qas = [_asked(asked) for asked in paragraph["qas"]]
                yield {"pid": f"{number}-{place}", "title": title, "context": paragraph["context"], "qas": qas}
    except FileNotFoundError:
        raise UsageError(f"{file}: no such file; --data takes JSON lines, or .json as SQuAD is laid out") from None
    except (OSError, EOFError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read as JSON ({error})") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{file}: not laid out as SQuAD is ({error}): a list `data` of articles, each with `paragraphs`, each with "
            "`context` and `qas`; other data go in as JSON lines (.jsonl)"
        ) from error


def _asked(asked: dict[str, Any]) -> dict[str, Any]:
    """A question as the visible sets spell it."""
    answers = [{"text": one["text"], "start": int(one["answer_start"])} for one in asked.get("answers") or ()]
    impossible = bool(asked.get("is_impossible")) or not answers
    return {
        "id": str(asked.get("id", "")),
        "question": asked["question"].strip(),
        "answers": [] if impossible else answers,
        "impossible": impossible,
    }


def _object(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{file}:{number}: no JSON ({error})") from None
    if not isinstance(value, dict):
        raise UsageError(f"{file}:{number}: should be a JSON object, one a line")
    return value
