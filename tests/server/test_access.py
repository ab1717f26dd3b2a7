"""Keys, scopes, rates, origins, and collections that stay apart."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from rag.errors import UsageError
from rag.server.keys import Keys
from tests.server.conftest import QUICK, Served, served

ASKED: list[Any] = [{"role": "user", "content": "What is the code of the safe?"}]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys.json")


@pytest.fixture
def guarded(tmp_path: Path, keys: Keys) -> Iterator[Served]:
    keys.create("root", ["admin"])
    with served({"quick": QUICK}, tmp_path / "index", keys=keys.file) as running:
        yield running


def status(server: Served, key: str | None, method: str = "GET", path: str = "/v1/models", **more: Any) -> int:
    headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
    with server.http(headers=headers) as http:
        return http.request(method, path, **more).status_code


def test_the_file_holds_no_key_and_is_its_owners(keys: Keys) -> None:
    made, secret = keys.create("me", ["ask", "index"], ["a"], 60)
    text = keys.file.read_text()
    assert secret not in text
    assert made.hash in text
    assert keys.file.stat().st_mode & 0o077 == 0
    assert keys.find(secret) == made
    assert keys.find(secret + "x") is None
    keys.revoke("me")
    assert keys.find(secret) is None


@pytest.mark.parametrize("name", ["*", "a*", "", "a b", "../x", "x" * 65, "a\n"])
def test_a_collection_cannot_be_a_pattern(keys: Keys, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a collection"):
        keys.create("me", ["ask"], [name])


def test_no_key_and_a_wrong_key(guarded: Served) -> None:
    assert status(guarded, None) == 401
    assert status(guarded, "rag-wrong") == 401
    with pytest.raises(openai.AuthenticationError) as failed:
        guarded.client("rag-wrong").models.list()
    assert failed.value.code == "invalid_api_key"
    assert "rag-wrong" not in str(failed.value.body)
    assert status(guarded, None, path="/health") == 200
    assert status(guarded, None, "POST", "/v1/files", files={"file": ("a.txt", b"x")}) == 401


def test_scopes(guarded: Served, keys: Keys) -> None:
    ask, index, admin = (keys.create(name, [name])[1] for name in ("ask", "index", "admin"))
    assert status(guarded, ask) == 200
    assert status(guarded, ask, path="/v1/files") == 403
    assert status(guarded, ask, path="/metrics") == 403
    assert status(guarded, index, path="/v1/files") == 200
    assert status(guarded, index) == 403
    assert {status(guarded, admin, path=path) for path in ("/v1/models", "/v1/files", "/metrics")} == {200}


def test_a_revoked_key_is_out_at_once(guarded: Served, keys: Keys) -> None:
    _, secret = keys.create("guest")
    assert status(guarded, secret) == 200
    keys.revoke("guest")
    assert status(guarded, secret) == 401
    keys.file.write_text("{")
    assert status(guarded, secret) == 503  # nobody is let in by a broken file


def test_the_rate_of_a_key(guarded: Served, keys: Keys) -> None:
    _, slow = keys.create("slow", rate=3)
    _, other = keys.create("other", rate=3)
    assert [status(guarded, slow) for _ in range(4)] == [200, 200, 200, 429]
    assert status(guarded, other) == 200
    with guarded.http(headers={"Authorization": f"Bearer {slow}"}) as http:
        assert 1 <= int(http.get("/v1/models").headers["retry-after"]) <= 20


@pytest.fixture
def tenants(guarded: Served, keys: Keys) -> dict[str, openai.OpenAI]:
    """Two tenants, each with a safe; and somebody who sees everything."""
    clients = {}
    for name, code in (("blue", "kingfisher"), ("red", "poppy")):
        client = clients[name] = guarded.client(keys.create(name, ["ask", "index"], [name])[1])
        made = client.files.create(
            file=(f"{name}.txt", f"The code of the safe is {code}.".encode()), purpose="user_data"
        )
        assert guarded.indexed(made.id, client) == "processed"
    clients["all"] = guarded.client(keys.create("all", ["admin"])[1])
    return clients


def passages(client: openai.OpenAI, **rag: Any) -> list[dict[str, Any]]:
    wanted = {"rag": {"passages": True, "trace": True, "seen": True, **rag}}
    done = client.chat.completions.create(model="quick", messages=ASKED, extra_body=wanted)
    told = (done.model_extra or {})["rag"]
    return [*told["passages"], *told["seen"].values()]


def test_no_passage_of_another_collection(tenants: dict[str, openai.OpenAI]) -> None:
    evil = [
        None,
        {"collection": "red"},
        {"or": [{"collection": "red"}, {"source": "*"}]},
        {"not": {"collection": "blue"}},
    ]
    for filter in evil:
        assert "poppy" not in json.dumps(passages(tenants["blue"], filter=filter))
    assert "kingfisher" in json.dumps(passages(tenants["blue"]))
    assert {"kingfisher", "poppy"} <= set(json.dumps(passages(tenants["all"])).replace(".", " ").split())


def test_no_file_and_no_source_of_another_collection(guarded: Served, tenants: dict[str, openai.OpenAI]) -> None:
    blue, red = tenants["blue"], tenants["red"]
    (theirs,) = red.files.list().data
    assert [one.filename for one in blue.files.list()] == ["blue.txt"]
    for call in (blue.files.retrieve, blue.files.delete, blue.files.content):
        with pytest.raises(openai.NotFoundError):
            call(theirs.id)
    source = {"source": (theirs.model_extra or {})["rag"]["source"]}
    for client, expected in ((blue, 404), (red, 200)):
        assert status(guarded, client.api_key, path="/v1/sources", params=source) == expected
    with pytest.raises(openai.PermissionDeniedError):
        blue.files.create(file=("x.txt", b"x"), purpose="user_data", extra_body={"collection": "red"})


def test_many_mixed_requests_at_once_stay_apart(tenants: dict[str, openai.OpenAI]) -> None:
    leaks: list[str] = []

    def ask(name: str, other: str) -> None:
        leaks.extend(name for _ in range(15) if other in json.dumps(passages(tenants[name])))

    threads = [threading.Thread(target=ask, args=pair) for pair in (("blue", "poppy"), ("red", "kingfisher")) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not leaks


def test_pages_of_other_sites_cannot_act(server: Served) -> None:
    def post(**headers: str) -> httpx.Response:
        with server.http(headers=headers) as http:
            return http.post("/v1/chat/completions", json={"messages": ASKED})

    assert post(Origin="https://evil.example").status_code == 403
    assert post(Origin=server.url).status_code == 200
    assert "access-control-allow-origin" not in post(Origin=server.url).headers


def test_an_origin_that_was_allowed(handbook: Path) -> None:
    origin = "https://chat.example"
    with served({"quick": QUICK}, handbook / "index", cors=(origin,)) as running, running.http() as http:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert http.options("/v1/chat/completions", headers=asked).headers["access-control-allow-origin"] == origin
        got = http.post("/v1/chat/completions", json={"messages": ASKED}, headers={"Origin": origin})
        assert (got.status_code, got.headers["access-control-allow-origin"]) == (200, origin)
        other = http.options("/v1/chat/completions", headers={**asked, "Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers


def test_an_open_server_answers_to_this_machines_names_only(handbook: Path) -> None:
    with served({"quick": QUICK}, handbook / "index", local_only=True) as running, running.http() as http:
        assert http.get("/v1/models").status_code == 200
        assert http.get("/v1/models", headers={"Host": "rebound.example"}).status_code == 403
