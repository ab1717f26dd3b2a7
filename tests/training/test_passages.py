import json
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.training.passages import Text, laid_out, mixed, read_texts


def written(folder: Path, *rows: object) -> Path:
    folder.mkdir()
    file = folder / "a.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_paragraphs_come_from_every_layout(tmp_path: Path) -> None:
    own = written(tmp_path / "own", {"id": "x", "paras": [["One.", "Two."], ["Three."]]})
    articles = written(
        tmp_path / "articles",
        {"title": "Bread", "context": "Flour is milled. Water is added."},
        {"title": "Bread", "context": "The dough rests."},
    )
    story = written(tmp_path / "story", {"document": "It rained.\nIt was cold.\n \nHe left.\n\nShe stayed."})
    meeting = written(
        tmp_path / "talk", {"meeting_transcripts": [{"content": "Hello. {vocalsound} Well."}, {"content": "Yes."}]}
    )
    found = [text.paragraphs for text in read_texts([own, articles, story, meeting])]
    assert (("One.", "Two."), ("Three.",)) in found
    assert (("Flour is milled.", "Water is added."), ("The dough rests.",)) in found
    assert (("It rained.", "It was cold."), ("He left.",), ("She stayed.",)) in found
    assert (("Hello.", "Well."), ("Yes.",)) in found


def test_seams_say_where_a_paragraph_goes_on() -> None:
    text = Text("x", "train", (("1", "2", "3"), ("4",), ("5", "6")))
    assert text.sentences == ["1", "2", "3", "4", "5", "6"]
    assert text.seams == [True, True, False, False, True]
    assert text.cut(4).sentences == ["1", "2", "3", "4"]
    assert text.cut(1).sentences == ["1", "2", "3", "4"]


def test_sets_that_may_not_train_are_only_measured_on(tmp_path: Path) -> None:
    file = written(
        tmp_path / "segmentation_gum", *({"id": str(n), "blocks": [{"sents": ["a.", "b."]}] * 2} for n in range(40))
    )
    assert {text.part for text in read_texts([file])} == {"test"}


def test_nothing_to_learn_from_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="found no text of several paragraphs"):
        read_texts([written(tmp_path / "own", {"paras": [["Alone."]]})])


def test_stretches_of_different_texts_side_by_side() -> None:
    texts = [Text("x", "train", (tuple(f"{name}{place}" for place in range(20)),)) for name in "abcdefghijkl"]
    made = mixed(texts, 5, seed=1)
    assert made == mixed(texts, 5, seed=1)
    for text in made:
        assert len(text.paragraphs) == 10
        assert all(3 <= len(stretch) <= 11 for stretch in text.paragraphs)
        assert len({stretch[0][0] for stretch in text.paragraphs}) == 10
    assert mixed(texts[:5], 5, seed=1) == []


def test_headings_and_lists_are_paragraphs_of_their_own() -> None:
    sentence = "The miller, who was old, sold flour, bread, salt and beer to the whole village."
    text = Text("x", "train", tuple((sentence, sentence) for _ in range(60)))
    [made] = laid_out([text], 1)
    assert [paragraph for paragraph in made.paragraphs if len(paragraph) == 2] == list(text.paragraphs)
    added = [paragraph[0] for paragraph in made.paragraphs if len(paragraph) == 1]
    assert len(added) > 20
    assert all(line and not line.endswith(".") for line in added)
