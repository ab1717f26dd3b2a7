"""Kinds that presidio finds, masked in what is shown; nothing is fetched for it."""

import socket
from collections.abc import Iterator

import pytest
from langchain_core.documents import Document

pytest.importorskip("presidio_analyzer")

from rag.compressors.guard import Guard
from rag.errors import ModelError, UsageError
from rag.safety.presidio import entities, kinds

TEXT = (
    "Anna's number is 536-90-4399 (social security), her machine 10.20.30.40, mail anna@example.org, wallet "
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa. The order 4711 was sent on 12 May to room 33 at 9:30, for 1,250.00."
)
WANTED = ("US_SSN", "IP_ADDRESS", "CRYPTO")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """No name is looked up."""
    asked: list[str] = []

    def refuse(host: str, *_: object, **__: object) -> None:
        asked.append(host)
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield asked
    assert asked == []


def test_what_has_a_form_is_found_and_nothing_else() -> None:
    assert [(kind, TEXT[start:end]) for kind, start, end in entities(TEXT, WANTED)] == [
        ("us_ssn", "536-90-4399"),
        ("ip_address", "10.20.30.40"),
        ("crypto", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ]
    assert entities(TEXT, ("EMAIL_ADDRESS", "URL"))[0][0] == "email_address"
    assert entities(" ", WANTED) == []


def test_the_guard_masks_them_and_citations_keep_their_place() -> None:
    passage = Document(TEXT, id="1", metadata={"source": "a.txt", "start": 100, "end": 100 + len(TEXT)})
    guard = Guard(mask=("email",), presidio=WANTED)
    (shown,) = guard.compress_documents([passage], "?")
    assert (
        "is [us_ssn] (social security), her machine [ip_address], mail [email], wallet [crypto]." in shown.page_content
    )
    assert "order 4711 was sent on 12 May" in shown.page_content
    assert guard.detail([passage], [shown])["masked"] == 4
    assert shown.metadata["source"] == "a.txt"


def test_what_it_cannot_find_is_said() -> None:
    with pytest.raises(UsageError, match="finds no 'IP_ADRESS'.*did you mean 'IP_ADDRESS'"):
        entities("x", ("IP_ADRESS",))
    with pytest.raises(UsageError, match="names and places need a model"):
        entities("x", ("PERSON",))
    with pytest.raises(ModelError, match="no model of spaCy on this machine"):
        entities("x", ("US_SSN",), model="en_none_lg")
    assert "PERSON" not in kinds()
