"""From small to big, over a real index."""

from collections.abc import Sequence

import pytest
from langchain_core.documents import Document

from rag.compressors.expand import Expand
from rag.index import Index, Lexical
from rag.segmenters.sentence import Sentence

TEXT = (
    "Welcome to the handbook.\n\n"
    "Travel is approved by your manager. Travel abroad is approved by the director.\n\n"
    "Day trips need no approval.\n\n"
    "Hotels cost at most 120 euros. London is dearer."
)
HEADINGS = [
    [TEXT.index("Travel is"), 1, "Travel"],
    [TEXT.index("Day trips"), 2, "Day trips"],
    [TEXT.index("Hotels"), 1, "Hotels"],
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Every sentence of two documents a passage."""
    made = Index(path=str(tmp_path_factory.mktemp("index")))
    made = Index(path=made.path, segment=Sentence(encoder=made.encoder, max_tokens=9))
    documents = [
        Document(TEXT, metadata={"source": "handbook.md", "title": "Handbook", "headings": HEADINGS}),
        Document("Trains are booked early. Buses are not.", metadata={"source": "trains.md"}),
    ]
    made.add_documents(documents, [Lexical()])
    return made


@pytest.fixture
def sentences(index: Index) -> list[Document]:
    with index.reading() as snapshot:
        found = snapshot.passages_of("handbook.md")
    return [
        Document(passage.page_content, id=passage.id, metadata={**passage.metadata, "score": 1 / (1 + place)})
        for place, passage in enumerate(found)
    ]


def expanded(index: Index, hits: Sequence[Document], **settings: object) -> list[str]:
    passages = Expand(index=index, **settings).compress_documents(hits, "travel")
    for passage in passages:
        if passage.metadata["source"] == "handbook.md":
            assert TEXT[passage.metadata["start"] : passage.metadata["end"]] == passage.page_content
    return [passage.page_content for passage in passages]


def test_there_is_something_to_expand(sentences: list[Document]) -> None:
    assert [passage.page_content.split()[0] for passage in sentences] == [
        "Welcome", "Travel", "Travel", "Day", "Hotels", "London"
    ]  # fmt: skip


def test_a_hit_brings_its_neighbours(index: Index, sentences: list[Document]) -> None:
    assert expanded(index, [sentences[2]]) == [TEXT[TEXT.index("Travel is") : TEXT.index("\n\nHotels")]]
    assert expanded(index, [sentences[0]], after=0) == ["Welcome to the handbook."]


def test_a_section_ends_at_the_next_heading_of_its_level(index: Index, sentences: list[Document]) -> None:
    travel = TEXT[TEXT.index("Travel is") : TEXT.index("\n\nHotels")]
    assert expanded(index, [sentences[1]], to="section") == [travel]
    assert expanded(index, [sentences[3]], to="section") == ["Day trips need no approval."]
    assert expanded(index, [sentences[0]], to="section") == ["Welcome to the handbook."]


def test_a_document_grows_from_the_hit_as_far_as_the_tokens_reach(index: Index, sentences: list[Document]) -> None:
    assert expanded(index, [sentences[2]], to="document") == [TEXT]
    assert expanded(index, [sentences[2]], to="document", max_tokens=22) == [
        TEXT[TEXT.index("Travel is") : TEXT.index("\n\nHotels")]
    ]
    assert expanded(index, [sentences[2]], to="document", max_tokens=3) == [sentences[2].page_content]


def test_what_touches_becomes_one_at_the_best_rank(index: Index, sentences: list[Document]) -> None:
    hits = [sentences[4], sentences[0], sentences[2]]
    united = Expand(index=index, before=0, after=1).compress_documents(hits[:2], "")
    assert [passage.page_content[:7] for passage in united] == ["Hotels ", "Welcome"]
    bridged = Expand(index=index, before=1, after=1).compress_documents(hits, "")
    assert [passage.page_content for passage in bridged] == [TEXT]
    assert bridged[0].metadata["score"] == sentences[4].metadata["score"]
    assert bridged[0].id == f"{sentences[4].id}:0-{len(TEXT)}"
    apart = Expand(index=index, before=0, after=0).compress_documents([sentences[0], sentences[2]], "")
    assert list(apart) == [sentences[0], sentences[2]]


def test_a_shortened_hit_still_knows_its_place(index: Index, sentences: list[Document]) -> None:
    start = TEXT.index("abroad")
    piece = Document(
        "abroad is approved", id="x", metadata={"source": "handbook.md", "start": start, "end": start + 18}
    )
    assert expanded(index, [piece], before=0, after=0) == ["abroad is approved"]
    assert expanded(index, [piece], before=0, after=1) == [TEXT[start : TEXT.index("\n\nHotels")]]


def test_what_the_index_does_not_know_stays_as_it_is(index: Index, sentences: list[Document]) -> None:
    foreign = [
        Document("From the web.", id="w", metadata={"source": "https://example.org", "start": 0}),
        Document("Other words.", id="o", metadata={"source": "handbook.md", "start": 0}),
        Document("No source."),
    ]
    assert Expand(index=index).compress_documents(foreign, "") == foreign
