"""Records of each shape to examples."""

import pytest

from rag.errors import UsageError
from rag.training.cross.examples import Asked, Stated
from rag.training.cross.files import read
from tests.training.cross.conftest import (
    BRIDGE,
    CHURCH,
    CLAIMS,
    HOPS,
    MILL,
    PARAGRAPHS,
    REPLIES,
    Writer,
)


def asked(examples: list[Asked | Stated]) -> list[Asked]:
    return [example for example in examples if isinstance(example, Asked)]


def stated(examples: list[Asked | Stated]) -> list[Stated]:
    return [example for example in examples if isinstance(example, Stated)]


def test_paragraphs_tell_the_answer_its_sentence_and_that_there_is_none(written: Writer) -> None:
    found = asked(read([written("squad.jsonl.gz", PARAGRAPHS)]))
    assert len(found) == 7
    (passage,) = found[0].passages
    assert [passage.text[start:end] for start, end in passage.answers] == ["1734"]
    assert passage.kept is not None
    assert [BRIDGE[start:end] for start, end in passage.kept] == ["It was built of red sandstone in 1734."]
    assert (found[0].key, passage.title, passage.relevant) == ("kreuzau", "Kreuzau", True)
    (unanswered,) = found[2].passages
    assert (found[2].answerable, unanswered.answers, unanswered.relevant) == (False, (), None)
    assert found[5].key == "saint heribert"


def test_a_set_of_one_title_is_split_by_paragraph(written: Writer) -> None:
    records = [{**record, "title": "posts"} for record in PARAGRAPHS]
    found = asked(read([written("posts.jsonl", records)]))
    assert {example.key for example in found} == {"a", "b", "c"}
    assert {example.passages[0].title for example in found} == {""}


def test_hops_tell_what_supports_and_where_the_answer_stands(written: Writer) -> None:
    (found,) = asked(read([written("hops.jsonl", HOPS)]))
    support, other = found.passages
    assert (support.relevant, other.relevant) == (True, False)
    assert [support.text[start:end] for start, end in support.answers] == ["1734"]
    assert support.kept is not None
    assert [support.text[start:end] for start, end in support.kept] == [
        "It was built of red sandstone in 1734",
        "Anna Weiss drew the plans.",
    ]
    assert other.kept == ()


def test_claims_and_replies_are_supported_or_not(written: Writer) -> None:
    found = stated(read([written("claims.jsonl", CLAIMS), written("replies.jsonl", REPLIES)]))
    assert [(example.skill, example.label) for example in found] == [("support", label) for label in (1, 0, 1, 0)]
    assert found[2].texts == ("It burned down in 1802.", MILL)
    assert found[3].texts[1] == CHURCH


def test_an_unknown_shape_names_the_file_and_its_keys(written: Writer) -> None:
    with pytest.raises(UsageError, match=r"odd\.jsonl: a record has the keys colour; known are"):
        read([written("odd.jsonl", [{"colour": "red"}])])


def test_an_empty_file_is_refused(written: Writer) -> None:
    with pytest.raises(UsageError, match="holds no records"):
        read([written("empty.jsonl", [])])


def test_what_follows_from_a_premise_is_supported(written: Writer) -> None:
    rows = [
        {"sentence1": MILL, "sentence2": "A mill burned.", "gold_label": "entailment"},
        {"sentence1": MILL, "sentence2": "It never burned.", "gold_label": "contradiction"},
        {"sentence1": MILL, "sentence2": "It was insured.", "gold_label": "neutral"},
        {"sentence1": MILL, "sentence2": "It was large.", "gold_label": "-"},
    ]
    found = stated(read([written("snli.jsonl", rows)]))
    assert [(one.texts, one.label) for one in found] == [
        (("A mill burned.", MILL), 1.0),
        (("It never burned.", MILL), 0.0),
        (("It was insured.", MILL), 0.0),
    ]
    assert len({one.key for one in found}) == 1
