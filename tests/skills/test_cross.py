"""The four skills of the cross-encoder: shapes, places, and that a score does not depend on its company."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from shutil import copy

import numpy as np
import pytest

from rag import skills
from rag.errors import ModelError
from rag.skills.cross import CrossEncoder
from rag.skills.cross_rows import TOGETHER, Role, row
from rag.skills.reader import Reader
from rag.skills.relevance import Relevance
from rag.skills.store import read, write

QUESTION = "Which river does the old bridge of Kreuzau cross?"
PASSAGES = [
    "The old bridge of Kreuzau crosses the Rur. It was built of red sandstone in 1734 and widened twice.",
    "Bread keeps longer in a wooden box.",
    "A ferry ran until 1733. " * 60 + "The toll house stands on the eastern bank.",
    "",
    "Čačak lies on the West Morava; 架橋 is Japanese for building a bridge 🌉.",
]


def forgetful(folder: Path) -> Relevance:
    """A model of its own, that has read nothing yet."""
    skill = Relevance(*read(folder / "cross.safetensors"))
    skill.model = CrossEncoder(skill.arrays, skill.facts)
    return skill


@pytest.mark.parametrize("name", ["keep", "reader", "relevance", "support"])
def test_the_skills_of_one_file_share_one_model(untrained: Path, name: str) -> None:
    skill = skills.load(name, untrained)
    assert skill.name == name
    assert skill.model is skills.load("relevance", untrained).model
    assert repr(skill) == f"rag.skills.load({name!r})"


def test_other_arrays_are_another_model(untrained: Path) -> None:
    arrays, facts = read(untrained / "cross.safetensors")
    other = {**arrays, "heads.row.bias": arrays["heads.row.bias"] + np.float16(1)}
    first, second = Relevance(arrays, facts), Relevance(other, facts)
    assert first.model is not second.model
    pairs = [(QUESTION, passage) for passage in PASSAGES]
    assert np.all(second.score(pairs) > first.score(pairs))


def test_scores_do_not_depend_on_what_else_is_asked(untrained: Path) -> None:
    relevance = forgetful(untrained)
    together = relevance.score([(QUESTION, passage) for passage in PASSAGES])
    alone = np.concatenate([forgetful(untrained).score([(QUESTION, passage)]) for passage in PASSAGES])
    assert together.dtype == np.float32
    assert together.tolist() == alone.tolist()
    assert np.all((together > 0) & (together < 1))
    assert len(relevance.score([])) == 0


def test_threads_may_share_a_skill(untrained: Path) -> None:
    relevance = forgetful(untrained)
    pairs = [[(f"{QUESTION} {n}", passage) for passage in PASSAGES] for n in range(8)]
    wanted = [forgetful(untrained).score(some).tolist() for some in pairs]
    with ThreadPoolExecutor(4) as pool:
        assert [found.tolist() for found in pool.map(relevance.score, pairs)] == wanted


def test_what_was_just_read_is_not_computed_again(untrained: Path) -> None:
    arrays, facts = read(untrained / "cross.safetensors")
    model = CrossEncoder(arrays, facts)
    rows = [row([(Role.QUESTION, [2040, 2003]), (Role.PASSAGE, list(range(1000, 1000 + n)))]) for n in (5, 90, 200)]
    wanted = model.read(rows)
    model._compiled = lambda: pytest.fail("computed again")  # type: ignore[method-assign]
    again = model.read(rows[::-1])
    assert again.rows[::-1].tolist() == wanted.rows.tolist()
    assert all(np.array_equal(a, b) for a, b in zip(again.tokens[::-1], wanted.tokens, strict=True))


def test_a_long_passage_is_worth_what_its_best_window_is(untrained: Path) -> None:
    relevance = skills.load("relevance", untrained)
    short = relevance.score([(QUESTION, "A ferry ran until 1733. " * 30)])
    assert relevance.score([(QUESTION, "A ferry ran until 1733. " * 90)])[0] >= short[0] - 1e-3


def test_spans_stand_where_they_say_and_do_not_overlap(untrained: Path) -> None:
    spans, answerable = skills.load("reader", untrained).read(QUESTION, PASSAGES, ["Kreuzau"] * len(PASSAGES), most=5)
    assert len(spans) == 5
    assert 0 <= answerable <= 1
    for place, span in enumerate(spans):
        assert span.text == PASSAGES[span.passage][span.start : span.end] != ""
        assert all(
            span.passage != other.passage or span.end <= other.start or other.end <= span.start
            for other in spans[:place]
        )
    assert [span.score for span in spans] == sorted((span.score for span in spans), reverse=True)


def test_spans_of_passages_read_together_stand_in_one_of_them(untrained: Path) -> None:
    reader = skills.load("reader", untrained)
    titles = ["Kreuzau", "Bread", "A ferry", "", "Čačak"]
    groups = [[0, 1], [4, 2, 0], [3, 1], [2]]
    found = reader.together(QUESTION, PASSAGES, titles, groups)
    assert {one.passage for one in found} <= {0, 1, 2, 4}
    for one in found:
        assert 0 <= one.start < one.end <= len(PASSAGES[one.passage])
    assert len(found) >= 4 * len(groups)  # long ones have several windows
    assert reader.together(QUESTION, PASSAGES, titles, [[2]]) == [
        replace(one, passage=2) for one in reader.candidates([(QUESTION, [PASSAGES[2]], [titles[2]])])[0]
    ]


def test_what_reading_together_costs_is_told_before_and_nothing_after(untrained: Path) -> None:
    reader = Reader(*read(untrained / "cross.safetensors"))
    reader.model = CrossEncoder(reader.arrays, reader.facts)
    groups = [[0, 1], [2, 4]]
    small, large = reader.unread_together(QUESTION, PASSAGES, [], groups)
    assert 40 < small < large
    reader.together(QUESTION, PASSAGES, [], groups[:1])
    assert reader.unread_together(QUESTION, PASSAGES, [], groups) == [0, large]


def test_weights_with_fewer_positions_read_shorter_rows(untrained: Path) -> None:
    arrays, facts = read(untrained / "cross.safetensors")
    short = Reader({name: array[:256] if "positions" in name else array for name, array in arrays.items()}, facts)
    assert (short.longest, skills.load("reader", untrained).longest) == (256, TOGETHER)
    assert short.together(QUESTION, PASSAGES, [], [[2, 0]])


def test_weights_of_another_layout_are_refused(untrained: Path) -> None:
    arrays, facts = read(untrained / "cross.safetensors")
    arrays["roles"] = np.concatenate([arrays["roles"], arrays["roles"][:3]])
    with pytest.raises(ModelError, match="8 roles where 5 are read"):
        Relevance(arrays, facts)


def test_several_questions_are_read_as_each_alone(untrained: Path) -> None:
    reader = skills.load("reader", untrained)
    asked = [(QUESTION, PASSAGES, []), ("When did the ferry stop?", PASSAGES[:3], ["", "", "Ferries"])]
    assert reader.read_all(asked) == [reader.read(*one) for one in asked]


@pytest.mark.parametrize("passages", [[], [""], ["  \n"]])
def test_nothing_to_read_is_no_answer(untrained: Path, passages: list[str]) -> None:
    assert skills.load("reader", untrained).read(QUESTION, passages) == ([], 0.0)


def test_every_sentence_has_a_probability_also_in_a_passage_of_many_windows(untrained: Path) -> None:
    keep = skills.load("keep", untrained)
    sentences = [f"Sentence number {number} tells of the bridge and its toll." for number in range(60)]
    long, none, two = keep.keep([(QUESTION, sentences), (QUESTION, []), (QUESTION, ["The Rur.", ""])])
    assert (long.shape, none.shape, two.shape) == ((60,), (0,), (2,))
    assert np.all((long > 0) & (long < 1))
    assert two[1] == 0  # an empty sentence is needed by nobody


def test_keep_and_relevance_come_from_one_reading(untrained: Path) -> None:
    sentences = ["The old bridge crosses the Rur.", "It was built in 1734."]
    kept, ranks = skills.load("keep", untrained).judge([(QUESTION, sentences)])
    assert kept[0].tolist() == skills.load("keep", untrained).keep([(QUESTION, sentences)])[0].tolist()
    assert ranks.tolist() == skills.load("relevance", untrained).score([(QUESTION, " ".join(sentences))]).tolist()


def test_of_long_evidence_the_sentences_with_the_claims_words_are_read(untrained: Path) -> None:
    support = skills.load("support", untrained)
    filler = "The committee met again and adjourned without a vote. " * 80
    claim, told = "The bridge was built in 1734.", "The bridge over the Rur was built in 1734."
    begun, ended = support.score([(claim, f"{told} {filler}"), (claim, f"{filler} {told}")])
    assert begun != support.score([(claim, filler)])[0]
    assert 0 < ended < 1


def test_a_damaged_file_is_refused(untrained: Path, tmp_path: Path) -> None:
    file = tmp_path / "cross.safetensors"
    copy(untrained / "cross.safetensors", file)
    data = bytearray(file.read_bytes())
    data[-1] ^= 255
    file.write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        skills.load("relevance", tmp_path)


def test_a_file_of_another_skill_is_refused(untrained: Path, tmp_path: Path) -> None:
    arrays, facts = read(untrained / "cross.safetensors")
    write(tmp_path / "cross.safetensors", arrays, {**facts, "skill": "boundary"})
    with pytest.raises(ModelError, match="holds the skill 'boundary'"):
        skills.load("reader", tmp_path)


def test_missing_weights_name_the_command_that_makes_them(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="rag train cross --data"):
        skills.load("support", tmp_path)
