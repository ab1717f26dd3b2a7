from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rag.loaders.part import Part

One = Callable[..., Part]
Reason = Callable[..., str]
LAUGHS = '<?xml version="1.0"{}?><!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;">]><a>&m;</a>'


def test_prose_and_data(one: One) -> None:
    part = one(
        "<doc><title>Rules</title><!-- x --><p>Wear <b>glasses</b> at the lathe.</p><sensor><name>A7</name>"
        "<drift unit='%'>0.3</drift></sensor></doc>",
        "a.xml",
    )
    assert part.text == "Rules\nWear glasses at the lathe.\nname: A7\ndrift: 0.3"
    assert part.metadata["title"] == "Rules"


def test_html_in_feeds_is_read_as_html(one: One) -> None:
    feed = "<rss><item><description>&lt;p&gt;Open &lt;b&gt;now&lt;/b&gt;&lt;/p&gt;</description></item></rss>"
    assert one(feed, "a.rss").text == "Open now"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_entities_are_refused(reason: Reason, codec: str) -> None:
    bomb = LAUGHS.format(f' encoding="{codec}"').encode(codec)
    assert reason(bomb, "a.xml") == "XML that defines entities is not read: they can grow without bound"


def test_entities_in_office_files_too(reason: Reason, made: dict[str, Any]) -> None:
    bomb = made["zipped"]({"_rels/.rels": LAUGHS.format("")})
    assert "defines entities" in reason(bomb, "a.docx")


def test_external_files_are_not_read(reason: Reason, tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    told = reason(f'<!DOCTYPE a [<!ENTITY s SYSTEM "{secret.as_uri()}">]><a>&s;</a>', "a.xml")
    assert "defines entities" in told


def test_what_is_not_well_formed(reason: Reason) -> None:
    assert reason("<a><b></a>", "a.xml").startswith(
        "not well-formed XML: Opening and ending tag mismatch: b line 1 and a"
    )
    assert reason("<a/>", "a.xml") == "no text in it"
