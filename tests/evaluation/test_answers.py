import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.answers import containment, exact_match, f1, normalize, plain, rouge_l, score
from rag.evaluation.equivalence import equivalence

WORDS = st.lists(
    st.sampled_from(
        ["the", "a", "Paris", "paris,", "12", "twelve", "not", "of", "Light", "scattering", "an", "e-mail", "U.S."]
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Cat's  pyjamas!", "cats pyjamas"),
        ("a U.S. theatre, an apple", "us theatre apple"),
        ("anthem", "anthem"),
        ("e-mail", "email"),
        ("The", ""),
        ("“Yes”", "“yes”"),  # only ASCII punctuation goes
        ("Füße\tund\nHände", "füße und hände"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalize(text) == normal


def test_f1_counts_words_as_a_bag() -> None:
    assert f1("new york new york", "new york") == pytest.approx(2 * 0.5 * 1 / 1.5)
    assert f1("the", "an") == 1.0  # both are empty
    assert f1("the", "Paris") == 0.0


def test_containment_is_of_whole_words_and_never_of_nothing() -> None:
    assert containment("He was born in New York, in 1902.", "new york") == 1
    assert containment("a Yorkshire terrier", "york") == 0
    assert containment("anything", "The") == 0


def test_rouge_l_is_the_longest_common_subsequence() -> None:
    assert rouge_l("police killed the gunman", "police kill the gunman") == pytest.approx(0.75)
    assert rouge_l("the gunman kill police", "police kill the gunman") == pytest.approx(0.5)


def test_citation_marks_are_no_words() -> None:
    assert plain("It is 165 EUR [1], or less [2, 3].") == "It is 165 EUR, or less."


def test_any_alias_is_right() -> None:
    found = score("who", "Lady Gaga [1]", ["Stefani Germanotta", "Lady Gaga"], abstained=False)
    assert found["exact_match"] == found["f1"] == 1.0


def test_silence_is_right_where_there_is_no_answer_and_wrong_where_there_is() -> None:
    assert set(score("q", "I do not know.", [], abstained=True).values()) == {1.0}
    assert set(score("q", "Paris", [], abstained=False).values()) == {0.0}
    assert set(score("q", "I do not know.", ["Paris"], abstained=True).values()) == {0.0}


@pytest.mark.parametrize(
    ("question", "answers", "candidate", "same"),
    [
        (
            "who got the first nobel prize in physics",
            ["Wilhelm Conrad Röntgen"],
            "It was Wilhelm Röntgen in 1901.",
            True,
        ),
        ("what is the capital of france", ["Lutetia", "Paris"], "The capital of France is Paris.", True),
        ("what is the capital of france", ["Paris"], "The capital of France is London.", False),
        ("how many people lived there", ["1,200 people"], "1,300 people", False),
        ("Wie viele Glocken hat der Turm?", ["zwölf Glocken"], "Der Turm hat zwölf davon.", True),
        ("Wie heißt die Stadt am Fluss?", ["Düren"], "Die Stadt heißt Jülich.", False),
    ],
)
def test_equivalence(question: str, answers: list[str], candidate: str, same: bool) -> None:
    assert equivalence(question, answers, candidate) == float(same)


@given(WORDS, WORDS, WORDS)
def test_measures_lie_between_0_and_1_are_1_for_the_same_and_more_aliases_never_lower_them(
    a: list[str], b: list[str], c: list[str]
) -> None:
    said, one, other = " ".join(a), " ".join(b) or "x", " ".join(c) or "y"
    few, many = (score("which", said, answers, abstained=False) for answers in ([one], [one, other]))
    for name, value in few.items():
        assert 0 <= value <= many[name] <= 1
    if normalize(one):
        assert exact_match(one, one) == f1(one, one) == containment(one, one) == equivalence("which", [one], one) == 1


def test_characters_are_words_where_no_space_parts_them() -> None:
    assert normalize("“他出生于1990年，在北京。”") == "他 出 生 于 1990 年 在 北 京"
    assert containment("他出生于1990年，在北京。", "1990年") == 1
    assert containment("他出生于1990年，在北京。", "东京") == 0
    assert f1("在北京", "北京") == pytest.approx(0.8)
    assert rouge_l("在北京", "北京") == pytest.approx(0.8)
    assert containment("生地は冷蔵庫で一晩寝かせます。", "一晩") == 1
    assert normalize("Über den Fluß – «nein»") == "über den fluß – «nein»"  # spaced scripts are as they were
