"""Passages of source code: functions and classes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, cast

from langchain_core.documents import Document
from pydantic import PositiveInt

from rag.kinds import Segment, Segmenter
from rag.segmenters.grammars import Definition, language_of
from rag.segmenters.packing import COSTS
from rag.segmenters.places import Places
from rag.segmenters.recursive import Recursive
from rag.segmenters.syntax import Atom, atoms
from rag.segmenters.tokens import Ruler
from rag.segmenters.units import packed

if TYPE_CHECKING:
    from tree_sitter import Parser

__all__ = ["Code"]


class Code(Segmenter):
    """One passage a function or class, with the comments, decorators and attributes above it.

    Small neighbours share a passage; a class too large for one is its header with its small methods, then the others;
    a function too large is cut between statements. Metadata: `symbol` (qualified name, several: `symbols`), `kind`,
    `language`; of a passage that is one definition also `signature` and `docstring`. Where no grammar reads the
    language the text is cut recursively and `reason` says so.

    The syntax trees are tree-sitter's; cutting them top down and packing siblings follows cAST [1].

    [1] Zhang et al.: cAST: Enhancing code retrieval-augmented generation with structural chunking via abstract syntax
    tree (2025), arXiv 2506.15655.
    """

    version: ClassVar[int] = 3  # since then passages of a table know its columns

    max_tokens: PositiveInt = 200
    """Tokens a passage may have."""
    language: str | None = None
    """Of sources that neither say theirs nor show it by their name: records, snippets."""

    def segments(self, document: Document) -> list[Segment]:
        """Pieces of at most `max_tokens`, with what they define."""
        language = language_of(document.metadata) or language_of({"language": self.language})
        parser = _parser(language)
        if parser is None:
            reason = f"no grammar for {language or document.metadata.get('source') or 'this document'}: cut as text"
            plain = Recursive(encoder=self.encoder, max_tokens=self.max_tokens).segments(document)
            return [Segment(part.start, part.end, {**part.metadata, "reason": reason}) for part in plain]
        ruler = Ruler.of(self.encoder, document.page_content)
        places = Places.of(document)
        found: list[Segment] = []
        for _, group in groupby(atoms(ruler, parser, self.max_tokens), key=lambda atom: atom.group):
            members = list(group)
            pieces = [atom.unit for atom in members]
            spans = packed(ruler, pieces, [COSTS[unit.level] for unit in pieces], self.max_tokens)
            found += [
                Segment(part.start, part.end, {**part.metadata, "language": language, **_named(members, part)})
                for part in places.segments(spans)
            ]
        return found


def _named(atoms: Sequence[Atom], segment: Segment) -> dict[str, Any]:
    """The names of what a passage defines or belongs to."""
    inside = [atom for atom in atoms if atom.unit.start < segment.end and segment.start < atom.unit.end]
    own = list(dict.fromkeys(atom.path for atom in inside if atom.own))
    chosen = _common([atom.path for atom in inside])
    named: dict[str, Any] = {"symbol": _qualified(chosen), "kind": _kind(chosen)} if chosen else {"kind": "module"}
    if own and own != [chosen]:
        named["symbols"] = [_qualified(path) for path in own]
    told = [atom.described for atom in inside if atom.described is not None]
    if own == [chosen] and len(told) == 1:
        named |= {key: value for key, value in told[0]._asdict().items() if value}
    return named


def _kind(path: Sequence[Definition]) -> str:
    """What the last of nested definitions is; a class's function is a method."""
    inside = len(path) > 1 and path[-2].kind not in ("function", "method", "namespace", "module")
    return "method" if inside and path[-1].kind == "function" else path[-1].kind


def _qualified(path: Sequence[Definition]) -> str:
    return ".".join(definition.name for definition in path)


def _common(paths: Sequence[tuple[Definition, ...]]) -> tuple[Definition, ...]:
    """The longest beginning that all paths share."""
    first, last = min(paths), max(paths)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def _parser(language: str) -> Parser | None:
    from tree_sitter_language_pack import get_parser

    try:
        return cast("Parser", get_parser(language))
    except LookupError:
        return None
