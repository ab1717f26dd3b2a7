"""Measures of translations: terms, consistency, chrF, and their way through `rag eval`."""

import math
from pathlib import Path

import pytest

from rag import config
from rag.errors import UsageError
from rag.evaluation.dataset import read_dataset
from rag.evaluation.run import evaluate
from rag.evaluation.terminology import chrf, term_consistency, term_hit_rate
from rag.translation.wording import Wording

SIDES = (Wording("en"), Wording("de"))
TERMS = {"bank": ("Ufer", "Flussufer"), "kernel": ("Kern",)}


@pytest.mark.parametrize(
    ("translation", "rate"), [("Am Flussufer, im Kern", 1.0), ("Am Ufer", 0.5), ("Kernel, Bank", 0.0), ("", 0.0)]
)
def test_the_share_of_terms_that_are_there(translation: str, rate: float) -> None:
    assert term_hit_rate(translation, TERMS, SIDES[1]) == rate
    assert math.isnan(term_hit_rate(translation, {}, SIDES[1]))


@pytest.mark.parametrize(
    ("translation", "share"),
    [
        ("Das Ufer, die Ufer, Kern", 1.0),
        ("Das Ufer, das Flussufer", 0.0),
        ("Das Ufer", 0.0),
        ("Die Bank, die Bank", 0.0),
    ],
)
def test_a_repeated_term_has_one_translation(translation: str, share: float) -> None:
    assert term_consistency("The bank, the banks, a kernel", translation, TERMS, SIDES) == share
    assert math.isnan(term_consistency("The bank and a kernel", translation, TERMS, SIDES))


@pytest.mark.parametrize(
    ("translation", "reference", "expected"),
    [  # sacrebleu 2.6.0's sentence_chrf
        ("Das Ufer ist nass.", "Das Ufer ist nass.", 1.0000000),
        ("Das Ufer war feucht", "Das Ufer ist nass.", 0.3642113),
        ("ab", "abc", 0.6363636),
        ("Er saß auf der Bank und sah aufs Wasser.", "Er saß am Ufer und sah dem Wasser zu.", 0.4224475),
        ("x y", "abc", 0.0000000),
    ],
)
def test_chrf_is_sacrebleus(translation: str, reference: str, expected: float) -> None:
    assert chrf(translation, reference) == pytest.approx(expected, abs=1e-6)


def test_rag_eval_measures_translations_without_documents(tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text(
        '{"question": "The bank of the bank.", "answer": "Das Ufer des Ufers.", "terms": {"bank": "Ufer"}, '
        '"languages": ["en", "de"]}\n'
    )
    agent = {
        "use": "translator",
        "terms": {"bank": "Ufer"},
        "llm": {"use": "langchain_core.language_models.FakeListChatModel", "responses": ["Das Ufer des Ufers."]},
        "detect": "none",
        "judge": "none",
    }
    loaded = config.load(
        {"version": 1, "index": {"path": str(tmp_path / "none")}, "pipeline": [{"agent": agent}]},
        environment={},
        allow_import=("langchain_core",),
    )
    result = evaluate(loaded, read_dataset(tmp_path / "texts.jsonl"), folder=tmp_path / "run")
    assert {name: result.metrics[name].mean for name in ("term_hit_rate", "term_consistency", "chrf")} == {
        "term_hit_rate": 1.0,
        "term_consistency": 1.0,
        "chrf": 1.0,
    }


@pytest.mark.parametrize(
    ("row", "told"), [('"terms": ["bank"]', "terms is an object"), ('"languages": ["de"]', "languages are two")]
)
def test_a_wrong_row_is_named(row: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "texts.jsonl").write_text(f'{{"question": "The bank.", {row}}}\n')
    with pytest.raises(UsageError, match=f"texts.jsonl:1: {told}"):
        read_dataset(tmp_path / "texts.jsonl")
