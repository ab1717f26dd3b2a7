import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.config import Configuration
from rag.evaluation import evaluate, read_dataset
from rag.evaluation.span_run import evaluate_spans
from rag.evaluation.synthesis import Settings, synthesize
from rag.evaluation.synthesis.askable import Sentence, askable
from rag.evaluation.synthesis.cloze import cloze
from rag.evaluation.synthesis.headings import headings
from rag.evaluation.synthesis.language import language_of
from rag.evaluation.synthesis.patterns import patterns
from rag.evaluation.synthesis.vocabulary import Vocabulary
from rag.evaluation.synthesis.windows import Window

WORDS = Vocabulary.of(
    [
        "The printer is on the second floor, and meals are paid. Receipts for meals are kept.",
        "In spring the company moves, some receipts and phones are lost, and the old passwords are changed.",
        "The passwords of shared accounts are changed, as Marie Curie knew.",
        "A visit to Larkspur is long.",
    ]
)


def sentence(text: str, language: str = "en") -> Sentence:
    return Sentence(0, len(text), text, language)


@pytest.mark.parametrize(
    ("text", "method", "question", "answer"),
    [
        (
            "Travel abroad is approved by the head of department.",
            "agent",
            "By whom or what is Travel abroad approved?",
            "the head of department",
        ),
        (
            "Receipts for meals must be signed by the team lead or the office manager.",
            "agent",
            "By whom or what must receipts for meals be signed?",
            "the team lead or the office manager",
        ),
        (
            "The Tower Bridge was built in 1894, and opened to traffic later.",
            "date",
            "When was the Tower Bridge built?",
            "1894",
        ),
        (
            "Receipts for meals are kept for seven years in the archive.",
            "duration",
            "For how long are receipts for meals kept?",
            "seven years",
        ),
        (
            "Phones of visitors are replaced within two working days.",
            "duration",
            "Within what time are phones of visitors replaced?",
            "two working days",
        ),
        ("Parental Leave lasts 14 weeks.", "duration", "How long does Parental Leave last?", "14 weeks"),
        ("A Larkspur badge costs 12 EUR.", "price", "How much does a Larkspur badge cost?", "12 EUR"),
        (
            "The Larkspur archive is located in the basement of the old building, and it is dry.",
            "place",
            "Where is the Larkspur archive located?",
            "in the basement of the old building",
        ),
        (
            "Marie Curie was a physicist who discovered polonium.",
            "definition",
            "Who was Marie Curie?",
            "a physicist who discovered polonium",
        ),
        (
            "The Larkspur L4 is a laser module for spectrometers.",
            "definition",
            "What is the Larkspur L4?",
            "a laser module for spectrometers",
        ),
        (
            "Questions go to the International Space Station (ISS) by radio.",
            "abbreviation",
            "What does ISS stand for?",
            "International Space Station",
        ),
    ],
)
def test_what_a_form_says_can_be_asked(text: str, method: str, question: str, answer: str) -> None:
    found = patterns(sentence(text), WORDS)
    assert found[0] == (method, question, answer)
    assert answer in text


@pytest.mark.parametrize(
    "text",
    [
        "The company is owned by a family from Jutland.",  # which company?
        "A bridge was built in 1894 by the town of Larkspur.",  # one of many
        "The old passwords of shared accounts were changed by using a tool.",  # how, not by whom
        "Sales of the old printers fell and costs were raised by 5 percent.",
        "It was approved by the head of department of Larkspur.",
        "If travel abroad is approved by the head, book it at the desk.",
        "The printer on the second floor is a lot of fun for everybody.",
        "The Federation of Old Dogs (FBI) is not what it seems to be.",
    ],
)
def test_what_is_not_sure_is_not_asked(text: str) -> None:
    assert patterns(sentence(text), WORDS) == []


def test_other_languages_have_no_wh_questions() -> None:
    assert patterns(sentence("Marie Curie was a physicist who discovered polonium.", "de"), WORDS) == []


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ("Meals abroad are paid up to 165 EUR a day.", "Meals abroad are paid up to ____ a day?", "165 EUR"),
        (
            "On August 5, 2020 the second printer was moved to Larkspur.",
            "On ____ the second printer was moved to Larkspur?",
            "August 5, 2020",
        ),
        (
            "The keys of the archive are kept by Idris Vahl in a safe.",
            "The keys of the archive are kept by ____ in a safe?",
            "Idris Vahl",
        ),
        ("Die Spesen werden bis zum 15. März in Kopenhagen ausgezahlt.", None, "Kopenhagen"),
    ],
)
def test_what_matters_most_becomes_a_blank(text: str, question: str | None, answer: str) -> None:
    found = cloze(sentence(text), WORDS)
    assert found is not None
    assert found[0].count("____") == 1
    assert found[0].replace("____", found[1]).rstrip("?") == text.rstrip(".")
    if question is not None:
        assert found == (question, answer)


