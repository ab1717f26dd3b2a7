from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rag.loaders.part import Part


def test_chapters_in_the_order_of_the_spine(one: Callable[..., Part], samples: dict[str, bytes]) -> None:
    part = one(samples["winters.epub"], "winters.epub")
    assert part.text == "First winter\n\nSnow fell in October.\n\nSecond winter\n\nThe river did not freeze."
    assert part.metadata["title"] == "Two winters"
    assert part.metadata["author"] == "A. Writer"
    assert part.metadata["headings"] == [[0, 1, "First winter"], [37, 1, "Second winter"]]


def test_broken_books(reason: Callable[..., str], made: dict[str, Any]) -> None:
    assert "META-INF/container.xml is missing inside" in reason(made["zipped"]({"a": "b"}), "a.epub")
    locked = made["zipped"]({"META-INF/encryption.xml": "<x><EncryptedData/></x>"})
    assert "digital rights management" in reason(locked, "a.epub")
