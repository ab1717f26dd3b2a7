import pytest

from rag.encoders.prefixes import prefixes


@pytest.mark.parametrize(
    ("model", "query", "passage"),
    [
        ("intfloat/e5-small-v2", "query: ", "passage: "),
        ("intfloat/multilingual-e5-base", "query: ", "passage: "),
        ("BAAI/bge-base-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("BAAI/bge-m3", "", ""),
        ("BAAI/bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("thenlper/gte-base", "", ""),
        ("mixedbread-ai/mxbai-embed-large-v1", "Represent this sentence for searching relevant passages: ", ""),
        ("Snowflake/snowflake-arctic-embed-m-v2.0", "query: ", ""),
        ("google/embeddinggemma-300m", "task: search result | query: ", "title: none | text: "),
        ("sentence-transformers/all-MiniLM-L6-v2", "", ""),
        ("text-embedding-3-small", "", ""),
    ],
)
def test_known_models_get_what_their_cards_ask_for(model: str, query: str, passage: str) -> None:
    assert prefixes(model) == (query, passage)


def test_instructed_models_get_an_instruction() -> None:
    for model in ("intfloat/multilingual-e5-large-instruct", "Alibaba-NLP/gte-Qwen2-1.5B-instruct"):
        query, passage = prefixes(model)
        assert query.startswith("Instruct: ")
        assert query.endswith("Query: ")
        assert passage == ""
    assert prefixes("Qwen/Qwen3-Embedding-0.6B")[0].endswith("\nQuery:")
