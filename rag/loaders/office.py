"""What Office Open XML files share (ECMA-376, part 2): parts, their relationships, core properties."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from rag.loaders.inflate import Archive
from rag.loaders.limits import Limits
from rag.loaders.part import Unreadable
from rag.loaders.xmltree import Element, local, parse_xml

__all__ = ["Office", "Relation"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A pointer from one part to another."""

    id: str
    kind: str
    """The last word of its type: `styles`, `slide`, `worksheet`."""
    target: str
    """Absolute name inside the container."""


class Office:
    """An opened file: its main part and whatever that points to.

    Raises:
        Unreadable: not such a file, or not of this kind.
    """

    def __init__(self, data: bytes, limits: Limits, kind: str) -> None:
        self.archive = Archive(data, limits)
        self.main = next((relation.target for relation in self.relations("") if relation.kind == "officeDocument"), "")
        if not self.main:
            raise Unreadable(f"not a .{kind}: it names no main part")
        self.root = self.part(self.main)

    def part(self, name: str) -> Element:
        """The root element of a part."""
        return parse_xml(self.archive.read(name))

    def relations(self, name: str) -> list[Relation]:
        """Where a part points to; links to the outside are left out."""
        folder, base = posixpath.split(name)
        place = posixpath.join(folder, "_rels", f"{base}.rels")
        if place not in self.archive.names:
            return []
        return [
            Relation(
                node.get("Id", ""),
                node.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, node.get("Target", ""))).lstrip("/"),
            )
            for node in self.part(place)
            if local(node) == "Relationship" and node.get("TargetMode") != "External"
        ]

    def related(self, kind: str) -> Element | None:
        """The root of the first part of a kind that the main part points to and that exists."""
        names = (relation.target for relation in self.relations(self.main) if relation.kind == kind)
        found = next((name for name in names if name in self.archive.names), None)
        return self.part(found) if found else None

    def properties(self) -> dict[str, str]:
        """Title and author, where given."""
        name = next((item.target for item in self.relations("") if item.kind == "core-properties"), "")
        if name not in self.archive.names:
            return {}
        told = {local(node): " ".join((node.text or "").split()) for node in self.part(name)}
        return {key: told[field] for key, field in (("title", "title"), ("author", "creator")) if told.get(field)}
