"""Mailboxes (RFC 4155, mboxrd): every mail a text of its own, its attachments beside it."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.errors import LoadError
from rag.loaders.eml import read as read_mail
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part, Unreadable

__all__ = ["read"]

_ENVELOPE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\r\n]*\d{4}[^\r\n]*\r?\n(?=[!-9;-~]+:|>)")
"""The line above a mail. Behind an empty line only, and with a header below: `From 2019 on` also begins sentences."""
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """The mails, cited as `box.mbox#1`, their attachments as `box.mbox#1#file.pdf`; a bad mail costs itself."""
    found: list[Part | LoadError] = []
    envelopes = list(_ENVELOPE.finditer(blob.data))
    if not envelopes and blob.data.strip():
        raise Unreadable("not a mailbox: no line `From ...` stands above a mail")
    if len(envelopes) > limits.max_members:
        raise Unreadable(f"{len(envelopes):,} mails, more than {limits.max_members:,} (max_members)")
    places = [*(envelope.start() for envelope in envelopes), len(blob.data)]
    for number, envelope in enumerate(envelopes, 1):
        mail = blob.inside(_QUOTED.sub(rb"\1", blob.data[envelope.end() : places[number]]), str(number))
        try:
            for item in read_mail(mail, limits):
                own = f"{number}#{item.key}" if isinstance(item, Part) and item.key else str(number)
                found.append(replace(item, key=own) if isinstance(item, Part) else item)
        except Unreadable as error:
            found.append(LoadError(mail.source, str(error)))
    return found
