"""Near-duplicates."""

from collections.abc import Callable

from langchain_core.documents import Document

from rag.compressors.deduplicate import Deduplicate

Cut = Callable[..., Document]


def texts(passages: object) -> list[str]:
    return [passage.page_content for passage in passages]  # type: ignore[attr-defined]


def test_of_equal_texts_the_best_ranked_stays() -> None:
    passages = [
        Document("Trains are booked in second class.", id="a", metadata={"source": "rules.md", "start": 0}),
        Document("Hotels cost at most 120 euros.", id="b", metadata={"source": "rules.md", "start": 80}),
        Document("TRAINS are booked\nin second class", id="c", metadata={"source": "old-rules.md", "start": 7}),
    ]
    assert [p.id for p in Deduplicate().compress_documents(passages, "trains")] == ["a", "b"]
    assert [p.id for p in Deduplicate().compress_documents(passages[::-1], "trains")] == ["c", "b"]


def test_a_passage_whose_words_all_stand_in_a_better_one_goes(cut: Cut) -> None:
    whole = cut("Travel is approved ... director.")
    copy = Document("Travel abroad is approved by the director.", id="copy", metadata={"source": "mail.eml"})
    assert Deduplicate().compress_documents([whole, copy], "") == [whole]
    assert Deduplicate().compress_documents([copy, whole], "") == [copy, whole]


def test_texts_that_differ_in_a_number_are_not_the_same() -> None:
    old, new = (Document(f"The daily allowance for a trip abroad is {n} euros a day.") for n in (50, 60))
    assert Deduplicate(threshold=0.5).compress_documents([old, new], "") == [old, new]
    assert Deduplicate(by="vectors", threshold=0.5).compress_documents([old, new], "") == [old, new]


def test_overlapping_passages_of_one_source_become_one(cut: Cut, handbook: str) -> None:
    later, other = cut("Hotels ... second class."), cut("Travel is approved ... manager.")
    earlier = cut("Travel abroad ... 180 euros.")
    united, kept = Deduplicate().compress_documents([later, other, earlier], "")
    assert kept == other
    assert united.page_content == cut("Travel abroad ... second class.").page_content
    assert handbook[united.metadata["start"] : united.metadata["end"]] == united.page_content
    assert united.id == f"{later.id}:{united.metadata['start']}-{united.metadata['end']}"


def test_a_bridge_unites_both_its_banks(cut: Cut) -> None:
    first, last = cut("Travel is approved ... manager."), cut("In London ... both.")
    united = Deduplicate().compress_documents([last, first, cut("your manager. ... In London")], "")
    assert texts(united) == [cut("Travel is approved ... both.").page_content]


def test_a_passage_inside_another_is_dropped(cut: Cut) -> None:
    outer, inner = cut("Hotels ... both."), cut("In London ... 180 euros.")
    assert Deduplicate().compress_documents([outer, inner], "") == [outer]


def test_by_vectors_other_words_may_say_the_same() -> None:
    passages = [
        Document("The manager approves travel."),
        Document("Travel is approved by the manager."),
        Document("Trains are booked in second class."),
    ]
    assert Deduplicate().compress_documents(passages, "") == passages
    assert Deduplicate(by="vectors", threshold=0.85).compress_documents(passages, "") == [passages[0], passages[2]]


def test_offsets_that_disagree_with_the_text_are_not_trusted() -> None:
    passages = [
        Document("First page.", metadata={"source": "a", "start": 0}),
        Document("Other text.", metadata={"source": "a", "start": 0}),
    ]
    assert Deduplicate().compress_documents(passages, "") == passages
