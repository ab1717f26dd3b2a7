from rag.cli.fates import Found, alive_in, fates_of
from rag.schema import Answer, Citation, Document, Span


def passage(key: str, start: int, end: int, source: str = "handbook.md", **metadata: object) -> Document:
    return Document("travel " * 20, id=key, metadata={"source": source, "start": start, "end": end, **metadata})


ABROAD = passage("abroad", 0, 100, score=0.03, ranks={"bm25": 1, "dense": 2}, scores={"bm25": 9.5, "dense": 0.4})
HOME = passage("home", 100, 200, score=0.02, ranks={"bm25": 2}, scores={"bm25": 7.0})
HOTEL = passage("hotel", 200, 300, score=0.01, ranks={"dense": 1}, scores={"dense": 0.5})


def answer(*spans: Span, cites: tuple[Citation, ...] = ()) -> Answer:
    return Answer("Travel is approved.", cites, trace=spans)


def test_a_passage_is_followed_until_it_is_lost() -> None:
    found = answer(
        Span("retrieve:Fusion", 5, (), (ABROAD, HOME, HOTEL)),
        Span("compress:Rerank", 5, (ABROAD, HOME, HOTEL), (HOTEL, ABROAD)),
        Span("compress:Budget", 1, (HOTEL, ABROAD), (HOTEL,)),
        Span("generate:Extractive", 1, (HOTEL,), (HOTEL,)),
        cites=(Citation("handbook.md", 210, 240, "quote", passage_id="hotel", number=1),),
    )
    abroad, home, hotel = fates_of(found)
    assert abroad.ranks == {"fusion": 1, "rerank": 2, "budget": None}
    assert (abroad.dropped_at, home.dropped_at, hotel.dropped_at) == ("budget", "rerank", None)
    assert abroad.found == {"bm25": Found(1, 9.5), "dense": Found(2, 0.4)}
    assert (abroad.cited, hotel.cited) == ([], [1])


def test_without_fusion_the_retriever_gives_rank_and_score() -> None:
    single = passage("single", 0, 10, score=4.5)
    (fate,) = fates_of(answer(Span("retrieve:BM25", 5, (), (single,))))
    assert fate.found == {"bm25": Found(1, 4.5)}


def test_what_was_merged_lives_on_in_the_merged_passage() -> None:
    merged = passage("merged", 0, 200)
    found = answer(
        Span("retrieve:Fusion", 5, (), (ABROAD, HOME, HOTEL)),
        Span("compress:Expand", 1, (ABROAD, HOME, HOTEL), (merged,)),
    )
    assert [fate.ranks["expand"] for fate in fates_of(found)] == [1, 1, None]


def test_a_neighbour_that_shares_an_edge_is_another_passage() -> None:
    assert alive_in(HOME, [passage("neighbour", 180, 280)]) is None
    assert alive_in(HOME, [passage("other", 100, 200, source="other.md")]) is None
    assert alive_in(HOME, [passage("shortened", 120, 160)]) == 1


def test_two_steps_of_one_name_are_told_apart() -> None:
    found = answer(
        Span("retrieve:Fusion", 5, (), (ABROAD, HOME)),
        Span("compress:Budget", 1, (ABROAD, HOME), (ABROAD,)),
        Span("retrieve:Fusion", 5, (ABROAD,), (ABROAD, HOTEL)),
    )
    abroad, home, hotel = fates_of(found)
    assert abroad.ranks == {"fusion": 1, "budget": 1, "fusion#2": 1}
    assert home.dropped_at == "budget"
    assert hotel.ranks == {"fusion#2": 2}


def test_passages_of_foreign_retrievers_need_no_place() -> None:
    foreign = Document("text", id="x")
    (fate,) = fates_of(answer(Span("retrieve:Foreign", 1, (), (foreign,)), cites=(Citation("a", 0, 1, "q"),)))
    assert fate.to_dict()["source"] is None
