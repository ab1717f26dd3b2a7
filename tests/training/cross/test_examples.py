"""The split: no document on both sides, the same for the same names."""

from rag.training.cross.examples import Asked, Judged, Stated, document_of, split


def question(number: int, document: str, source: str = "set", beside: str | None = None) -> Asked:
    passages = [Judged(f"text of {document}", document, relevant=True)]
    if beside:
        passages.append(Judged(f"text of {beside}", beside, relevant=False))
    return Asked(f"question {number}?", tuple(passages), source, document)


EXAMPLES = [question(n, f"document {n % 40}", beside=f"document {(n + 1) % 40}") for n in range(120)]


def test_no_document_is_on_both_sides() -> None:
    trained, held = split(EXAMPLES)
    assert held
    away = {example.key for example in held}
    assert not away & {example.key for example in trained}
    shown = {passage.document for example in trained if isinstance(example, Asked) for passage in example.passages}
    assert not away & shown


def test_the_split_of_a_file_does_not_depend_on_its_order() -> None:
    trained, held = split(EXAMPLES)
    again, held_again = split(EXAMPLES[::-1])
    assert set(trained) == set(again)
    assert set(held) == set(held_again)


def test_a_test_set_is_held_out_as_a_whole_and_takes_its_documents_along() -> None:
    tests = [Stated("support", (f"claim {n}", "passage"), 1.0, "judged", f"document {n}") for n in range(5)]
    trained, held = split([*EXAMPLES, *tests], {"judged"})
    assert set(tests) <= set(held)
    assert not {example.key for example in tests} & {example.key for example in trained}


def test_titles_are_spelt_in_many_ways() -> None:
    assert document_of("Saint_Heribert ") == document_of("saint heribert")
