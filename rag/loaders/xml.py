"""XML of any vocabulary: running text as paragraphs, data as `name: value` lines."""

from __future__ import annotations

from rag.errors import LoadError
from rag.loaders.html import write_html
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.xmltree import Element, local, parse_xml

__all__ = ["read"]

PROSE = frozenset({
    "abstract", "body", "caption", "content", "description", "entry", "i", "item", "li", "line", "p", "para",
    "paragraph", "s", "seg", "sentence", "subtitle", "summary", "t", "text", "title",
})  # fmt: skip
MARKUP = ("</p>", "<br", "</a>", "</div>", "</li>")


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part. HTML carried as text (feeds) is read as HTML."""
    root = parse_xml(blob.data)
    draft = Draft(limits)
    _write(draft, root)
    if not draft.position:
        raise Unreadable("no text in it")
    title = next((" ".join(node.text.split()) for node in root.iter("{*}title") if node.text), "")
    return [draft.part(title=title)]


def _write(draft: Draft, root: Element) -> None:
    """Without recursion: an element with text beside its children is one paragraph, others are entered."""
    stack = [root]
    while stack:
        node = stack.pop()
        children = [child for child in node if local(child)]
        if children and not _is_mixed(node):
            draft.gap("\n\n" if any(len(child) for child in children) else "\n")
            stack.extend(reversed(children))
            continue
        text = " ".join("".join(map(str, node.itertext())).split())
        if any(mark in text for mark in MARKUP):
            draft.gap()
            write_html(draft, text)
            draft.gap()
        elif text and local(node).lower() not in PROSE and len(text) < 200:
            draft.block(f"{local(node)}: {text}", "\n")
        else:
            draft.block(text, "\n\n" if len(text) > 200 else "\n")


def _is_mixed(node: Element) -> bool:
    return bool((node.text or "").strip()) or any((child.tail or "").strip() for child in node)