@pytest.mark.parametrize(
    "text",
    [
        "Call the assistance line, +45 5555 0199, at any hour of the day.",  # a part of a number
        "Somebody moved the old thing over to some other place.",  # nothing to ask for
        "Larkspur is not the same as the other Larkspur in the north.",  # the answer stands beside the blank
    ],
)
def test_a_blank_that_says_nothing_is_not_made(text: str) -> None:
    assert cloze(sentence(text), WORDS) is None


WINDOW = """\
# Travel

Trips abroad are approved by the head of department. It is paid by the company in the end. This was decided last year
by everybody. Country | Limit | Note. See page 12 for the rules of every country. We pay what you spend on your trips.
However, the head of department may say no to any trip. Is rail preferred to air for shorter trips abroad?

Rail is preferred
to air for trips of less than five hours.
"""


def test_only_sentences_that_stand_alone_are_taken_with_their_place() -> None:
    found = list(askable(Window("a.md", 50, 50 + len(WINDOW), WINDOW, 100)))
    assert [one.text for one in found] == [
        "Trips abroad are approved by the head of department.",
        "Rail is preferred to air for trips of less than five hours.",
    ]
    for one in found:
        assert " ".join(WINDOW[one.start - 50 : one.end - 50].split()) == one.text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The rules of the house are the same for all of us and for the guests.", "en"),
        ("Die Regeln des Hauses gelten für alle und auch für die Gäste, wenn sie da sind.", "de"),
        ("Les règles de la maison sont les mêmes pour tous et pour les invités.", "fr"),
        ("Правила дома одни и те же для всех и для гостей, как это было и до нас.", "ru"),
        ("東京都の天気は晴れです。", ""),
        ("", ""),
    ],
)
def test_languages_are_told_by_their_small_words(text: str, code: str) -> None:
    assert language_of(text) == code


BODY = "Trips abroad are approved by the head of department of the house. " * 4


def test_headings_become_questions_about_their_sections() -> None:
    parts = [
        ("# Travel policy", 1),
        ("## 2.1 Trips abroad", 2),
        ("## Introduction", 2),
        ("## Who may fly?", 2),
        ("## Rail", 2),
    ]
    text, found = "", []
    for title, level in parts:
        found.append((len(text), level, title.lstrip("# ")))
        text += f"{title}\n\n{BODY if title != '## Rail' else 'Too short.'}\n\n"
    document = Document(text, metadata={"source": "a.md", "title": "Travel policy", "headings": found})
    drafts = list(headings(document))
    assert [draft.question for draft in drafts] == [
        'What is said about "Travel policy"?',
        'What is said about "Trips abroad" in "Travel policy"?',
        "Who may fly?",
    ]
    assert all(text[slice(*draft.spans[0])] == BODY.strip() and draft.answer is None for draft in drafts)


def test_the_same_seed_makes_the_same_questions_and_another_one_others(handbook: Path, rules: Configuration) -> None:
    def texts(out: str, seed: int) -> list[str]:
        settings = Settings(questions=3, seed=seed, window_tokens=64)
        return [question.text for question in synthesize(rules, ["handbook"], out, settings).questions]

    first = texts("a", 0)
    assert len(first) == 3
    assert texts("b", 0) == first
    assert texts("a", 0) == first  # a second run into the same folder
    assert (Path("a") / "queries.jsonl").read_bytes() == (Path("b") / "queries.jsonl").read_bytes()
    assert any(texts(f"c{seed}", seed) != first for seed in (1, 2, 3))


def test_all_of_a_handbook(handbook: Path, rules: Configuration) -> None:
    made = synthesize(rules, ["handbook"], "questions", Settings(questions=100, window_tokens=64, relevance=0.2))
    assert len(made.questions) < 100
    kinds = Counter(question.method for question in made.questions)
    assert kinds["cloze"] >= 4 and kinds["agent"] >= 1 and kinds["heading"] >= 1 and "llm" not in kinds
    assert made.usage.llm_calls == 0
    texts = {row["_id"]: row["text"] for row in rows("corpus.jsonl")}
    for row in rows("queries.jsonl"):
        [reference] = row["references"]
        assert texts[reference["source"]][reference["start"] : reference["end"]] == reference["quote"]
        for answer in row.get("answers", []):
            assert answer in " ".join(reference["quote"].split())
            assert answer not in row["text"]
    data = read_dataset("questions")
    result = evaluate(rules, data, folder=Path("run"), indexes=Path("eval"))
    assert result.metrics["recall@10"].mean == 1.0
    [cell] = evaluate_spans(rules, data, top_ks=[20], indexes=Path("eval"))
    assert cell.mean["recall"] > 0.99  # white space between passages belongs to none


def rows(name: str) -> list[dict[str, Any]]:
    text = (Path("questions") / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
