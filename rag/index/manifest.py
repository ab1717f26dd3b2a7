"""What an index was built with, and the precise difference to what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings
from xxhash import xxh3_64_hexdigest

from rag.component import Component, walk
from rag.errors import IndexMismatch, ViewMissing
from rag.index.view import View
from rag.kinds import Encoder, Segmenter

if TYPE_CHECKING:
    from rag.index.index import Index
    from rag.index.state import State

__all__ = ["VERSIONS", "check_manifest", "check_views", "fingerprint", "kind_of", "tokenizer_of", "versions_of"]

VERSIONS = "segmenter version"
"""The manifest's key of `versions_of`. What an earlier version has cut serves until `rag index` runs again."""

_PROBE = (
    "Who approves travel abroad? Naïve façade, 3.14 and U.S.A.; snake_case getUserName http://example.org/a?b=c "
    "Über die Brücke. Где находится музей? 東京都の天気は？ 我们明天去北京。 한국어 문장입니다. "
    "ภาษาไทย العربية 🙂👩‍👩‍👧"
)


def tokenizer_of(encoder: Embeddings) -> str:
    """Identifies a tokenizer by what it does: encoders that count alike cut alike."""
    if not isinstance(encoder, Encoder):
        return "default"
    return xxh3_64_hexdigest(encoder.tokens(_PROBE).tobytes())[:8]


def fingerprint(part: Any) -> str:
    """What names a component: its fingerprint, else the program that made it."""
    if isinstance(part, Component):
        return str(getattr(part, "fingerprint", None) or repr(part))
    named = next(
        (getattr(part, name) for name in ("model_name", "model") if isinstance(getattr(part, name, None), str)), ""
    )
    return f"{type(part).__module__}.{type(part).__qualname__} {named}".rstrip()


def versions_of(segmenter: Any) -> str:
    """The versions of a segmenter and of those inside it, where they are not the first."""
    parts = [part for part in walk(segmenter) if isinstance(part, Segmenter)]
    return ", ".join(f"{type(part).__name__} {part.version}" for part in parts if part.version != Segmenter.version)


def kind_of(view: str) -> str:
    """A view's name without its fingerprint."""
    return view.rpartition("-")[0]


def check_manifest(index: Index, state: State) -> None:
    """Whether passages would be cut today as they were, but for what a segmenter's newer version does better.

    Raises:
        IndexMismatch: not so; key by key.
    """
    built, asked = ({**manifest, VERSIONS: ""} for manifest in (state.manifest, index.manifest))
    if built.pop("counted by", None) == asked.pop("counted by"):
        built.pop("tokenizer", None)
    else:
        asked["tokenizer"] = tokenizer_of(index.encoder)
    if differences := _differences(built, asked):
        raise IndexMismatch(
            f"{str(index.folder)!r} was built with other settings:\n{differences}\n"
            "Use the settings it was built with, or run ",
            ("--index", str(index.path)),
            ": it cuts every document again",
        )


def check_views(index: Index, state: State, views: Sequence[View]) -> None:
    """Whether every segment has every one of these views.

    Raises:
        ViewMissing: a view is not there.
        IndexMismatch: it is there with other settings only.
    """
    for view in views:
        if not (lacking := state.lacking(view.name)):
            continue
        kind, words = kind_of(view.name), ("--index", str(index.path))
        others = [name for name in state.parts if kind_of(name) == kind and name != view.name]
        if len(lacking) == len(state.segments) and others:
            told = "\n".join(_differences(state.views.get(name, {}), view.manifest) for name in others)
            raise IndexMismatch(
                f"{str(index.folder)!r} has its {kind} view for another pipeline:\n{told}\n",
                words,
                " makes it for this one",
            )
        some = (
            "" if len(lacking) == len(state.segments) else f" for {len(lacking)} of its {len(state.segments)} segments"
        )
        raise ViewMissing(f"{str(index.folder)!r} lacks the {kind} view{some}: ", words, " makes it")


def _differences(built: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    keys: Iterable[str] = dict.fromkeys((*asked, *built))
    return "\n".join(
        f"  {key}: built with {built.get(key, 'nothing')}, asked for {asked.get(key, 'nothing')}"
        for key in keys
        if built.get(key) != asked.get(key)
    )
