"""Glossaries: what is found where, and what a file may look like."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.translation.glossary import Entry, Glossary
from rag.translation.reading import read_glossary
from rag.translation.wording import Wording

ENGLISH = Wording("en")


def found(text: str, *terms: str, language: str = "en", **fields: object) -> list[str]:
    entries = [Entry(term, term.upper(), **fields) for term in terms]  # type: ignore[arg-type]
    matches = Glossary(entries, Wording(language)).find(text)
    return [text[match.start : match.end] for match in matches]


@pytest.mark.parametrize(
    ("language", "text", "term", "expected"),
    [
        ("en", "State-of-the-art encoders.", "state of the art", ["State-of-the-art"]),
        ("en", "The RAGs beat rag and Rag.", "RAG", ["RAGs"]),
        ("en", "It is IT.", "IT", ["IT"]),
        ("en", "KERNELS and Kernel", "kernel", ["KERNELS", "Kernel"]),
        ("en", "machine. Learning", "machine learning", []),
        ("en", "a machine, learning", "machine learning", []),
        ("en", "Systemic sclerosis (SSc) is", "systemic sclerosis (SSc)", ["Systemic sclerosis (SSc"]),
        ("de", "bei der systemischen Sklerodermie", "systemische Sklerodermie", ["systemischen Sklerodermie"]),
        ("de", "in den Häusern", "Haus", ["Häusern"]),
        ("cs", "statických embeddingů", "statické embeddingy", ["statických embeddingů"]),
        ("zh", "后来郝仁走了", "郝仁", ["郝仁"]),
        ("ko", "그 은행은 크다", "은행", ["은행"]),
        ("fr", "l’élève", "e\u0301lève", ["élève"]),
        ("xx", "Foo bar foo", "foo", ["Foo", "foo"]),
    ],
)
def test_a_term_is_found_in_its_forms(language: str, text: str, term: str, expected: list[str]) -> None:
    assert found(text, term, language=language) == expected


def test_the_longest_term_wins_and_none_overlaps() -> None:
    terms = ("learning", "machine learning", "machine learning model")
    assert found("Machine learning models and learning.", *terms) == ["Machine learning models", "learning"]


def test_a_term_as_it_is_written_comes_before_one_that_shares_its_stems() -> None:
    assert found("the universe", "university", "universe") == ["universe"]
    glossary = Glossary([Entry("university", "U"), Entry("universe", "W")], ENGLISH)
    assert [entry.translation for entry in glossary.find("universe")[0].entries] == ["W"]


def test_every_sense_of_a_term_comes_along() -> None:
    senses = [Entry("bank", "Ufer"), Entry("bank", "Bank"), Entry("bank", "Ufer")]
    (match,) = Glossary(senses, ENGLISH).find("by the banks")
    assert [entry.translation for entry in match.entries] == ["Ufer", "Bank"]


def test_case_can_be_asked_for() -> None:
    assert found("March on, march!", "March", case=True) == ["March"]
    assert found("RAG and rag", "RAG", case=False) == ["RAG", "rag"]


WORDS = st.sampled_from(["alpha", "Beta", "GAMMA", "delta", "énorme", "郝仁", "the", "-", ",", "\n", " ", "́"])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_matches_are_in_order_apart_and_hold_their_terms(text: str, terms: list[str]) -> None:
    glossary = Glossary([Entry(term, "x") for term in terms], ENGLISH)
    matches = glossary.find(text)
    places = [(match.start, match.end) for match in matches]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    for match in matches:
        here = ENGLISH.keys(text[match.start : match.end])
        assert {ENGLISH.keys(entry.term) for entry in match.entries} == {here}
        longer = [entry for entry in glossary.entries if len(ENGLISH.keys(entry.term)) > len(here)]
        assert not any((match.start, end) in ENGLISH.places(entry.term, ENGLISH.words(text), text)
                       for entry in longer for _, end in places)  # fmt: skip


TBX = """<?xml version="1.0"?><martif type="TBX"><text><body>
<termEntry id="c1"><descrip type="definition">store of keys</descrip><descrip type="subjectField">IT</descrip>
<langSet xml:lang="en"><tig><term>cache</term></tig></langSet>
<langSet xml:lang="de-DE"><tig><term>Zwischenspeicher</term></tig>
<ntig><termGrp><term>Cachespeicher</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote>
</termGrp></ntig></langSet></termEntry></body></text></martif>"""
FILES = {
    "named.csv": "note,Term,translation\nstore of keys,cache,Zwischenspeicher\n",
    "codes.csv": "de;en-GB;domain\nZwischenspeicher;cache;IT\n",
    "plain.tsv": "cache\tZwischenspeicher\tstore of keys\n\n",
    "lines.jsonl": '{"source": "cache", "target": "Zwischenspeicher", "definition": "store of keys"}\n\n',
    "base.tbx": TBX,
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_read_with_the_place_of_each_entry(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    (entry,) = read_glossary(tmp_path / name, "en", "German")
    assert (entry.term, entry.translation) == ("cache", "Zwischenspeicher")
    assert entry.meaning
    assert FILES[name][entry.start : entry.end] == entry.quote
    assert "cache" in entry.quote
    assert read_glossary(tmp_path, "en", "de") == [entry]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "cache\n", "a.csv:1: expected a term and its translation"),
        ("a.csv", "term,translation\n", "there is no entry"),
        ("a.csv", "term,translation,case\nIT,IT,perhaps\n", "case is yes or no"),
        ("a.jsonl", "{]\n", "a.jsonl:1: not JSON"),
        ("a.jsonl", '{"word": "x"}\n', "a.jsonl:1: expected an object with term and translation"),
        ("a.tbx", "<x", "not TBX"),
        ("a.tbx", "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "not TBX"),
        ("a.xls", "x", "a glossary is .csv"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(name: str, content: str, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=told.replace("(", r"\(")):
        read_glossary(tmp_path / name, "en", "de")
    with pytest.raises(UsageError, match="cannot be read"):
        read_glossary(tmp_path / "none.csv", "en", "de")
