import pytest

from rag.encoders.static import Static
from rag.terms.semrerank import SemReRank

TEXTS = [
    "The protein of the gene. A gene, the mutation and the cell in this way. The number of cases in the year.",
    "The cell and the protein. The mutation of a gene in some cases. The way of the year, the number of the day.",
    "The number in the year. The day and the way of the day. In the cases of this number.",
]
DOMAIN = {"protein", "gene", "mutation", "cell"}


def finder(**settings: object) -> SemReRank:
    return SemReRank.model_validate({"encoder": Static(), "base": "tfidf", "related": 0.3, **settings})


def test_related_words_rise_above_frequent_ones() -> None:
    def precision(found: SemReRank) -> int:
        return len(DOMAIN & {term.text for term in found.find(TEXTS)[:4]})

    assert precision(finder(seed_terms=("gene", "protein"))) > precision(finder(rerank=False))


def test_scores_lie_between_the_base_and_twice_the_base() -> None:
    found = finder().find(TEXTS)
    assert all(term.base <= term.score <= 2 * term.base for term in found)
    assert all(0 <= term.importance <= 1 for term in found) and max(term.base for term in found) == 1
    assert max(term.importance for term in found) == pytest.approx(1)


def test_where_no_words_are_related_the_order_is_the_bases() -> None:
    alone = [(term.text, term.score) for term in finder(rerank=False).find(TEXTS)]
    assert [(term.text, term.score) for term in finder(related=1.0).find(TEXTS)] == alone


def test_occurrences_and_documents_are_counted() -> None:
    (term,) = [term for term in finder().find(TEXTS) if term.text == "number"]
    assert (term.frequency, term.documents) == (4, 3)


def test_one_short_text_will_do() -> None:
    found = finder(min_frequency=1, base="combined").find(["Who renews a kerberos ticket?"])
    assert "kerberos ticket" in [term.text for term in found]


def test_nothing_in_nothing() -> None:
    assert finder().find([]) == finder().find(["the of"]) == []


def test_at_most_as_many_as_asked() -> None:
    assert len(finder(limit=3).find(TEXTS)) == 3
