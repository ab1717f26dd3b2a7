"""Planted wrong citations: how many are caught, and how many right ones are called wrong.

    python benchmarks/citations.py --data DATA [--part test] [--limit 300] [--threshold 0.1]

Of SQuAD 2.0 and new Wikipedia (`DATA/squad2_dev_half`, `DATA/squadshifts`) the questions whose documents the skill
`support` neither learnt from nor had its probabilities fitted on (`--part tune`: those that they were fitted on, by
which the threshold was chosen). Of each question up to four claims: the sentence that holds the answer; the sentence
`shortened` (without brackets and clauses that do not hold the answer); the question `stated` (its question word
replaced by the answer, where a rule can); the answer alone (`brief`), read with the question as a reader's answers are.
Each is cited from its own paragraph, which is right, and wrongly:

- `without`: from its own paragraph without the sentence that bears it;
- `neighbour`: from the paragraph that BM25 finds first for it, which does not hold the answer;
- `number`, `name`: from its own paragraph, a number or a name of the claim altered;
- `answer`: from its own paragraph, the answer replaced by another question's.

The second table compares what can judge a claim by itself, on human labels (`DATA/faithfulness`): AUC of the skill,
of the verdict (the skill, and numbers and names looked up), of the encoder's cosine and of the share of words.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import report

from rag import skills
from rag.generators.verdict import BORNE, Claim, Verdict, verdicts
from rag.kinds import Encoder, default_encoder
from rag.passages.overlap import overlap
from rag.segmenters.sentences import sentences
from rag.training.cross.examples import Asked, Judged, Stated
from rag.training.cross.figures import auc
from rag.training.cross.negatives import hard_negatives, without_answer
from rag.training.cross.recipe import Cross

QUESTIONS = ("squad2_dev_half/dev.jsonl.gz", "squadshifts/new_wiki.jsonl.gz")
CLAIMS = ("wice_claim_test", "begin_wow_test", "begin_cmu_dev", "begin_tc_dev")
_SUBJECT = re.compile(
    r"(?:who|what|which(?:\s+\w+){1,3})\s+(?=(?:is|was|are|were|has|had|[a-z]+(?:ed|s))\b)", re.IGNORECASE
)
_PLACE = re.compile(
    r"(when|where|in (?:what|which) \w+)\s+(is|was|are|were)\s+(.+?)\s+(\w+ed|born|held|built|made)\??$", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*")


@dataclass(frozen=True)
class Case:
    """A claim beside a passage."""

    claim: Claim
    form: str
    passage: str
    kind: str
    """`right`, or how it is wrong."""


def stated(question: str, answer: str) -> str | None:
    """The question as a statement, where it asks for its subject or for a place or time; None elsewhere."""
    if match := _SUBJECT.match(question):
        return f"{answer[:1].upper()}{answer[1:]} {question[match.end() :].rstrip('? ')}."
    if match := _PLACE.match(question):
        return f"{match[3][:1].upper()}{match[3][1:]} {match[2]} {match[4]} in {answer}."
    return None


def shortened(sentence: str, answer: str) -> str | None:
    """The sentence without brackets and the clauses that do not hold the answer; None where that is nothing else."""
    bare = re.sub(r"\s*[(\[][^)\]]*[)\]]", "", sentence)
    clauses = re.split(r"(?<=[,;])\s+", bare)
    kept = [clause for place, clause in enumerate(clauses) if place == 0 or answer in clause]
    text = " ".join(kept).rstrip(",;. ") + "."
    return text if answer in text and len(text.split()) >= 6 and text.split() != sentence.split() else None


def cases(asked: Sequence[Asked], chance: random.Random) -> Iterator[Case]:
    others: dict[str, list[str]] = {}
    for question in asked:
        others.setdefault(question.passages[0].text, []).extend(question.answers[:1])
    for question, near in zip(asked, hard_negatives(asked), strict=True):
        passage = question.passages[0]
        if not passage.answers:
            continue
        start, end = passage.answers[0]
        answer = passage.text[start:end]
        sentence = next(passage.text[a:b] for a, b in sentences(passage.text) if a <= start < b)
        forms = {
            "sentence": sentence,
            "shortened": shortened(sentence, answer),
            "stated": stated(question.question, answer),
            "brief": answer,
        }
        for form, claim in forms.items():
            if claim:
                asked_ = question.question if form == "brief" else ""
                yield Case(Claim(claim, asked_), form, whole(passage), "right")
                for kind, altered, at in wrong(claim, answer, passage, question, near, others, chance):
                    yield Case(Claim(altered, asked_), form, at, kind)


def wrong(
    claim: str,
    answer: str,
    passage: Judged,
    question: Asked,
    near: Sequence[Judged],
    others: dict[str, list[str]],
    chance: random.Random,
) -> Iterator[tuple[str, str, str]]:
    """Kind, claim and passage of each way in which the claim can be cited wrongly."""
    if (left := without_answer(passage, question.answers)) is not None:
        yield "without", claim, whole(left)
    if near:
        yield "neighbour", claim, whole(near[0])
    if numbers := _NUMBER.findall(claim):
        number = chance.choice(numbers)
        yield "number", claim.replace(number, str(int(number) + chance.randint(1, 9)), 1), whole(passage)
    names = sorted(set(_NAME.findall(claim)))
    there = sorted({name for name in _NAME.findall(passage.text) if name not in claim})
    if names and there:
        yield "name", claim.replace(chance.choice(names), chance.choice(there), 1), whole(passage)
    rest = [one for one in others[passage.text] if one.casefold() not in claim.casefold() and answer not in one]
    if rest and answer in claim:
        yield "answer", claim.replace(answer, chance.choice(sorted(set(rest))), 1), whole(passage)


def whole(passage: Judged) -> str:
    return f"{passage.title}\n{passage.text}" if passage.title else passage.text


def planted(found: Sequence[Case], judged: Sequence[Verdict], threshold: float) -> list[dict[str, object]]:
    """A row a form: the share called unsupported, of the right ones and of each kind of wrong ones."""
    refused = np.array([verdict.score < threshold for verdict in judged])
    kinds = ("right", "without", "neighbour", "number", "name", "answer")
    rows = []
    for form in ("sentence", "shortened", "stated", "brief", "all"):
        mine = np.array([form in (case.form, "all") for case in found])
        row: dict[str, object] = {"claim": form}
        for kind in kinds:
            chosen = mine & np.array([case.kind == kind for case in found])
            row[f"{kind} (n)"] = f"{refused[chosen].mean():.3f} ({chosen.sum()})" if chosen.any() else "-"
        moved = mine & np.array([case.kind in ("without", "neighbour") for case in found])
        row["moved"] = float(refused[moved].mean())
        rows.append(row)
    return rows


def compared(statements: Sequence[Stated], encoder: Encoder) -> dict[str, object]:
    """The AUC of each judge."""
    pairs = [(one.texts[0], one.texts[1]) for one in statements]
    labels = [one.label >= 0.5 for one in statements]
    support = skills.load("support").score
    claims, passages = zip(*pairs, strict=True)
    near = (encoder.encode(claims) * encoder.encode(passages)).sum(axis=1)
    best = [float((encoder.encode([c]) @ encoder.encode(_lines(p)).T).max()) for c, p in pairs]
    shares = [float(overlap(claim, [passage])[0]) for claim, passage in pairs]
    judged = [verdict.score for verdict in verdicts([(Claim(said), at) for said, at in pairs], support)]
    return {
        "set": statements[0].source,
        "claims": len(pairs),
        "borne": float(np.mean(labels)),
        "support": auc(support(pairs), labels),
        "verdict": auc(judged, labels),
        "cosine": auc(near, labels),
        "cosine, best sentence": auc(best, labels),
        "words": auc(shares, labels),
        "refused, borne": float(np.mean([one < BORNE for one, borne in zip(judged, labels, strict=True) if borne])),
        "refused, not borne": float(
            np.mean([one < BORNE for one, borne in zip(judged, labels, strict=True) if not borne])
        ),
    }


def _lines(passage: str) -> list[str]:
    return [passage[start:end] for start, end in sentences(passage)] or [passage]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--part", choices=("tune", "test"), default="test")
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--threshold", type=float, default=BORNE)
    given = parser.parse_args()
    recipe = Cross()
    data = recipe.read([given.data / name for name in QUESTIONS])
    held = [one for one in getattr(data, given.part) if isinstance(one, Asked) and one.answerable]
    chance = random.Random(0)
    chosen = chance.sample(held, min(given.limit, len(held)))
    found = list(cases(chosen, chance))
    judged = verdicts([(case.claim, case.passage) for case in found], skills.load("support").score)
    report("citations", planted(found, judged, given.threshold), questions=len(chosen), threshold=given.threshold)
    if given.part == "test":
        held = recipe.read([given.data / "faithfulness" / f"{name}.jsonl.gz" for name in CLAIMS]).test
        sets: dict[str, list[Stated]] = {}
        for one in held:
            if isinstance(one, Stated):
                sets.setdefault(one.source, []).append(one)
        encoder = default_encoder()
        assert isinstance(encoder, Encoder)
        report("citations_auc", [compared(some[:600], encoder) for some in sets.values()])


if __name__ == "__main__":
    main()
