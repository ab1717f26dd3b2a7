"""Segmenters: a text to the pieces that become passages."""

COMPONENTS: dict[str, str] = {
    "code": "rag.segmenters.code:Code",
    "markdown": "rag.segmenters.markdown:Markdown",
    "recursive": "rag.segmenters.recursive:Recursive",
    "sage": "rag.segmenters.sage:Sage",
    "sat": "rag.segmenters.sat:Sat",
    "sentence": "rag.segmenters.sentence:Sentence",
}
