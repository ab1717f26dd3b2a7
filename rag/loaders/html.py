"""HTML: what a reader of the page would read, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.errors import LoadError
from rag.loaders.html_table import Grid
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.plain import title_of
from rag.loaders.text import decode

__all__ = ["read", "write_html"]

CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]+)", re.I
)
SPACE = re.compile(r"[ \t\n\r\f]+")
AROUND_BREAK = re.compile(r" *\n *")
DROPPED = frozenset({
    "audio", "canvas", "datalist", "dialog", "embed", "head", "iframe", "map", "math-annotation", "nav",
    "noscript", "object", "script", "select", "style", "svg", "template", "video",
})  # fmt: skip
AROUND_MAIN = frozenset({"aside", "footer", "header"})
HEADINGS = {f"h{level}": level for level in range(1, 7)}
PARAGRAPHS = frozenset({
    "article", "blockquote", "dl", "fieldset", "figure", "form", "hr", "main", "ol", "p", "pre", "section",
    "table", "ul",
})  # fmt: skip
LINES = frozenset({
    "address", "aside", "body", "caption", "center", "dd", "details", "div", "dt", "figcaption", "footer",
    "header", "html", "legend", "li", "nav", "optgroup", "option", "search", "summary", "tbody", "tfoot",
    "thead", "tr",
})  # fmt: skip


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part; `title` from the `<title>` or the first heading."""
    draft = Draft(limits)
    declared = CHARSET.search(blob.data[:2048])
    charset = blob.charset or (declared[1] or declared[2]).decode("ascii") if declared else blob.charset
    title = write_html(draft, decode(blob.data, charset))
    if not draft.position:
        raise Unreadable("no text in it (a page built by scripts? save it as the browser shows it)")
    return [draft.part(title=title or title_of(draft.headings))]


def write_html(draft: Draft, markup: str) -> str:
    """Append a page's text to a draft and return its title."""
    tree = LexborHTMLParser(markup)
    title = tree.css_first("head title")
    if tree.body is not None:
        main = tree.css_first("main, div[role=main]")
        _Page(draft, has_main=main is not None).walk(tree.body)
    return " ".join(title.text().split()) if title is not None else ""


class _Page:
    """Walks a tree without recursion: pages may be nested arbitrarily deep."""

    def __init__(self, draft: Draft, *, has_main: bool) -> None:
        self.draft = draft
        self.has_main = has_main
        self.mains = self.cells = self.cell = self.pre = 0
        self.grid = Grid()
        self.line: list[str] = []
        self.lists: list[int | None] = []
        """Open lists: the next number, or None where unordered."""

    def walk(self, body: LexborNode) -> None:
        stack = [(body, False)]
        while stack:
            node, leaving = stack.pop()
            tag = node.tag or ""
            if leaving:
                self.leave(node, tag)
            elif tag == "-text":
                self.text(node.text_content or "")
            elif not tag.startswith("-") and not self.is_dropped(node, tag):
                self.enter(node, tag)
                stack.append((node, True))
                children = []
                child = node.first_child
                while child is not None:
                    children.append((child, False))
                    child = child.next
                stack.extend(reversed(children))
        self.flush()

    def is_dropped(self, node: LexborNode, tag: str) -> bool:
        if tag in DROPPED or (tag in AROUND_MAIN and self.has_main and not self.mains):
            return True
        attributes = node.attributes
        return bool(attributes) and (
            ("hidden" in attributes and attributes["hidden"] != "until-found")
            or attributes.get("aria-hidden") == "true"
            or attributes.get("role") == "navigation"
        )

    def text(self, text: str) -> None:
        self.line.append(text if self.pre else SPACE.sub(" ", text))

    def enter(self, node: LexborNode, tag: str) -> None:
        if tag in {"td", "th"}:
            self.between(self.grid.above())
            if self.line and "".join(self.line).strip():
                self.line.append(" | ")
            self.cells += 1
            self.cell = len(self.line)
        elif tag == "tr":
            self.cells = 0
            self.flush("\n")
            self.grid.start_row()
        elif tag == "br":
            self.line.append(" " if self.cells else "\n")
        elif tag in PARAGRAPHS or tag in LINES or tag in HEADINGS:
            self.block(tag, node)

    def between(self, texts: Iterable[str]) -> None:
        """Cells that reach down from the rows above."""
        for text in texts:
            self.line.append(f" | {text}" if self.line else text)

    def block(self, tag: str, node: LexborNode) -> None:
        """A block begins: whatever stands before it is finished."""
        if self.cells and tag != "table":
            self.line.append(" ")
        else:
            self.cells = 0
            self.flush("\n" if tag in LINES or (tag in {"ol", "ul"} and self.lists) else "\n\n")
        if tag == "table":
            self.grid = Grid()
        elif tag in {"ol", "ul"}:
            start = node.attributes.get("start") or "1"
            self.lists.append((int(start) if start.isdecimal() and len(start) < 10 else 1) if tag == "ol" else None)
        elif tag == "li":
            self.bullet()
        elif tag == "pre" and not self.cells:
            self.pre += 1
        elif _is_main(node, tag):
            self.mains += 1

    def bullet(self) -> None:
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
        self.line.append("  " * (len(self.lists) - 1) + (f"{number}. " if number is not None else "- "))

    def leave(self, node: LexborNode, tag: str) -> None:
        if tag in HEADINGS and not self.cells:
            text = SPACE.sub(" ", "".join(self.line)).strip()
            self.line.clear()
            self.draft.heading(text, HEADINGS[tag])
        elif tag in {"td", "th"} and self.cells:
            self.grid.place(node, "".join(self.line[self.cell :]).strip())
        elif tag == "tr":
            self.between(self.grid.above())
            self.cells = 0
            self.flush("\n")
        elif tag == "table":
            self.flush("\n\n")
            self.grid = Grid()
        elif tag in {"ol", "ul"} and self.lists:
            self.flush("\n")
            self.lists.pop()
            self.draft.gap("\n" if self.lists else "\n\n")
        elif tag == "pre" and self.pre:
            self.flush("\n\n")
            self.pre -= 1
        elif (tag in PARAGRAPHS or tag in LINES) and not self.cells:
            self.flush("\n\n" if tag in PARAGRAPHS else "\n")
        if _is_main(node, tag):
            self.mains -= 1

    def flush(self, separator: str = "\n") -> None:
        """Write the line, if it says anything, and ask for white space after it."""
        text = "".join(self.line)
        self.line.clear()
        if text.strip(" -\n") or (self.pre and text.strip()):
            text = text.strip("\n") if self.pre else _tidy(text)
            self.draft.gap("\n")
            self.draft.write(text.rstrip())
        self.draft.gap(separator)


def _is_main(node: LexborNode, tag: str) -> bool:
    return tag == "main" or (tag == "div" and node.attributes.get("role") == "main")


def _tidy(text: str) -> str:
    """Single spaces, except for the indentation of a list item."""
    indent = len(text) - len(text.lstrip(" ")) if text.lstrip(" ")[:2] == "- " else 0
    return " " * indent + AROUND_BREAK.sub("\n", re.sub("  +", " ", text.strip()))
