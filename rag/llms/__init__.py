"""Chat models."""

COMPONENTS: dict[str, str] = {
    "openai": "rag.llms.openai:OpenAI",
}
