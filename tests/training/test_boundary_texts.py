"""Documents to parts and examples of `boundary`."""

from rag.training.boundary_texts import Data, batched, cut, epoch, marked, place, prose, row

PARAGRAPHS = [["The bridge still stands.", "Who drew the plans?"], ["Nobody knows!"]]


def data() -> Data:
    return Data({"train": [], "dev": []}, {}, {})


def test_a_paragraphs_last_sentence_ends_with_a_newline() -> None:
    found = data()
    place(found, "mine/train", PARAGRAPHS)
    assert found.gold["train"] == [["The bridge still stands.", "Who drew the plans?\n", "Nobody knows!\n"]]
    made = marked(found.gold["train"][0], "clean", "\n\n")
    assert made.text == "The bridge still stands. Who drew the plans?\n\nNobody knows!"
    assert [made.text[:end][-1] for end in made.ends] == [".", "?", "!"]


def test_what_may_only_be_measured_on_and_tests_are_not_learnt_from() -> None:
    found = data()
    for name in ("sentences_ud/gum_train", "sentences_ud/ewt_test", "sentences_ud/ewt_dev"):
        place(found, name, PARAGRAPHS)
    assert not found.gold["train"]
    assert set(found.tests) == {"sentences_ud/gum_train", "sentences_ud/ewt_test"}
    assert len(found.gold["dev"]) == 1


def test_prose_is_found_in_every_shape_and_cut_by_rule() -> None:
    text = "One is short. Two is longer. Three is the last."
    for record in (
        {"context": text},
        {"document": f"{text}\n"},
        {"paragraphs": [{"text": text}]},
        {"contexts": [text]},
    ):
        assert list(prose(record)) == [text]
    runs = [run for number in range(20) for run in cut([f"{text} Number {number}."])]
    assert 0 < len(runs) < 20  # some texts are held out by their hash
    assert all(run[-1].endswith(".\n") and len(run) == 4 for run in runs)


def test_an_epoch_is_the_same_whenever_it_is_drawn_and_batches_hold_all_of_it() -> None:
    found = data()
    place(found, "mine/train", PARAGRAPHS)
    found.silver["mine/more"] = [["It rained all day.", "We stayed at home.", "Nobody minded that.\n"]]
    rows = epoch(found, 1, 0)
    assert rows == epoch(found, 1, 0)
    assert rows != epoch(found, 1, 1)
    assert sum(map(len, batched(rows, 3))) == len(rows) == 4
    one = row(marked(["Yes.", "No.\n"], "bare"))
    assert one.ends == [False, True, True, False]
