"""Real English text that every machine with Python has: the docstrings of the standard library and installed packages.

Passages are windows over them; where more are asked for than there are, windows are drawn again at other offsets with a
tenth of their words replaced by words of other windows, so that no two passages are the same.
"""

from __future__ import annotations

import ast
import random
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDERS = ("stdlib", "purelib")


@cache
def words() -> tuple[str, ...]:
    """Every word of every docstring, in the order of the files."""
    found: list[str] = []
    for name in FOLDERS:
        for path in sorted(Path(sysconfig.get_path(name)).rglob("*.py"))[:6000]:
            found.extend(" ".join(_docstrings(path)).split())
    return tuple(found)


def _docstrings(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, OSError, RecursionError):
        return  # a test file that is broken on purpose
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text and len(text) > 200:
                yield text


def passages(count: int, length: int = 60, seed: int = 0) -> list[str]:
    """`count` different passages of `length` words."""
    stock, chance = words(), random.Random(seed)
    made = [" ".join(stock[at : at + length]) for at in range(0, len(stock) - length, length)][:count]
    while len(made) < count:
        at = chance.randrange(len(stock) - length)
        window = list(stock[at : at + length])
        for place in chance.sample(range(length), length // 10):
            window[place] = stock[chance.randrange(len(stock))]
        made.append(" ".join(window))
    return made


def questions(count: int, length: int = 6, seed: int = 1) -> list[str]:
    """`count` searches: consecutive words of some passage, as a user remembers them."""
    stock, chance = words(), random.Random(seed)
    starts = (chance.randrange(len(stock) - length) for _ in range(count))
    return [" ".join(stock[at : at + length]) for at in starts]
