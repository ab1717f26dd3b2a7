"""Several passages in one row: the answer is where it should be, and what nothing is known of is not learnt."""

import random

from rag.encoders.tokenizer import default_tokenizer
from rag.skills.cross import Judgement
from rag.skills.cross_rows import TOGETHER
from rag.training.cross.examples import Asked, Judged
from rag.training.cross.files import read
from rag.training.cross.sample import UNKNOWN, Sample, Tokens
from rag.training.cross.samples import Samples
from rag.training.cross.together import chosen, together
from tests.training.cross.conftest import BRIDGE, CHURCH, HOPS, MILL, Writer


def passage(text: str, answer: str = "", *, relevant: bool = True, told: bool = True) -> Judged:
    start = text.index(answer)
    spans = ((start, start + len(answer)),) if answer else ()
    return Judged(text, text[:12], text[:8], relevant, spans, told, spans)


def sample(passages: list[Judged], chance: random.Random) -> Sample | None:
    asked = default_tokenizer().ids(["When?"], 64)[0]
    return together(asked, [(one, Tokens.of(one.text), [2000, 2001]) for one in passages], chance)


def words(ids: list[int]) -> str:
    return str(default_tokenizer().engine.decode(ids))


def test_the_answer_is_marked_in_whichever_passage_it_stands() -> None:
    for passages in ([passage(MILL), passage(BRIDGE, "1734")], [passage(BRIDGE, "1734"), passage(MILL)]):
        made = sample(passages, random.Random(1))
        assert made is not None
        assert [words(made.ids[a : b + 1]) for a, b in zip(made.starts, made.ends, strict=True)] == ["1734"]
        assert made.judged == {Judgement.ANSWERABLE: 1.0}
        assert words([token for token, kept in zip(made.ids, made.keep, strict=True) if kept == 1]) == "1734"


def test_where_none_answers_it_says_so_only_if_the_data_do() -> None:
    sure = sample([passage(MILL), passage(CHURCH)], random.Random(1))
    assert sure is not None
    assert (sure.starts, sure.ends, sure.judged) == ([0], [0], {Judgement.ANSWERABLE: 0.0})
    unsure = sample([passage(MILL, told=False), passage(CHURCH)], random.Random(1))
    assert unsure is not None
    assert (unsure.starts, unsure.judged) == ([], {})


def test_a_long_row_is_cut_so_that_an_answer_is_read() -> None:
    filler = "The committee met again and adjourned without a vote. " * 40
    for seed in range(12):
        made = sample([passage(f"{filler}{BRIDGE} {filler}", "1734"), passage(filler)], random.Random(seed))
        assert made is not None
        assert len(made.ids) == TOGETHER == len(made.keep)
        assert [words(made.ids[a : b + 1]) for a, b in zip(made.starts, made.ends, strict=True)] == ["1734"]


def test_nothing_is_learnt_of_titles_and_of_passages_without_marks() -> None:
    bare = Judged(MILL, "m", "Mill", True, (), False, None)
    made = sample([bare, passage(BRIDGE, "1734")], random.Random(1))
    assert made is not None
    known = words([token for token, kept in zip(made.ids, made.keep, strict=True) if kept != UNKNOWN])
    assert known == words(default_tokenizer().ids([BRIDGE], 200)[0])


def test_one_passage_is_no_row_of_several() -> None:
    assert sample([passage(BRIDGE, "1734")], random.Random(1)) is None


def test_the_one_that_answers_is_among_those_chosen() -> None:
    own = (passage(BRIDGE, "1734"), passage(MILL, told=False), passage(CHURCH, told=False))
    asked = Asked("When?", own, "hops", "q", ("1734",))
    other = passage("Something else is told here.", relevant=False)
    for seed in range(30):
        some = chosen(asked, [other], random.Random(seed))
        assert own[0] in some
        assert 2 <= len(some) <= 3
        assert len(set(map(id, some))) == len(some)


def test_a_question_over_several_passages_is_read_over_them_in_every_epoch(written: Writer) -> None:
    one = HOPS[0]["paragraphs"]
    assert isinstance(one, list)
    both = [{**HOPS[0], "paragraphs": [one[0], {**one[1], "support": [0]}]}]
    samples = Samples(read([written("hops.jsonl", both)]), 0)
    longest = max(len(default_tokenizer().ids([text], 500)[0]) for text in (BRIDGE, MILL))
    for epoch in range(3):
        assert sum(len(one.ids) > longest + 30 for group in samples.epoch(epoch) for one in group) == 2
