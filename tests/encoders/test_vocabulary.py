"""What a vocabulary knows of a text."""

import pytest
import tokenizers
from langchain_core.documents import Document
from tokenizers import models, normalizers, pre_tokenizers, trainers

from rag.encoders.minilm import MiniLM
from rag.encoders.static import Static
from rag.encoders.tokenizer import Tokenizer
from rag.encoders.vocabulary import Known, Vocabulary, aside, embedded, of, said
from tests.languages import LEAVE

ENGLISH = [
    ("Who is Mnuchin?", "Steven Mnuchin, a banker from New York, was named secretary of the treasury by him."),
    ("getUserName KeyError", "def get_user_name(users, key):\n    # return the name of the user or raise an error"),
    ("XJ-4821-B torque?", "The bolts of the XJ-4821-B are tightened to 35 Nm, first by hand and then with the wrench."),
    (
        "Does α-synuclein aggregate?",
        "In patients with Parkinson's disease α-synuclein aggregates in the brain; whether it is the cause of the "
        "disease or its result is still an open question of research.",
    ),
    ("EBITDA FY2019", "EBITDA | FY2018 | FY2019\nAcme Corp | 1,204 | 1,377\nGlobex GmbH | 87 | 91"),
    ("GDPR", "Under the GDPR the controller must tell the person which data it holds, and for how long."),
]


@pytest.mark.parametrize(("question", "passage"), ENGLISH)
def test_english_of_any_kind_counts_fully(question: str, passage: str) -> None:
    assert embedded().known(question, [Document(passage)]).weight == 1


@pytest.mark.parametrize("language", [name for name in LEAVE if name != "en"])
def test_other_languages_count_nothing_for_an_english_vocabulary(language: str) -> None:
    known = embedded().known(LEAVE[language], [Document(LEAVE[language])])
    assert known.weight == 0
    assert known.share < 0.45


def test_a_question_in_another_script_is_not_mended_by_english_passages() -> None:
    assert embedded().known("员工有多少天带薪假期？", [Document(LEAVE["en"])] * 5).weight == 0


@pytest.mark.parametrize(
    ("question", "weight"),
    [
        ("员工有多少天带薪假期？", 0),
        ("Πόσες ημέρες άδειας έχει κάθε υπάλληλος;", 0),
        ("Welche Gebäude wurden während der Überschwemmung beschädigt?", 0),
        ("Wer war Goethe?", 1),  # three words: nothing can be told
        ("Who was Mnuchin?", 1),
        ("What is the capital of the country where Guillermo Lasso was born?", 1),
        ("getUserName KeyError", 1),
        ("1990?", 1),
    ],
)
def test_of_a_question_alone_doubt_counts_for_it(question: str, weight: float) -> None:
    assert embedded().alone(question).weight == weight


def test_an_english_question_among_passages_in_other_languages_counts_fully() -> None:
    others = [Document(LEAVE[language]) for language in ("de", "pl", "tr", "zh")]
    assert embedded().known("How many days of paid leave does an employee have?", others).weight == 1


def test_what_has_no_letters_is_known() -> None:
    assert embedded().share(["42 + 7 = 49", ""]) == 1
    assert embedded().known("1990?").weight == 1
    assert embedded().known("What is emphyema?").weight == 1  # nothing was found for it, and one word tells nothing


def test_between_nothing_and_all_the_weight_rises_steadily() -> None:
    weights = [Known(share / 100).weight for share in range(101)]
    assert weights == sorted(weights)
    assert weights[45] == 0
    assert weights[60] == 1
    assert 0 < weights[52] < 1


def trained(texts: list[str], size: int) -> Vocabulary:
    """A vocabulary learnt from some texts, as that of a user's model is."""
    engine = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    engine.normalizer = normalizers.BertNormalizer(strip_accents=False, lowercase=True)
    engine.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    engine.train_from_iterator(texts * 20, trainers.WordPieceTrainer(vocab_size=size, special_tokens=["[UNK]"]))
    return Vocabulary(Tokenizer(engine))


def test_a_vocabulary_of_many_scripts_is_never_punished_for_its_languages() -> None:
    many = trained(list(LEAVE.values()), 1500)
    assert many.of_many_scripts
    assert not embedded().of_many_scripts
    for text in LEAVE.values():
        assert many.known(text, [Document(text)]).weight == 1
    assert many.known("Կարո՞ղ եմ արձակուրդ վերցնել", [Document("Կարո՞ղ եմ արձակուրդ վերցնել")]).weight == 0


def test_a_vocabulary_of_german_knows_german_and_not_english() -> None:
    german = trained([LEAVE["de"]], 400)
    assert german.known(LEAVE["de"], [Document(LEAVE["de"])]).weight == 1
    assert german.known(LEAVE["en"], [Document(LEAVE["en"])]).weight == 0


def test_byte_level_vocabularies_are_read_too() -> None:
    engine = tokenizers.Tokenizer(models.BPE())
    engine.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    engine.train_from_iterator([LEAVE["en"]] * 20, trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet))
    english = Vocabulary(Tokenizer(engine, unknown=None))
    assert english.known(LEAVE["en"], [Document(LEAVE["en"])]).weight == 1
    assert english.known(LEAVE["ko"], [Document(LEAVE["ko"])]).weight == 0
    assert english.known(LEAVE["ru"], [Document(LEAVE["ru"])]).weight == 0


def test_the_same_words_are_counted_the_same_again() -> None:
    fresh = Vocabulary(embedded().tokenizer)
    assert fresh.share([LEAVE["de"]]) == fresh.share([LEAVE["de"]]) == embedded().share([LEAVE["de"]])


def test_what_stood_back_is_noted_beside_what_did_before() -> None:
    (passage,) = aside(aside([Document("x", id="1")], "dense", Known(0.284)), "rerank", Known(0.1))
    assert passage.metadata["aside"] == {"dense": 0.284, "rerank": 0.1}
    assert said(passage.metadata["aside"]) == "dense knows 28% of the words, rerank knows 10% of the words"
    assert of(object()) is None


def test_a_models_own_tokenizer_is_looked_into() -> None:
    found = Vocabulary.of_model(embedded().tokenizer.engine)
    assert found is not None
    assert found.known(LEAVE["en"]).weight == 1
    assert found.known(LEAVE["el"]).weight == 0
    assert Vocabulary.of_model(object()) is None
    assert of(MiniLM()) is of(Static()) is embedded()
