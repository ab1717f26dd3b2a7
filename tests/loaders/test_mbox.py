from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.read import read

ENVELOPE = b"From ada@lab.example Mon Mar  4 09:00:00 2024\n"


def mail(subject: str, body: str, *attached: bytes) -> bytes:
    made = EmailMessage()
    made["Subject"] = subject
    made.set_content(body)
    for data in attached:
        made.add_attachment(data, "text", "csv", filename="drift.csv")
    return ENVELOPE + made.as_bytes() + b"\n"


def parts(data: bytes, **limits: int) -> list[Part | LoadError]:
    return read(Blob(data, "box.mbox", "box.mbox"), Limits(**limits))  # type: ignore[arg-type]


def test_every_mail_is_a_text_of_its_own() -> None:
    box = mail("Lathe", "The belt broke.", b"Sensor,Drift\nA7,0.3\n") + mail("Re: Lathe", "I ordered one.")
    found = [(item.key, item.text.split("\n\n")[-1]) for item in parts(box) if isinstance(item, Part)]
    assert found == [("1", "The belt broke."), ("1#drift.csv", "Sensor: A7; Drift: 0.3"), ("2", "I ordered one.")]


def test_lines_that_only_begin_like_an_envelope_are_text() -> None:
    said = "From 2019 on it ran.\n\n>From the lathe of 2020\n\nFrom 1999: nothing.\nFrom Ada 2021\nX: y"
    (only,) = parts(mail("Lathe", said))
    assert isinstance(only, Part)
    assert only.text == "Subject: Lathe\n\n" + said.replace(">From", "From")


def test_windows_line_ends() -> None:
    assert len(parts((mail("One", "a") + mail("Two", "b")).replace(b"\n", b"\r\n"))) == 2


def test_a_bad_mail_costs_itself_and_a_box_has_bounds(reason: Callable[..., str]) -> None:
    twice = mail("One", "a") + mail("Two", "b")
    assert reason(twice, "a.mbox", max_members=1) == "2 mails, more than 1 (max_members)"
    assert reason("just words\n", "a.mbox") == "not a mailbox: no line `From ...` stands above a mail"
    assert parts(b"") == []
    good, bad = parts(mail("One", "a") + mail("Two", "b", b"x", b"y"), max_members=2)
    assert isinstance(good, Part)
    assert isinstance(bad, LoadError)
    assert (bad.source, bad.reason) == ("box.mbox#2", "more than 2 parts (max_members)")
