"""Terms: which words and phrases a collection is about."""

COMPONENTS: dict[str, str] = {"semre-rank": "rag.terms.semrerank:SemReRank"}
