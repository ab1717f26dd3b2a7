"""Segmenters: a text to the pieces that become passages."""

COMPONENTS: dict[str, str] = {
    "code": "rag.segmenters.code:Code",
    "markdown": "rag.segmenters.markdown:Markdown",
    "recursive": "rag.segmenters.recursive:Recursive",
    "sentence": "rag.segmenters.sentence:Sentence",
}
