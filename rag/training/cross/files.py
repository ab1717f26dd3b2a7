"""Data sets to examples: each shape of record has one reader, told from the keys of the first record.

Paragraphs with questions (SQuAD), questions with paragraphs (HotpotQA, 2WikiMultihopQA, MuSiQue), a question with its
passage and entailing sentence (QED), grounded answers (CLAP NQ), questions about a table and its text (TAT-QA), claims
with evidence (WiCE), replies with the knowledge they had (BEGIN), premises and hypotheses (SNLI, MultiNLI).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.segmenters.sentences import sentences
from rag.training.cross.examples import Asked, Judged, Span, Stated, document_of
from rag.training.records import named, records

__all__ = ["SHAPES", "read"]

Record = Mapping[str, Any]


def read(files: Sequence[Path]) -> list[Asked | Stated]:
    """Every example of some JSON-lines files (`.jsonl`, `.jsonl.gz`).

    Raises:
        UsageError: a file is missing or empty, or its records have a shape that no reader knows; names the file.
    """
    found: list[Asked | Stated] = []
    for file in files:
        rows = [record for _, record in records([file])]
        if not rows:
            raise UsageError(f"{file} holds no records")
        reader = next((reader for keys, reader in SHAPES.items() if all(key in rows[0] for key in keys)), None)
        if reader is None:
            known = "; ".join(", ".join(keys) for keys in SHAPES)
            raise UsageError(f"{file}: a record has the keys {', '.join(rows[0])}; known are {known}")
        found += reader(rows, named(file))
    return found


def paragraphs(rows: Sequence[Record], source: str) -> Iterator[Asked]:
    """SQuAD's paragraphs, each with questions and every annotator's answer; `impossible` ones have none."""
    titles = Counter(record.get("title", "") for record in rows)
    one = len(titles) == 1
    for record in rows:
        text, title = record["context"], "" if one else record.get("title", "").replace("_", " ")
        document = record["pid"] if one else document_of(title)
        spans = sentences(text)
        for asked in record["qas"]:
            found = tuple((answer["start"], answer["start"] + len(answer["text"])) for answer in asked["answers"])
            impossible = not found
            kept = () if impossible else touched(spans, found)
            passage = Judged(text, document, title, None if impossible else True, found, kept=kept)
            answers = tuple({text[start:end] for start, end in found})
            yield Asked(asked["question"], (passage,), source, document, answers, not impossible)


def hops(rows: Sequence[Record], source: str) -> Iterator[Asked]:
    """Questions over several paragraphs, supporting ones marked, their sentences too where the set marks them."""
    for record in rows:
        answers = tuple(dict.fromkeys([record["answer"], *(record.get("aliases") or [])]))
        passages = []
        for given in record["paragraphs"]:
            sents = given.get("sents")
            text = given.get("text") or " ".join(sents)
            support = given.get("support")
            relevant = bool(support) or bool(given.get("is_supporting"))
            spans = _spans(text, answers) if relevant else ()
            kept = None if sents is None and relevant else _joined(sents or [], support or [])
            told = not relevant
            passages.append(Judged(text, document_of(given["title"]), given["title"], relevant, spans, told, kept))
        yield Asked(record["question"], tuple(passages), source, f"question {record['question']}", answers)


def entailed(rows: Sequence[Record], source: str) -> Iterator[Asked]:
    """QED: a passage of several sentences, one of which entails the answer."""
    for record in rows:
        text, title = record["context"], record["title"]
        found = tuple((part["start"], part["end"]) for answer in record["nq_answers"] for part in answer)
        sentence = record["annotation"].get("selected_sentence")
        kept = ((sentence["start"], sentence["end"]),) if sentence else None
        answers = tuple({text[start:end] for start, end in found})
        if found:
            passage = Judged(text, document_of(title), title, True, found, kept=kept)
            yield Asked(record["question"], (passage,), source, document_of(title), answers)


def grounded(rows: Sequence[Record], source: str) -> Iterator[Asked]:
    """CLAP NQ: a passage and the sentences that a written answer rests on, or a passage that does not answer."""
    for record in rows:
        given = record["passages"][0]
        text, title = given["text"], given["title"]
        chosen = [part for output in record["output"] for part in output.get("selected_sentences") or ()]
        kept = tuple((text.index(part), text.index(part) + len(part)) for part in chosen if part and part in text)
        answerable = bool(kept)
        passage = Judged(text, document_of(title), title, answerable or None, (), not answerable, kept)
        yield Asked(record["input"], (passage,), source, document_of(title), (), answerable)


def financial(rows: Sequence[Record], source: str) -> Iterator[Asked]:
    """TAT-QA: of a table and its text only questions that a span of the text answers; the other paragraphs do not."""
    for record in rows:
        texts = record["paragraphs"]
        document = record["table"]["uid"]
        for asked in record["questions"]:
            answers = asked["answer"] if isinstance(asked["answer"], list) else []
            if asked["answer_type"] != "span" or asked["answer_from"] != "text" or len(answers) != 1:
                continue
            wanted = {str(order) for order in asked["rel_paragraphs"]}
            passages = []
            for given in texts:
                text, relevant = given["text"], str(given["order"]) in wanted
                spans = _spans(text, tuple(map(str, answers))) if relevant else ()
                passages.append(Judged(text, document, "", relevant, spans, True, touched(sentences(text), spans)))
            if any(passage.answers for passage in passages):
                yield Asked(asked["question"], tuple(passages), source, document, tuple(map(str, answers)))


def claims(rows: Sequence[Record], source: str) -> Iterator[Stated]:
    """WiCE: a claim of Wikipedia and the sentences of the page that it cites; in part supported is not supported."""
    worth = {"supported": 1.0, "partially_supported": 0.0, "not_supported": 0.0}
    for record in rows:
        meta = record.get("meta") or {}
        key = document_of(meta.get("claim_title") or record["claim"])
        texts = (record["claim"], "\n".join(record["evidence"]))
        yield Stated("support", texts, worth[record["label"]], source, key)


def replies(rows: Sequence[Record], source: str) -> Iterator[Stated]:
    """BEGIN: a model's reply and the knowledge it was to rest on."""
    for record in rows:
        label = float(record["begin_label"] == "Fully attributable")
        key = document_of(record["knowledge"][:200])
        yield Stated("support", (record["response"], record["knowledge"]), label, source, key)


