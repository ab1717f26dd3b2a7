"""A segmenter whose cuts or whose metadata change gets a new version, so that older indexes are cut again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.documents import Document
from xxhash import xxh3_64_hexdigest

from rag.encoders.minilm import MiniLM
from rag.kinds import Segmenter
from rag.segmenters.code import Code
from rag.segmenters.markdown import Markdown
from rag.segmenters.recursive import Recursive
from rag.segmenters.sentence import Sentence

MARKDOWN = """# The boat house

The boat house lies at Mill Street 4, two hundred metres from the bridge. It opens at 7 a.m., closes at dusk; Dr. Osei
has the key. "Who rows first?" asked Mr. Tan. Nobody knew: the list (see below) was wet.

Boats are booked a day before, by telephone or at the door. Whoever does not come pays half.

## Prices

| boat | an hour | a day |
|---|---|---|
| single | 9 euros | 40 euros |
| double | 14 euros | 60 euros |
| four with cox | 25 euros | 110 euros |

- Members pay half.
- Children under 12 row free of charge, with an adult in the boat.

### Deposit

```python
def deposit(boat: str) -> int:
    return {"single": 50, "double": 80}.get(boat, 150)
```

Les rameurs paient à l'avance. 船は午後六時までに返してください。遅れた場合は料金がかかります。
"""
CODE = '''"""Bread, from flour to crust."""

import math

CRUSTS = {"thin": 0, "thick": 5}


@cache
def heat(minutes: int) -> float:
    """The heat after some minutes.

    It grows towards 250 degrees.
    """
    return 250 * (1 - math.exp(-minutes / 12))


class Loaf:
    """Returns in every test that is about bread."""

    def __init__(self, grams: int) -> None:
        self.grams = grams  # of flour

    def minutes(self, heat: float, crust: str = "thin") -> int:
        """How long to bake: heavier loaves take longer, hotter ovens bake faster."""
        base = 20 + self.grams / 50
        for wait in range(3):
            base += wait * math.sqrt(heat)
        return round((base + CRUSTS[crust]) * 220 / heat)
'''
KNOWN: dict[type[Segmenter], tuple[int, str]] = {
    Recursive: (2, "78177310eaacdfec"),
    Sentence: (2, "ca66648cfb9822bc"),
    Markdown: (2, "e38165d5a8424f19"),
    Code: (3, "6d490c7f2f2427dd"),
}
"""The version of each, and what it makes of the texts. Those that ask a model may differ by a processor's rounding."""


@pytest.mark.parametrize("segmenter", KNOWN)
def test_the_version_grows_with_what_it_does(segmenter: Any, encoder: MiniLM) -> None:
    told = []
    for source, text in (("boats.md", MARKDOWN), ("bread.py", CODE)):
        for size in (20, 45, 80, 130):
            found = segmenter(encoder=encoder, max_tokens=size).segments(Document(text, metadata={"source": source}))
            told.append([(part.start, part.end, dict(part.metadata)) for part in found])
    made = xxh3_64_hexdigest(json.dumps(told, sort_keys=True).encode())
    assert (segmenter.version, made) == KNOWN[segmenter], "raise the class's version, and note version and hash here"
