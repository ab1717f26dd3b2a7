"""A small index in which the answer to some questions lies two searches away, and a chat model behind a socket."""

from typing import Any

import pytest
from langchain_core.documents import Document

from rag.index import Index, Lexical, Vectors
from rag.llms.openai import OpenAI

TEXTS = {
    "film.md": "The film The Silent Harbour was directed by Ada Lindqvist and released in 1931.",
    "director.md": "Ada Lindqvist was born in Tromso, where her father kept a lighthouse.",
    "town.md": "Tromso lies beyond the Arctic Circle and has a university.",
    "harbour.md": "A silent harbour is a harbour without ships, says the dictionary of film.",
    "travel.md": "Travel is approved by your manager. Travel abroad is approved by the director.",
    "hotels.md": "A hotel night costs up to 130 euros; lodging in London up to 180 euros.",
    "lodging.md": "Lodging is booked by the office two weeks ahead.",
    "leave.md": "Everybody has thirty days of leave.",
}
QUESTION = "Where was the director of the film The Silent Harbour born?"


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(path=str(tmp_path_factory.mktemp("agents")))
    documents = [Document(text, metadata={"source": source}) for source, text in TEXTS.items()]
    made.add_documents(documents, [Lexical(), Vectors(made.encoder)])
    return made


@pytest.fixture
def llm(endpoint: Any) -> OpenAI:
    """Speaks to `endpoint`."""
    return OpenAI(model="tiny", base_url=endpoint.url, retries=0, timeout_s=5.0)