def inferences(rows: Sequence[Record], source: str) -> Iterator[Stated]:
    """SNLI and MultiNLI: what follows from the premise is supported; pairs that people did not agree on are not."""
    worth = {"entailment": 1.0, "neutral": 0.0, "contradiction": 0.0}
    for record in rows:
        if record["gold_label"] in worth:
            texts = (record["sentence2"], record["sentence1"])
            yield Stated("support", texts, worth[record["gold_label"]], source, document_of(record["sentence1"]))


SHAPES: dict[tuple[str, ...], Callable[[Sequence[Record], str], Iterator[Asked | Stated]]] = {
    ("context", "qas"): paragraphs,
    ("paragraphs", "answer", "question"): hops,
    ("nq_answers", "context"): entailed,
    ("input", "passages", "output"): grounded,
    ("table", "paragraphs", "questions"): financial,
    ("claim", "evidence", "label"): claims,
    ("knowledge", "response", "begin_label"): replies,
    ("sentence1", "sentence2", "gold_label"): inferences,
}


def touched(spans: Sequence[Span], answers: Sequence[Span]) -> tuple[Span, ...]:
    """The sentences that hold a part of an answer."""
    return tuple((start, end) for start, end in spans if any(start < last and first < end for first, last in answers))


def _spans(text: str, answers: Sequence[str]) -> tuple[Span, ...]:
    """Where the answers stand, whole words only; for each the first place."""
    found = []
    for answer in answers:
        start = text.find(answer)
        while start >= 0:
            end = start + len(answer)
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                found.append((start, end))
                break
            start = text.find(answer, start + 1)
    return tuple(found)


def _joined(sents: Sequence[str], support: Sequence[int]) -> tuple[Span, ...]:
    """Where the supporting sentences stand in the sentences joined by spaces."""
    spans, at = [], 0
    for place, sentence in enumerate(sents):
        if place in support:
            spans.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return tuple(spans)
