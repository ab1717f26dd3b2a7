import json
from pathlib import Path
from typing import Any

import pytest

from rag.config import Configuration, load
from rag.errors import ModelError, UsageError
from rag.evaluation import evaluate, read_dataset
from rag.evaluation.span_run import evaluate_spans
from rag.evaluation.synthesis import Settings, Synthesis, synthesize

SMALL = Settings(questions=4, window_tokens=64, relevance=0.2, similarity=0.95)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_quote_stands_at_its_place_and_the_data_set_is_one(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    made = synthesize(configuration, ["handbook"], "questions", SMALL)
    assert len(made.questions) == 4
    assert made.methods == {"llm": 4}
    texts = {row["_id"]: row["text"] for row in rows(Path("questions/corpus.jsonl"))}
    assert set(texts) == {"handbook/travel.md", "handbook/leave.txt", "handbook/security.txt"}
    for row in rows(Path("questions/queries.jsonl")):
        for reference in row["references"]:
            assert texts[reference["source"]][reference["start"] : reference["end"]] == reference["quote"]
        assert row["answers"][0].split()[-1] in row["references"][-1]["quote"]
        assert row["method"] == "llm"
        assert row["scores"]["relevance"] >= 0.2
    assert len({question.source for question in made.questions}) == 3  # spread over the documents

    data = read_dataset("questions")
    assert all(query.answers and query.references and query.relevant for query in data.queries)
    assert evaluate(configuration, data, folder=Path("run"), indexes=Path("eval")).metrics["recall@10"].mean == 1.0
    [cell] = evaluate_spans(configuration, data, top_ks=[10], indexes=Path("eval"))
    assert cell.mean["recall"] == 1.0


def test_the_record_tells_how_it_was_made(handbook: Path, configuration: Configuration, writer: Any) -> None:
    writer.replies = [lambda window: "I would rather not."]
    made = synthesize(configuration, ["handbook"], "questions", SMALL)
    record = json.loads(Path("questions/synthesis.json").read_text())
    assert record["questions"] == 4
    assert record["rejected"] == {"unreadable reply": 1}
    assert record["made_from"]["seed"] == 0
    assert len(record["made_from"]["prompts"]) == 16
    assert record["prompts"]["task"].startswith("You write questions")
    assert "python" in record["versions"]
    assert record["usage"]["llm_calls"] == len(writer.requests) == 5
    assert record["usage"]["cost"] == pytest.approx(5 * (700 * 1.0 + 60 * 2.0) / 1e6)
    assert made.usage.prompt_tokens == 5 * 700


def test_what_is_wrong_is_told_to_the_model_that_tries_again(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    def invented(window: str) -> str:
        return json.dumps(
            {"question": "Who cleans the windows of the office?", "answer": "Ada", "excerpts": ["Ada does"]}
        )

    def pointing(window: str) -> str:
        return json.dumps({"question": "What does the passage say?", "answer": "x", "excerpts": [window[:30]]})

    writer.replies = [invented, pointing]
    made = synthesize(configuration, ["handbook"], "questions", Settings(questions=1, relevance=0.2))
    assert dict(made.rejected) == {"excerpt not found": 1, "points at the text": 1}
    assert len(made.questions) == 1
    assert "could not be used" not in writer.said(0)
    assert "does not stand in the window word for word: 'Ada does'" in writer.said(1)
    assert 'it says "does the passage"' in writer.said(2)


def test_a_second_run_asks_nothing_and_a_larger_one_only_what_is_missing(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    first = synthesize(configuration, ["handbook"], "questions", SMALL)
    asked = len(writer.requests)
    again = synthesize(configuration, ["handbook"], "questions", SMALL)
    assert len(writer.requests) == asked
    assert again.reused == 4
    assert [question.id for question in again.questions] == [question.id for question in first.questions]
    more = synthesize(configuration, ["handbook"], "questions", Settings(6, "auto", 0, 64, 3, 0.2, 0.95))
    assert len(more.questions) == 6
    assert more.questions[:4] == first.questions
    assert len(writer.requests) == asked + 2
    assert more.usage.llm_calls == asked + 2


def test_a_window_that_was_asked_about_is_asked_for_something_else(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    (handbook / "travel.md").unlink()
    (handbook / "security.txt").unlink()
    made = synthesize(configuration, ["handbook"], "questions", Settings(2, "auto", 0, 200, 3, 0.2, 0.95))
    assert made.windows == 1
    assert len({question.text for question in made.questions}) == 2
    assert made.questions[0].text in writer.said(1).split("asked already")[1]


def test_windows_are_asked_about_until_they_give_nothing(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    made = synthesize(configuration, ["handbook"], "questions", Settings(50, "auto", 0, 800, 3, 0.2, 0.95))
    assert made.windows == 3
    assert len(made.questions) >= 9  # four sentences each
    assert not made.spent
    asked = len(writer.requests)
    assert asked == made.usage.llm_calls
    again = synthesize(configuration, ["handbook"], "questions", Settings(60, "auto", 0, 800, 3, 0.2, 0.95))
    assert len(writer.requests) == asked  # every window said that there is nothing more
    assert again.questions == made.questions


def test_several_calls_at_once_make_no_more_than_wanted(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    writer.pause_s = 0.1
    made = synthesize(configuration, ["handbook"], "questions", SMALL, jobs=3)
    assert len(made.questions) == 4
    assert writer.most_at_once == 3


def test_one_failure_costs_one_window_and_is_asked_again(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    writer.replies = [500]
    made = synthesize(configuration, ["handbook"], "questions", Settings(1, "auto", 0, 64, 3, 0.2, 0.95))
    assert (len(made.questions), made.failed) == (1, 1)
    more = Settings(2, "auto", 0, 64, 3, 0.2, 0.95)
    again = synthesize(configuration, ["handbook"], "questions", more)
    assert (len(again.questions), again.failed) == (2, 0)
    first, second = Synthesis.prepare(configuration, ["handbook"], more).windows[:2]
    asked = [(row["window"], row["round"]) for row in rows(Path("questions/asked.jsonl"))]
    assert asked == [(second.id, 0), (first.id, 0)]


def test_a_model_that_is_gone_ends_it_and_nothing_is_lost(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    synthesize(configuration, ["handbook"], "questions", Settings(2, "auto", 0, 64, 3, 0.2, 0.95))
    writer.replies = [503] * 3
    with pytest.raises(ModelError, match="503|not now"):
        synthesize(configuration, ["handbook"], "questions", SMALL)
    assert len(rows(Path("questions/queries.jsonl"))) == 2
    assert len(synthesize(configuration, ["handbook"], "questions", SMALL).questions) == 4


def test_it_stops_where_what_was_announced_is_spent(handbook: Path, configuration: Configuration, writer: Any) -> None:
    writer.replies = [lambda window: "No."] * 50
    made = synthesize(configuration, ["handbook"], "questions", Settings(questions=2, attempts=2))
    assert made.spent
    assert len(writer.requests) <= 4
    assert not made.questions


def test_something_else_in_the_folder_is_named(
    handbook: Path, configuration: Configuration, rules: Configuration
) -> None:
    synthesize(rules, ["handbook"], "questions", Settings(questions=2))
    with pytest.raises(UsageError, match="made with another seed;.*--fresh"):
        synthesize(rules, ["handbook"], "questions", Settings(questions=2, seed=7))
    with pytest.raises(UsageError, match="another method, another model, another prompts"):
        synthesize(configuration, ["handbook"], "questions", Settings(questions=2))
    (handbook / "leave.txt").write_text("Parental leave now lasts 16 weeks for everybody in the company.")
    with pytest.raises(UsageError, match=r"another documents \(they have changed"):
        synthesize(rules, ["handbook"], "questions", Settings(questions=2))
    assert synthesize(rules, ["handbook"], "questions", Settings(questions=2), fresh=True).questions


def test_a_data_set_of_somebody_else_is_never_touched(handbook: Path, rules: Configuration) -> None:
    Path("mine").mkdir()
    Path("mine/queries.jsonl").write_text('{"_id": "1", "text": "Mine?"}\n')
    for fresh in (False, True):
        with pytest.raises(UsageError, match="did not make"):
            synthesize(rules, ["handbook"], "mine", fresh=fresh)
    assert "Mine?" in Path("mine/queries.jsonl").read_text()


def test_a_line_that_a_kill_cut_off_counts_for_nothing(
    handbook: Path, configuration: Configuration, writer: Any
) -> None:
    synthesize(configuration, ["handbook"], "questions", SMALL)
    journal = Path("questions/asked.jsonl")
    journal.write_bytes(journal.read_bytes()[:-40])
    asked = len(writer.requests)
    again = synthesize(configuration, ["handbook"], "questions", SMALL)
    assert len(again.questions) == 4
    assert len(writer.requests) == asked + 1
    assert len(rows(Path("questions/queries.jsonl"))) == 4


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(method="llm"), "has no `llm:`"),
        (Settings(window_tokens=10), "at least 64"),
        (Settings(questions=0), "at least 1"),
    ],
)
def test_settings_that_make_no_sense(handbook: Path, rules: Configuration, settings: Settings, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Synthesis.prepare(rules, ["handbook"], settings).plan(Path("questions"))


def test_nothing_to_read_is_said(handbook: Path, rules: Configuration) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        synthesize(rules, ["handbok"], "questions")
    (handbook / "short.txt").write_text("Too short.")
    with pytest.raises(UsageError, match="more than a few words"):
        synthesize(rules, ["handbook/short.txt"], "questions")


def test_any_chat_model_of_langchain_will_do(handbook: Path) -> None:
    """Without prices, usage or names: tokens are counted here."""
    from langchain_core.language_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage

    from rag.evaluation.synthesis.cost import Budget, Estimate
    from rag.evaluation.synthesis.llm import ask
    from rag.evaluation.synthesis.prompts import load_prompts

    text = (handbook / "security.txt").read_text()
    reply = {"question": "When is a lost laptop reported?", "answer": "within one hour"}
    reply["excerpts"] = "A lost laptop is reported within one hour"
    model = GenericFakeChatModel(messages=iter([AIMessage(json.dumps(reply))]))
    plain = load({"version": 1, "encoder": "static", "pipeline": [{"retrieve": "bm25"}]})
    synthesis = Synthesis.prepare(plain, ["handbook/security.txt"])
    asked = ask(model, load_prompts(), synthesis.windows[0], 0, (), 1, Budget(Estimate(1, 9999, 9999)))
    assert asked.draft is not None
    [(start, end)] = asked.draft.spans
    assert text[start:end] == reply["excerpts"]
    assert asked.usage.llm_calls == 1
    assert asked.usage.prompt_tokens > 300
