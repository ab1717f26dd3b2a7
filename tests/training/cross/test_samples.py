"""Samples: targets point at what they should, in every crop."""

import random

import pytest

from rag.encoders.tokenizer import default_tokenizer
from rag.skills.cross import Judgement
from rag.training.cross.examples import Asked, Stated, split
from rag.training.cross.files import read
from rag.training.cross.negatives import altered, hard_negatives
from rag.training.cross.sample import Sample
from rag.training.cross.samples import LARGE, NEGATIVES, QUESTIONS, Samples, heard
from tests.training.cross.conftest import BRIDGE, CLAIMS, HOPS, PARAGRAPHS, Writer


def examples(written: Writer) -> list[Asked | Stated]:
    records = {"squad": PARAGRAPHS, "hops": HOPS, "claims": CLAIMS}
    return read([written(f"{name}.jsonl", rows) for name, rows in records.items()])


def words(ids: list[int]) -> str:
    return str(default_tokenizer().engine.decode(ids))


def spans(sample: Sample) -> list[str]:
    return [words(sample.ids[a : b + 1]) for a, b in zip(sample.starts, sample.ends, strict=True)]


def test_starts_and_ends_enclose_the_answer(written: Writer) -> None:
    samples = Samples([one for one in examples(written) if isinstance(one, Asked)], 0)
    answers = {answer.casefold() for example in samples.asked for answer in example.answers}
    found = [text for epoch in range(4) for group in samples.epoch(epoch) for one in group for text in spans(one)]
    assert set(found) - {"[CLS]", ""} == answers


def test_what_is_kept_holds_the_answer_and_no_special_token(written: Writer) -> None:
    for group in Samples(examples(written), 0).epoch(0):
        for sample in group:
            kept = words([token for token, wanted in zip(sample.ids, sample.keep, strict=False) if wanted == 1])
            assert len(sample.keep) in {0, len(sample.ids)}
            for text in spans(sample):
                assert text in ("[CLS]", "") or text in kept


def test_an_answer_is_inside_the_crop_of_a_long_passage() -> None:
    from rag.training.cross.examples import Judged

    filler = "The committee met again and adjourned without a vote. " * 60
    text = f"{filler}{BRIDGE} {filler}"
    start = text.index("1734")
    passage = Judged(text, "d", "Kreuzau", True, ((start, start + 4),), kept=((start - 30, start + 5),))
    samples = Samples([Asked("When was it built?", (passage,), "long", "d", ("1734",))], 0)
    for epoch in range(8):
        (sample, *_), *_ = samples.epoch(epoch)
        assert spans(sample) == ["1734"]
        assert len(sample.ids) <= 256


def test_the_same_seed_and_epoch_give_the_same_samples(written: Writer) -> None:
    given = examples(written)
    first, again = Samples(given, 5).epoch(1), Samples(given, 5).epoch(1)
    assert [[one.ids for one in group] for group in first] == [[one.ids for one in group] for group in again]


def test_statements_are_told_by_their_column(written: Writer) -> None:
    given = [one for one in examples(written) if isinstance(one, Stated)]
    assert [set(group[0].judged) for group in Samples(given, 0).epoch(0)] == [{Judgement.SUPPORT}] * len(CLAIMS)


def test_negatives_do_not_hold_the_answer_and_are_not_the_questions_own(written: Writer) -> None:
    asked = [one for one in examples(written) if isinstance(one, Asked)]
    found = hard_negatives(asked)
    assert any(found)
    for question, near in zip(asked, found, strict=True):
        for passage in near:
            assert passage.relevant is False
            assert passage.text not in {own.text for own in question.passages}
            assert not any(answer.casefold() in passage.text.casefold() for answer in question.answers)


def test_an_altered_question_asks_with_another_name_of_the_passage() -> None:
    chance = random.Random(2)
    made = {altered("Who drew the bridge of Kreuzau?", BRIDGE, chance) for _ in range(20)}
    assert made <= {"Who drew the bridge of Rur?", "Who drew the bridge of Weiss?", "Who drew the bridge of It?"} | {
        f"Who drew the bridge of {name}?" for name in ("Anna Weiss", "Anna")
    }
    assert altered("Who drew it?", BRIDGE, chance) is None


def test_what_was_held_out_is_never_shown(written: Writer) -> None:
    trained, held = split(examples(written))
    held_texts = {passage.text for one in held if isinstance(one, Asked) for passage in one.passages if one.answerable}
    shown = {passage.text for one in trained if isinstance(one, Asked) for passage in one.passages}
    assert not held_texts & shown


@pytest.mark.parametrize(
    ("size", "asked", "beside"),
    [(50, 1, 1), (QUESTIONS, 1, NEGATIVES / QUESTIONS), (6 * QUESTIONS, LARGE[0], LARGE[1])],
)
def test_of_a_large_source_half_is_heard_and_of_a_small_one_all(size: int, asked: float, beside: float) -> None:
    assert heard(size) == pytest.approx((asked, beside))
