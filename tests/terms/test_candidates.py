from rag.terms.candidates import candidates

TEXT = (
    "Machine translation improves. We improve the machine translation of long sentences. The sentence is translated. "
    "To improve results, machine translation needs data."
)


def texts_of(*texts: str, min_frequency: int = 2, max_words: int = 4) -> set[str]:
    found = candidates(texts, min_frequency=min_frequency, max_words=max_words)
    return {phrase.text for phrase in found.phrases.values()}


def test_words_between_stop_words_that_recur() -> None:
    assert texts_of(TEXT) == {"machine translation", "translation", "sentence"}


def test_a_verb_ends_a_phrase_whatever_its_ending() -> None:
    assert not any("improv" in text for text in texts_of(TEXT, min_frequency=1))


def test_what_stands_only_in_a_longer_phrase_is_left_out() -> None:
    text = "The carotid artery. A carotid artery, or the carotid artery. The artery."
    assert texts_of(text) == {"carotid artery", "artery"}


def test_numbers_stand_inside_phrases_only() -> None:
    text = "Type 2 diabetes in 12 cases. The type 2 diabetes of 12 cases."
    assert texts_of(text) == {"type 2 diabetes", "cases"}


def test_punctuation_and_empty_lines_keep_words_apart() -> None:
    assert "alpha beta" not in texts_of("the alpha, beta. the alpha\n\nbeta", min_frequency=1)
    assert "alpha beta" in texts_of("the alpha\nbeta", min_frequency=1)


def test_forms_are_counted_together_and_the_commonest_is_shown() -> None:
    found = candidates(["The networks and the networks of a network", "A network."])
    (phrase,) = found.phrases.values()
    assert (phrase.text, phrase.frequency) == ("network", 4)
    assert [dict(document) for document in found.documents] == [{phrase.key: 3}, {phrase.key: 1}]


def test_no_phrase_is_longer_than_asked() -> None:
    assert "neural machine translation" in texts_of("the neural machine translation", min_frequency=1)
    assert texts_of("the neural machine translation", min_frequency=1, max_words=2) == {"machine translation"}


def test_names_may_begin_with_any_word() -> None:
    assert "New York" in texts_of("We met in New York.", min_frequency=1)
    assert "new ideas" not in texts_of("We met with new ideas.", min_frequency=1)


def test_nothing_in_nothing() -> None:
    assert texts_of("", "  ", "the of and") == set()
