from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from rag.words.analysis import Analyzer, Forms, beginning
from rag.words.related import asked


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The Bakers were baking bread", "baker bake bread"),
        ("Café, naïve, Ångström", "cafe naiv angstrom"),
        ("Ｆｕｌｌ ﬁnance", "full financ"),
        ("COVID-19 on 2024-05-01", "covid 19 2024 05 01"),
        ("getHTTPResponse", "gethttprespons get http respons"),
        ("user_name", "user_name user name"),
        ("Русские книги и книга", "русск книг книг"),
        ("天气很好", "天 气 很 好 天气 气很 很好"),
        ("東京タワー", "東 京 タ ワ ー 東京 京タ タワ ワー"),
        ("한국어", "한 국 어 한국 국어"),
        ("ภาษาไทย", "ภ า ษ า ไท ย ภา าษ ษา าไท ไทย"),
        ("हिन्दी", "हिन्द"),
        ("to be or not to be", "to be or not to be"),
        ("!?", ""),
    ],
)
def test_terms(text: str, terms: str) -> None:
    assert Analyzer().terms(text) == terms.split()


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("parse str to dict in python", "pars string dictionari"),
        ("python", "python"),
        ("def getCfg(dirs):", "def getcfg get configur directori"),
        ("x := b ** 2 != c", "x := b ** 2 != c"),
        ("max_len -= 1", "max_len maximum length -= 1"),
    ],
)
def test_terms_of_code(text: str, terms: str) -> None:
    assert Analyzer(code=True).terms(text) == terms.split()


def test_the_fingerprint_of_texts_is_what_it_was() -> None:
    assert "code" not in Analyzer().fingerprint
    assert Analyzer(code=True).fingerprint == f"{Analyzer().fingerprint} code=True".replace("-1", "-2")


def test_an_index_of_code_keeps_how_words_begin() -> None:
    found = Analyzer(code=True).batch(["def format_rows(format, x1): pass"])
    assert [term for term in found.vocabulary if term[0] == "~"] == ["~forma"]
    assert found.lengths.tolist() == [len(Analyzer(code=True).terms("def format_rows(format, x1): pass"))]
    assert not any(term[0] == "~" for term in Analyzer().batch(["formatting rows"]).vocabulary)
    assert beginning("format") == beginning("formatt") == "~forma"
    assert beginning("form") is beginning("utf_8_sig") is None


OTHERS = ["delet", "drop", "discard", "strip", "clear", "eras", "pop", "unlink", "elimin", "exclud", "clean"]


def forms_of(question: str) -> list[Forms]:
    return [term for term in asked(Analyzer(code=True), question) if not isinstance(term, str)]


def test_questions_about_code_ask_for_other_words_too() -> None:
    assert forms_of("remove") == [(("remov", 0.7), ("~remov", 0.3), *((other, 0.2) for other in OTHERS))]
    remove, delete = forms_of("remove delete delete")
    assert ("delet", 0.2) not in remove
    assert ("remov", 0.2) not in delete
    assert list(asked(Analyzer(code=True), "remove delete delete").values()) == [1, 2]
    assert asked(Analyzer(), "remove") == {"remov": 1}


def test_decomposed_letters_are_the_same() -> None:
    assert Analyzer().terms("cafe\u0301 がく") == Analyzer().terms("café がく")


def test_languages() -> None:
    assert Analyzer(language="de").terms("Die Häuser") == Analyzer(language="de").terms("das Haus") == ["haus"]
    assert Analyzer(language="none").terms("The Bakers") == ["the", "bakers"]


def test_a_word_that_looks_like_a_stop_words_stem_is_none() -> None:
    assert Analyzer().terms("does John Doe") == ["john", "doe"]


def test_a_batch_is_its_texts() -> None:
    texts = ["The bakers bake.", "", "天气 getName", "to be"]
    batch = Analyzer().batch(texts)
    full = Analyzer(stop_words=False)
    for text, low, high in zip(texts, batch.offsets, batch.offsets[1:], strict=False):
        assert [batch.vocabulary[i] for i in batch.ids[low:high]] == full.terms(text)
    assert batch.lengths.tolist() == [2, 0, 6, 0]
    assert {term for term, stopped in zip(batch.vocabulary, batch.stopped, strict=True) if stopped} == {
        "the",
        "to",
        "be",
    }
    assert batch.ids.dtype == np.int32 and batch.offsets.dtype == np.int64


def test_an_empty_batch() -> None:
    batch = Analyzer().batch([])
    assert len(batch.vocabulary) == len(batch.ids) == 0 and batch.offsets.tolist() == [0]


@given(st.lists(st.text(), max_size=4))
def test_any_text_in_any_company(texts: list[str]) -> None:
    batch = Analyzer(stop_words=False).batch(texts)
    for text, low, high in zip(texts, batch.offsets, batch.offsets[1:], strict=False):
        assert [batch.vocabulary[i] for i in batch.ids[low:high]] == Analyzer(stop_words=False).terms(text)


@pytest.mark.parametrize(
    ("question", "passage"),
    [("東京の天気は？", 0), ("面包怎么烤", 1), ("How is bread baked?", 2), ("빵 굽기", 3), ("ขนมปัง", 4)],
)
def test_passages_are_found_in_their_language(question: str, passage: int) -> None:
    passages = [
        "明日の東京は晴れ、天気がよい。",
        "烤面包的方法很简单。",
        "Baking bread takes an hour.",
        "빵을 굽는 방법",
        "วิธีทำขนมปัง",
    ]
    analyzer = Analyzer()
    bm25 = BM25Okapi([analyzer.terms(text) for text in passages])
    assert int(np.argmax(bm25.get_scores(analyzer.terms(question)))) == passage


def test_settings_are_readable_and_hashable() -> None:
    assert Analyzer().fingerprint == "analysis-1 language=auto stop_words=True grams=(1, 2) parts=True"
    assert len({Analyzer(), Analyzer(), Analyzer(language="de")}) == 2
