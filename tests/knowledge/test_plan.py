"""What a chat model said read as a plan, and the order that dependencies force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.knowledge.folders import folders
from rag.knowledge.plan import named
from rag.knowledge.source import Source, closed, in_order

NAMES = ("profile", "product docs", "product docs archive", "tickets-open")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("profile, tickets-open", ("profile", "tickets-open")),
        ("Sources: Tickets Open, PROFILE", ("tickets-open", "profile")),
        ('["product_docs", "profile"]', ("product docs", "profile")),
        ("1. profile\n2. product docs archive\n", ("profile", "product docs archive")),
        ("The profile is of no use here.\nSources: product docs", ("product docs",)),
        ("profile, profile", ("profile",)),
        ("NULL", ()),
        ("Sources: none.", ()),
        ("[]", ()),
        ("Paris is the capital.", None),
        ("profiles", None),
        ("", None),
    ],
)
def test_what_a_model_says_is_read(said: str, expected: tuple[str, ...] | None) -> None:
    assert named(said, NAMES) == expected


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.data())
def test_a_plan_holds_what_its_sources_need_in_front_of_them(chosen: list[str], data: st.DataObject) -> None:
    sources = [
        Source(name=name, after=tuple(sorted(data.draw(st.sets(st.sampled_from("abcdef"[:place]), max_size=2)))))
        for place, name in enumerate("abcdef")
        if place
    ]
    sources = data.draw(st.permutations([Source(name="a"), *sources]))
    plan = closed(chosen, sources)
    needs = {source.name: source.needs for source in sources}
    assert set(chosen) <= set(plan)
    for place, name in enumerate(plan):
        assert set(needs[name]) <= set(plan[:place])
    assert set(plan) <= {source.name for source in in_order(sources)}
    assert all(name in chosen or any(name in needs[other] for other in plan) for name in plan)


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["people/a.md", "people/b/c.md", "rules/d.md"], ["people", "rules"]),
        (["/srv/kb/people/a.md", "/srv/kb/rules/d.md", "/srv/kb/readme.md"], ["people", "rules", "other documents"]),
        (["a.md", "b.md"], ["documents"]),
        (["people/a.md", "people/b.md"], ["documents"]),
        (["https://x.org/docs/a", "https://x.org/blog/b"], ["blog", "docs"]),
        (["none/a.md", "b/c.md"], ["b", "none folder"]),
        ([], ["documents"]),
        ([f"{number}/a.md" for number in range(30)], ["documents"]),
    ],
)
def test_folders_are_sources(files: list[str], names: list[str]) -> None:
    from rag.index.filters import matcher

    made = folders(files)
    assert [source.name for source in made] == names
    for file in files:
        assert sum(matcher(source.filter)({"source": file}) for source in made) == 1
