from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.read import read


def parts(data: bytes, **limits: int) -> list[Part | LoadError]:
    return read(Blob(data, "mail.eml", "mail.eml"), Limits(**limits))  # type: ignore[arg-type]


def test_headers_body_and_attachments(samples: dict[str, bytes]) -> None:
    mail, rules, drift = parts(samples["mail.eml"])
    assert isinstance(mail, Part)
    assert isinstance(rules, Part)
    assert isinstance(drift, Part)
    assert mail.text.split("\n\n") == [
        "Subject: Rules for the workshop – new\nFrom: Ada <ada@lab.example>\nTo: all@lab.example",
        "Please read the attached rules before Monday.",
    ]
    assert mail.metadata["title"] == "Rules for the workshop – new"
    assert (rules.key, rules.metadata["format"], rules.text) == ("rules.pdf", "pdf", "Rules\n\nNo drinks at the lathe.")
    assert (drift.key, drift.text) == ("drift.csv", "Sensor: A7; Drift: 0.3")


def test_html_where_there_is_no_plain_text(one: Callable[..., Part]) -> None:
    mail = EmailMessage()
    mail["Subject"] = "News"
    mail.set_content("<h1>Open</h1><p>From <b>eight</b> to six.</p>", subtype="html")
    assert one(mail.as_bytes(), "mail.eml").text == "Subject: News\n\nOpen\n\nFrom eight to six."


def test_mails_within_mails_up_to_a_depth() -> None:
    mail = EmailMessage()
    mail["Subject"] = "innermost"
    mail.set_content("the bottom")
    for depth in range(4):
        outer = EmailMessage()
        outer["Subject"] = f"forward {depth}"
        outer.set_content("see below")
        outer.add_attachment(mail)
        mail = outer
    found = parts(mail.as_bytes())
    assert [item.key for item in found if isinstance(item, Part)][-1] == "#".join(["part-1.eml"] * 4)
    *_, last = parts(mail.as_bytes(), max_nesting=2)
    assert isinstance(last, LoadError)
    assert "max_nesting" in last.reason


def test_a_bad_attachment_costs_itself_and_pictures_are_passed_over() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Scan"
    mail.set_content("attached")
    mail.add_attachment(b"%PDF-1.4 cut off", "application", "pdf", filename="scan.pdf")
    mail.add_attachment(b"\x89PNG....", "image", "png", filename="logo.png")
    body, fault = parts(mail.as_bytes())
    assert isinstance(body, Part)
    assert isinstance(fault, LoadError)
    assert (fault.source, fault.reason) == ("mail.eml#scan.pdf", "truncated PDF: its end-of-file mark is missing")


def test_broken_headers_are_shown_as_they_are(one: Callable[..., Part]) -> None:
    part = one(b"Subject: =?klingon?q?Qapla=27?= today\nFrom: =?utf-8?b?!?=\n\nhello\n", "mail.eml")
    assert part.text.endswith("hello")
    assert "today" in part.metadata["title"]


def test_what_is_no_mail(reason: Callable[..., str]) -> None:
    assert reason("\n\njust words", "a.eml") == "not a mail: it has no headers"
