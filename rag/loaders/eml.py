"""Mail (RFC 5322, MIME): its headers and body as one text, every attachment as a text of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

from rag.errors import LoadError
from rag.loaders import IGNORED, MEDIA_TYPES
from rag.loaders.detect import suffix_of
from rag.loaders.html import write_html
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.read import read as read_any
from rag.loaders.text import Binary, decode

__all__ = ["read"]

SHOWN = ("Subject", "From", "To", "Cc", "Date")
MEDIA = ("image/", "audio/", "video/", "font/")


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """The mail and its attachments, cited as `mail.eml#file.pdf`."""
    mail = message_from_bytes(blob.data)
    if not mail.keys():
        raise Unreadable("not a mail: it has no headers")
    headers = {name: value for name in SHOWN if (value := _header(mail, name))}
    draft = Draft(limits)
    for name, value in headers.items():
        draft.block(f"{name}: {value}", "\n")
    draft.gap()
    bodies, attached = _leaves(mail, limits)
    _write_body(draft, bodies)
    told = {name.lower(): value for name, value in headers.items() if name != "Subject"}
    found: list[Part | LoadError] = [draft.part(title=headers.get("Subject", ""), **told)]
    names: set[str] = set()
    for number, part in enumerate(attached, 1):
        found.extend(_attachment(blob, part, number, names, limits))
    return found


def _leaves(mail: Message, limits: Limits) -> tuple[list[Message], list[Message]]:
    """What is body, in order, and what is attached. Mails within are attachments and not entered."""
    bodies: list[Message] = []
    attached: list[Message] = []
    stack = [mail]
    while stack:
        part = stack.pop()
        content = part.get_payload()
        if part.is_multipart() and isinstance(content, list) and part.get_content_maintype() == "multipart":
            stack.extend(child for child in reversed(content) if isinstance(child, Message))
        elif part.get_filename() or part.get_content_disposition() == "attachment" or part.is_multipart():
            attached.append(part)
        elif part.get_content_maintype() == "text":
            bodies.append(part)
        if len(stack) + len(bodies) + len(attached) > limits.max_members:
            raise Unreadable(f"more than {limits.max_members:,} parts (max_members)")
    return bodies, attached


def _write_body(draft: Draft, bodies: list[Message]) -> None:
    """The plain texts where there are any, else the HTML."""
    plain = [part for part in bodies if part.get_content_type() != "text/html"]
    start = draft.position
    for part in plain:
        draft.block(_text(part))
    if draft.position == start or not plain:
        for part in bodies:
            if part.get_content_type() == "text/html":
                write_html(draft, _text(part))


def _attachment(blob: Blob, part: Message, number: int, names: set[str], limits: Limits) -> Iterator[Part | LoadError]:
    media_type = part.get_content_type()
    name = _words(part.get_filename() or "") or f"part-{number}" + (".eml" if media_type == "message/rfc822" else "")
    if name in names:
        name = f"{number}-{name}"
    names.add(name)
    if media_type.startswith(MEDIA) or (suffix_of(name) in IGNORED and media_type not in MEDIA_TYPES):
        return
    inner = blob.inside(_bytes(part), name, media_type=media_type, charset=_charset(part))
    for found in read_any(inner, limits):
        if isinstance(found, Part):
            yield Part(found.text, found.metadata, f"{name}#{found.key}" if found.key else name)
        else:
            yield found


def _bytes(part: Message) -> bytes:
    content = part.get_payload()
    if isinstance(content, list):  # a mail within, already parsed
        return b"\n".join(child.as_bytes() for child in content if isinstance(child, Message))
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Message) -> str:
    try:
        return decode(_bytes(part), _charset(part))
    except Binary:
        return ""


def _charset(part: Message) -> str:
    charset: Any = part.get_content_charset("")
    return charset if isinstance(charset, str) else ""


def _header(mail: Message, name: str) -> str:
    value = mail.get(name)
    return _words(str(value)) if value is not None else ""


def _words(value: str) -> str:
    """A header as it reads (RFC 2047); as it stands where it cannot be decoded."""
    with suppress(LookupError, MessageError, ValueError):  # an unknown charset, broken base64
        value = str(make_header(decode_header(value)))
    return " ".join(value.split())
