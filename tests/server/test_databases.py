"""Citations into a database: there is no text to read, and what is cited came with the answer."""

from pathlib import Path
from typing import Any

import pytest

from rag.server.keys import Keys
from tests.databases import CONCERTS
from tests.server.conftest import Served, served

ASKED: dict[str, Any] = {
    "version": 1,
    "pipeline": [{"agent": {"use": "text_to_sql", "retrieve": {"use": "schema", "database": str(CONCERTS)}}}],
}


def cited(running: Served, key: str = "none") -> Any:
    """What the server says behind the address of a citation."""
    extra = {"rag": {"passages": True}}
    question: Any = {"role": "user", "content": "How many singers are there?"}
    answer: Any = running.client(key).chat.completions.create(model="concerts", messages=[question], extra_body=extra)
    assert answer.choices[0].message.content == "5 [1]"
    assert "SELECT COUNT(*) FROM singer" in answer.rag["passages"][0]["text"]
    with running.http(headers={"Authorization": f"Bearer {key}"}) as http:
        return http.get(answer.choices[0].message.annotations[0].url_citation.url)


def test_its_rows_are_in_the_answer(tmp_path: Path) -> None:
    broken = {**ASKED, "pipeline": [{"agent": {"use": "text_to_sql", "retrieve": {"use": "schema", "database": ""}}}]}
    with served({"broken": broken, "concerts": ASKED}, tmp_path / "index") as running:
        found = cited(running)
        assert found.status_code == 404
        assert found.json()["error"]["code"] == "source_is_database"
        assert 'come with the answer: "rag": {"passages": true}' in found.json()["error"]["message"]
        with running.http() as http:
            other = http.get("/v1/sources", params={"source": "other.sqlite"}).json()
        assert other["error"]["code"] == "source_not_found"


@pytest.mark.parametrize(("collections", "code"), [(None, "source_is_database"), (["blue"], "source_not_found")])
def test_who_sees_only_a_collection_is_not_told(tmp_path: Path, collections: list[str] | None, code: str) -> None:
    _, secret = Keys(tmp_path / "keys.json").create("one", collections=collections)
    with (
        served({"concerts": ASKED}, tmp_path / "index", keys=tmp_path / "keys.json") as running,
        running.http(headers={"Authorization": f"Bearer {secret}"}) as http,
    ):
        assert http.get("/v1/sources", params={"source": str(CONCERTS)}).json()["error"]["code"] == code
