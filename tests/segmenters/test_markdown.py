from __future__ import annotations

from langchain_core.documents import Document

from rag.encoders.minilm import MiniLM
from rag.segmenters.markdown import Markdown, markdown_headings

GUIDE = """# Bread

Flour, water, salt and a good deal of time are all that it takes.

## Dough

Mix the flour and the water, then let the dough rest for an hour before the salt goes in.

```sh
# not a heading
mix --flour 500 --water 350

rest 60
```

## Oven

| loaf | minutes |
|---|---|
| small | 25 |
| large | 40 |

Bake until it sounds hollow when you knock on its bottom, and let it cool on a rack for an hour.

Appendix
========
Notes on flour and salt, and on the ovens of the neighbours.
"""


def test_headings() -> None:
    assert [(level, title) for _, level, title in markdown_headings(GUIDE)] == [
        (1, "Bread"),
        (2, "Dough"),
        (2, "Oven"),
        (1, "Appendix"),
    ]
    assert markdown_headings("## C# ##\n#hashtag\n#\n") == [(0, 2, "C#"), (18, 1, "")]


def test_cuts_at_headings_and_keeps_their_path(encoder: MiniLM) -> None:
    parts = Markdown(encoder=encoder, max_tokens=60).segments(Document(GUIDE))
    assert [part.metadata["headings"] for part in parts] == [
        ["Bread"],
        ["Bread", "Dough"],
        ["Bread", "Oven"],
        ["Appendix"],
    ]
    assert GUIDE[parts[-1].start : parts[-1].end] == GUIDE[GUIDE.index("Appendix") :].strip()


def test_code_and_tables_are_whole(encoder: MiniLM) -> None:
    texts = [
        part.page_content for part in Markdown(encoder=encoder, max_tokens=36).transform_documents([Document(GUIDE)])
    ]
    assert any("```sh" in text and text.endswith("rest 60\n```") for text in texts)
    assert any("| loaf |" in text and "| large | 40 |" in text for text in texts)


def test_a_long_table_is_cut_between_rows(encoder: MiniLM) -> None:
    table = "| loaf | minutes |\n|---|---|\n" + "".join(f"| loaf number {i} | {i} |\n" for i in range(40))
    for part in Markdown(encoder=encoder, max_tokens=50).transform_documents([Document(table)]):
        assert part.page_content.startswith("|") and part.page_content.endswith("|")


def test_tiny_sections_join_only_under_one_parent(encoder: MiniLM) -> None:
    salt = "# Salt\n## Price\nLow.\n## Use\nOn ice, in bread, in soup.\n"
    text = salt + "# Sugar\n## Price\nHigher, since the harvest of last year.\n"
    parts = Markdown(encoder=encoder, max_tokens=60).transform_documents([Document(text)])
    assert [part.page_content for part in parts] == [text[: text.index("\n# Sugar")], text[text.index("# Sugar") : -1]]


def test_headings_of_the_document_win(encoder: MiniLM) -> None:
    document = Document("# one\ntext", metadata={"headings": [[0, 1, "One"]]})
    assert Markdown(encoder=encoder).segments(document)[0].metadata["headings"] == ["One"]
