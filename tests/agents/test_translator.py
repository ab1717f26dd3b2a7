"""CRAT's four agents, by a scripted model over a real socket and without one."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from pydantic import ValidationError

from rag.agents.translator import Translator
from rag.errors import ModelError, UsageError
from rag.evaluation.terminology import term_consistency, term_hit_rate
from rag.index import Index, Lexical
from rag.llms.openai import OpenAI
from rag.pipeline import Pipeline
from rag.retrievers.bm25 import BM25
from rag.schema import Turn
from rag.spending.limits import Limits
from rag.steps.act import Act
from rag.translation.wording import Wording

RIVER = "He sat on the bank of the river. Water flowed past the bank."
GLOSSARY = (
    "term,translation,note\n"
    "bank,Bank,institution that keeps and lends money\n"
    "bank,Ufer,sloping land beside a river or lake\n"
)


@pytest.fixture
def glossary(tmp_path: Path) -> str:
    (tmp_path / "terms.csv").write_text(GLOSSARY)
    return str(tmp_path / "terms.csv")


def script(endpoint: Any, *said: str) -> None:
    endpoint.will(*(endpoint.completion(text) for text in said))


def ran(text: str, **fields: Any) -> Turn:
    turn: Turn = Translator(**fields).act(Turn(text))
    return turn


def told(endpoint: Any) -> list[str]:
    """The last message of each request."""
    return [request["messages"][-1]["content"] for request in endpoint.requests]


def chosen(turn: Turn) -> dict[str, str | None]:
    return {one["term"]: one["translation"] for one in turn.notes["graph"]}


@pytest.mark.parametrize("detect", ["auto", "counts", "none"])
def test_a_text_without_terms_takes_exactly_one_call(detect: str, endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "Wie geht es dir heute?")
    turn = ran("How are you today?", llm=llm, detect=detect)
    assert turn.answer is not None
    assert (turn.answer.text, turn.usage.llm_calls) == ("Wie geht es dir heute?", 1)
    assert turn.notes["calls"] == {"translate": 1}
    assert "Translate these terms" not in endpoint.requests[0]["messages"][0]["content"]


def test_terms_that_the_model_denies_leave_a_plain_translation(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "NONE", "Sklerodermie ist selten.")
    turn = ran("Scleroderma is rare.", llm=llm)
    assert turn.notes["calls"] == {"detect": 1, "translate": 1}


def test_all_four_agents_at_work(endpoint: Any, llm: OpenAI, glossary: str) -> None:
    script(
        endpoint,
        "scleroderma",  # detect
        "scleroderma | Sklerodermie | disease of the skin",  # know
        "1: no | He sat on the building where money is kept.\n2: yes | He sat at the edge of the river.",  # judge: bank
        "1: yes | Scleroderma is rare.",  # judge: scleroderma
        "Er saß am Ufer. Sklerodermie ist selten.",
    )
    turn = ran("He sat on the bank. Scleroderma is rare.", llm=llm, glossary=glossary)
    assert turn.answer is not None
    assert turn.answer.text == "Er saß am Ufer. Sklerodermie ist selten."
    assert chosen(turn) == {"bank": "Ufer", "Scleroderma": "Sklerodermie"}
    assert turn.notes["calls"] == {"detect": 1, "know": 1, "judge": 2, "translate": 1}
    assert turn.usage.llm_calls == 5
    assert "problems" not in turn.notes
    system = endpoint.requests[-1]["messages"][0]["content"]
    assert "- bank -> Ufer" in system
    assert "- Scleroderma -> Sklerodermie" in system
    bank = turn.notes["graph"][0]
    assert [(one["translation"], one["kept"]) for one in bank["verdicts"]] == [("Bank", False), ("Ufer", True)]
    fact = next(one for one in bank["facts"] if one["kind"] == "glossary")
    assert GLOSSARY[fact["start"] : fact["end"]] == fact["quote"]


@pytest.mark.parametrize(
    ("off", "calls"),
    [
        ({"detect": "none"}, {"judge": 1, "translate": 1}),
        ({"detect": "counts", "graph": False}, {"judge": 1, "translate": 1}),
        ({"detect": "none", "judge": "none"}, {"translate": 1, "repair": 1}),
        ({"detect": "none", "judge": "encoder"}, {"translate": 1}),
        ({"detect": "none", "translate": False}, {"judge": 1}),
    ],
)
def test_each_agent_can_be_turned_off(
    off: dict[str, Any], calls: dict[str, int], endpoint: Any, llm: OpenAI, glossary: str
) -> None:
    script(
        endpoint, *(["1: no | x\n2: yes | y"] if "judge" in calls else []), "Er saß am Ufer.", "Er saß auf der Bank."
    )
    assert ran("He sat on the bank.", llm=llm, glossary=glossary, **off).notes["calls"] == calls


def test_another_translation_is_asked_for_where_none_holds(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "1: no | money", "Ufer | edge of a river", "1: yes | edge", "Er saß am Ufer.")
    turn = ran("He sat on the bank.", llm=llm, terms={"bank": "Bank"}, detect="none")
    assert chosen(turn) == {"bank": "Ufer"}
    assert turn.notes["calls"] == {"judge": 2, "reflect": 1, "translate": 1}
    assert "- Bank" in told(endpoint)[1]


def test_reflection_is_bounded_and_a_refused_term_is_dropped(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "1: no | money", "Bank", "Er saß dort.")
    turn = ran("He sat on the bank.", llm=llm, terms={"bank": "Bank"}, detect="none", reflections=5)
    assert chosen(turn) == {"bank": None}
    assert turn.notes["calls"] == {"judge": 1, "reflect": 1, "translate": 1}
    assert "bank ->" not in endpoint.requests[-1]["messages"][0]["content"]


def test_a_trusted_glossary_is_not_judged_where_it_has_one_translation(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "Er saß am Ufer.")
    turn = ran("He sat on the bank.", llm=llm, terms={"bank": "Ufer"}, detect="none", trusted=True)
    assert turn.usage.llm_calls == 1


def test_a_long_text_is_translated_in_portions_with_the_same_terms(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "Das Ufer ist nass.", "Das Ufer ist alt.")
    text = "The bank is wet.\n\n```\nbank = 1\n```\n\nThe bank is old."
    turn = ran(text, llm=llm, terms={"bank": "Ufer"}, detect="none", judge="none", portion=20)
    assert turn.answer is not None
    assert turn.answer.text == "Das Ufer ist nass.\n\n```\nbank = 1\n```\n\nDas Ufer ist alt."
    systems = [request["messages"][0]["content"] for request in endpoint.requests]
    assert all("- bank -> Ufer" in system for system in systems)
    assert "Das Ufer ist nass." in systems[1]
    assert not any("bank = 1" in content for content in told(endpoint))


def test_a_wrong_translation_is_put_right_once(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "Er saß auf der Bank 5.", "Er saß am Ufer 7.")
    turn = ran("He sat on the bank 7.", llm=llm, terms={"bank": "Ufer"}, detect="none", judge="none")
    assert turn.answer is not None
    assert (turn.answer.text, turn.notes["repaired"]) == ("Er saß am Ufer 7.", 1)
    assert turn.notes["calls"] == {"translate": 1, "repair": 1}
    assert 'must be translated as "Ufer"' in told(endpoint)[1]
    assert "the number 7" in told(endpoint)[1]


@pytest.mark.parametrize("worse", ["Er saß auf der Bank.", "", "Die Bank 7 und `x`."])
def test_a_repair_that_costs_a_term_is_not_taken(worse: str, endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "Er saß am Ufer.", worse)
    turn = ran("He sat on the bank 7.", llm=llm, terms={"bank": "Ufer"}, detect="none", judge="none")
    assert turn.answer is not None
    assert turn.answer.text == "Er saß am Ufer."
    assert turn.notes["problems"] == ["character 0: the number 7 is missing"]


SAID = ("Ufer 7, Ufer.", "Ufer 7, Bank.", "Ufer, Ufer.", "Bank 7, es.", "Ufer 7, es.", "Ufer, Bank 7, Ufer.", "")


@pytest.mark.parametrize("first", SAID[:-1])
@pytest.mark.parametrize("second", SAID)
def test_no_repair_lets_consistency_fall(first: str, second: str, endpoint: Any, llm: OpenAI, glossary: str) -> None:
    script(endpoint, first, second)
    text = "A bank 7, a bank."
    turn = ran(text, llm=llm, terms={"bank": "Ufer"}, glossary=glossary, detect="none", judge="none")
    assert turn.answer is not None
    sides = (Wording("en"), Wording("de"))
    accepted = {"bank": ("Ufer", "Bank")}
    assert term_consistency(text, turn.answer.text, accepted, sides) >= term_consistency(text, first, accepted, sides)
    assert term_hit_rate(turn.answer.text, {"bank": ("Ufer",)}, sides[1]) >= term_hit_rate(
        first, {"bank": ("Ufer",)}, sides[1]
    )


def test_calls_that_the_translation_needs_are_kept(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "Sklerodermie ist selten.")
    pipeline = Pipeline([Act(agent=Translator(llm=llm))], limits=Limits(llm_calls=1))
    answer = pipeline.invoke("Scleroderma is rare.")
    assert answer.text == "Sklerodermie ist selten."
    assert answer.usage.llm_calls == 1
    (failed, *_) = answer.trace[-1].detail["fallback"]
    assert failed == "detect: llm_calls: 0 of 1 were made, 1 kept for the translation"


def test_a_translation_that_limits_end_says_where(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "Eins ist nass.")
    agent = Translator(llm=llm, detect="none", portion=15)
    answer = Pipeline([Act(agent=agent)], limits=Limits(llm_calls=1)).invoke("One is wet. Two is dry.")
    assert answer.text.startswith("Eins ist nass.\n\n[Not translated from here on: llm_calls: 1 of 1 were made")
    assert answer.trace[-1].detail["reached"] == len("One is wet. ")
    none = Pipeline([Act(agent=agent)], limits=Limits(llm_calls=0)).invoke("One is wet.")
    assert none.abstained
    assert none.text.startswith("Nothing was translated: llm_calls: 0 of 0")


def test_a_model_judges_no_more_than_so_many_terms(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "1: yes", "Ufer, Kern.")
    turn = ran("A bank, a kernel.", llm=llm, terms={"bank": "Ufer", "kernel": "Kern"}, detect="none", max_terms=1)
    assert turn.notes["calls"] == {"judge": 1, "translate": 1}
    assert chosen(turn) == {"bank": "Ufer", "kernel": "Kern"}


def test_without_a_model_it_gives_the_terms_and_says_so(glossary: str) -> None:
    turn = ran(RIVER, glossary=glossary)
    assert turn.answer is not None
    assert turn.answer.abstained
    assert turn.answer.text.startswith("Nothing was translated: no translator is configured")
    assert "- bank -> Ufer (glossary; fits the passage; not: Bank) [1]" in turn.answer.text
    (citation,) = turn.answer.citations
    assert GLOSSARY[citation.start : citation.end] == citation.quote
    assert (turn.usage.llm_calls, chosen(turn)["bank"]) == (0, "Ufer")
    own = ran("A bank.", terms={"bank": "Ufer"}).answer
    assert own is not None
    assert "- bank -> Ufer (glossary)" in own.text
    assert own.citations == ()
    assert ran("How are you?").answer.text.endswith("No terms were found in the text.")  # type: ignore[union-attr]


def test_the_index_knows_translations(tmp_path: Path) -> None:
    index = Index(path=str(tmp_path / "index"))
    words = Document("Words\nscleroderma = Sklerodermie", metadata={"source": "words.md"})
    index.add_documents([words], [Lexical()])
    turn = ran("Scleroderma is rare.", retrieve=BM25(index=index))
    assert chosen(turn) == {"Scleroderma": "Sklerodermie"}
    assert [passage.metadata["source"] for passage in turn.passages] == ["words.md"]
    (citation,) = turn.answer.citations  # type: ignore[union-attr]
    assert citation.quote == words.page_content[citation.start : citation.end] == "scleroderma = Sklerodermie"
    longer = ran("It may cause scleroderma.", retrieve=BM25(index=index))
    assert chosen(longer)["scleroderma"] == "Sklerodermie"
    empty = ran("Scleroderma is rare.", retrieve=BM25(index=Index(path=str(tmp_path / "none"))))
    assert chosen(empty) == {"Scleroderma": None}


def test_a_model_that_fails_is_an_error_and_helpers_that_fail_are_not(endpoint: Any, llm: OpenAI) -> None:
    endpoint.will(
        endpoint.send(500, {"error": {"message": "no memory"}}),  # detect
        endpoint.send(500, {"error": {"message": "no memory"}}),  # know
        endpoint.completion("Sklerodermie ist selten."),
    )
    turn = ran("Scleroderma is rare.", llm=llm)
    assert turn.answer is not None
    assert turn.answer.text == "Sklerodermie ist selten."
    assert any("no memory" in failure for failure in turn.notes["fallback"])
    endpoint.will(endpoint.send(500, {"error": {"message": "no memory"}}))
    with pytest.raises(ModelError, match="the translator failed: .*no memory"):
        ran("How are you?", llm=llm)


def test_it_streams_as_a_whole_and_asynchronously(endpoint: Any, llm: OpenAI) -> None:
    step = Act(agent=Translator(llm=llm))
    script(endpoint, "Hallo.", "Hallo.")
    turn = step.invoke(Turn("Hello."))
    later = asyncio.run(step.ainvoke(Turn("Hello.")))
    assert (later.answer, later.notes) == (turn.answer, turn.notes)


def test_sentences_alone_for_a_translation_model(endpoint: Any, llm: OpenAI) -> None:
    script(endpoint, "Die Bank ist nass.", "Das Ufer ist nass.", "Es regnet.")
    turn = ran(
        "The bank is wet.\n\nIt rains.",
        translator=llm,
        terms={"bank": "Ufer"},
        detect="none",
        prompted="text",
        prefix="en de: ",
    )
    assert told(endpoint) == ["en de: The bank is wet.", "en de: The Ufer is wet.", "en de: It rains."]
    assert turn.answer is not None
    assert turn.answer.text == "Das Ufer ist nass.\n\nEs regnet."


def test_what_it_cannot_work_with_is_refused() -> None:
    with pytest.raises(ValidationError, match="are both 'German'"):
        Translator(source_language="German", target_language="de")
    with pytest.raises(ValidationError, match="judge: llm needs a chat model"):
        Translator(judge="llm")
    with pytest.raises(UsageError, match="cannot be read"):
        ran("Hello", glossary="nowhere.csv")
