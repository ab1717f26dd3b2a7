"""Responses that are kept: a conversation by `previous_response_id`, whose it is, and that deleted is deleted."""

from pathlib import Path
from typing import Any

import openai
import pytest

from rag.memory.conversations import Conversations
from rag.server.keys import Keys
from tests.server.conftest import QUICK, Served, served

QUESTION = "Who approves travel abroad?"


def says(endpoint: Any, text: str) -> None:
    """What the language model will say next."""
    endpoint.will(endpoint.streamed([endpoint.event(text), endpoint.event(None, "stop"), "[DONE]"]))


def test_a_response_goes_on_from_the_one_before(talking: Served, endpoint: Any) -> None:
    client = talking.client()
    says(endpoint, "The director [1].")
    first = client.responses.create(model="talk", input=QUESTION)
    says(endpoint, "Two weeks [1].")
    asked: Any = {"model": "talk", "input": "How early is that?", "previous_response_id": first.id}
    *_, last = client.responses.create(**asked, stream=True)
    assert (last.type, last.response.previous_response_id) == ("response.completed", first.id)
    says(endpoint, "Nobody.")
    third = client.responses.create(model="talk", input="Who else?", previous_response_id=last.response.id)
    said = [one["content"] for one in endpoint.requests[-1]["messages"] if one["role"] != "system"]
    assert said[:4] == [QUESTION, "The director.", "How early is that?", "Two weeks."]
    again = client.responses.retrieve(third.id)
    assert again.output_text == third.output_text
    items: Any = list(client.responses.input_items.list(third.id))
    assert [one.content[0].text for one in items] == ["Who else?"]


def test_what_was_said_in_a_request_is_kept_with_it(server: Served) -> None:
    client = server.client()
    given: Any = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Good day."},
        {"role": "user", "content": QUESTION},
    ]
    first = client.responses.create(model="quick", input=given)
    items: Any = list(client.responses.input_items.list(first.id))
    assert [(one.role, one.content[0].text) for one in items] == [
        ("user", "Hello"), ("assistant", "Good day."), ("user", QUESTION),
    ]  # fmt: skip


def test_deleted_is_deleted(server: Served) -> None:
    client = server.client()
    word = "xylophone-4471"
    first = client.responses.create(model="quick", input=f"Is there a {word} on the second floor?")
    folder = server.state.kept.path.parent
    holding = [file for file in folder.glob("*.conversations.sqlite*") if word.encode() in file.read_bytes()]
    assert holding
    client.responses.delete(first.id)
    assert not any(word.encode() in file.read_bytes() for file in holding)
    for call in (
        lambda: client.responses.retrieve(first.id),
        lambda: client.responses.input_items.list(first.id),
        lambda: client.responses.create(model="quick", input=QUESTION, previous_response_id=first.id),
        lambda: client.responses.delete(first.id),
    ):
        with pytest.raises(openai.NotFoundError, match="was not stored, or was deleted"):
            call()


def test_what_is_not_to_be_stored_is_not(server: Served) -> None:
    client = server.client()
    done = client.responses.create(model="quick", input=QUESTION, store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(done.id)


def test_a_response_is_found_with_its_own_key_alone(handbook: Path, tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    (_, blue), (_, red) = (keys.create(name, ("ask",)) for name in ("blue", "red"))
    with served({"quick": QUICK}, handbook / "index", keys=keys.file, conversations=tmp_path / "c.sqlite") as running:
        mine = running.client(blue).responses.create(model="quick", input=QUESTION)
        other = running.client(red)
        for call in (
            lambda: other.responses.retrieve(mine.id),
            lambda: other.responses.delete(mine.id),
            lambda: other.responses.create(model="quick", input="And then?", previous_response_id=mine.id),
        ):
            with pytest.raises(openai.NotFoundError):
                call()
        assert running.client(blue).responses.retrieve(mine.id).id == mine.id


def test_a_server_that_keeps_nothing_says_so(handbook: Path, tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    with served({"quick": QUICK}, handbook / "index", conversations=file, keep_days=0) as running:
        done = running.client().responses.create(model="quick", input=QUESTION)
        assert getattr(done, "store", None) is False
        with pytest.raises(openai.BadRequestError, match="keeps no responses"):
            running.client().responses.create(model="quick", input=QUESTION, previous_response_id=done.id)
    assert not file.exists()


def test_a_disk_that_refuses_costs_the_memory_and_not_the_answer(handbook: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with served({"quick": QUICK}, handbook / "index", conversations=tmp_path / "file" / "c.sqlite") as running:
        assert "the director" in running.client().responses.create(model="quick", input=QUESTION).output_text
        with pytest.raises(openai.InternalServerError, match="server's log says why"):
            running.client().responses.retrieve("resp_1")


def test_kept_responses_outlive_the_server(handbook: Path, tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    with served({"quick": QUICK}, handbook / "index", conversations=file) as running:
        first = running.client().responses.create(model="quick", input=QUESTION)
    with served({"quick": QUICK}, handbook / "index", conversations=file) as running:
        assert running.client().responses.retrieve(first.id).output_text == first.output_text
    assert [thread.title for thread in Conversations(file).threads("")] == [QUESTION]


def test_passages_and_trace_are_given_and_not_kept(server: Served) -> None:
    asked: Any = {"passages": True, "trace": True, "seen": True}
    done = server.client().responses.create(model="quick", input=QUESTION, extra_body={"rag": asked})
    assert done.model_extra and done.model_extra["rag"]["passages"]
    again = server.client().responses.retrieve(done.id)
    assert again.output_text == done.output_text
    assert "rag" not in (again.model_extra or {})
