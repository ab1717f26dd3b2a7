from __future__ import annotations

from collections.abc import Callable

from rag.loaders.markdown import headings
from rag.loaders.part import Part

One = Callable[..., Part]


def test_headings_of_both_kinds_and_none_in_code() -> None:
    text = "# Rules #\n\nHours\n=====\n\nOpen.\n\nSundays\n---\n\n```sh\n# not a heading\n```\n"
    text += "\n- item\n---\n\n####### seven\n"
    assert headings(text) == [(0, 1, "Rules"), (11, 1, "Hours"), (31, 2, "Sundays")]
    assert text[31:].startswith("Sundays")


def test_an_open_fence_runs_to_the_end() -> None:
    assert headings("~~~\n# a\n```\n# b\n") == []


def test_front_matter_is_metadata(one: One) -> None:
    part = one(
        "---\ntitle: Remote work\ntags: [people, rules]\nreviewed: 2025-09-01\n---\n# Days\nThree.\n", "remote.md"
    )
    assert part.text == "# Days\nThree.\n"
    assert part.metadata["title"] == "Remote work"
    assert part.metadata["front_matter"]["tags"] == ["people", "rules"]
    assert part.metadata["front_matter"]["reviewed"] == "2025-09-01"
    assert one("+++\ntitle = 'Toml'\n+++\ntext", "a.md").metadata["title"] == "Toml"


def test_what_only_looks_like_front_matter_stays(one: One) -> None:
    for text in ("---\nnot a mapping\n---\ntext", "---\na: [\n---\ntext", "---\nno end", "---\na: &x 1\nb: *x\n---\nt"):
        assert one(text, "a.md").text == text


def test_the_only_top_heading_is_the_title(one: One) -> None:
    assert one("# Rules\n\n## Hours\n", "a.md").metadata["title"] == "Rules"
    assert "title" not in one("# One\n\n# Two\n", "a.md").metadata
