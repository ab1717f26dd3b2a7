"""Chat models."""

COMPONENTS: dict[str, str] = {
    "entropy_adaptive": "rag.llms.entropy_adaptive:EntropyAdaptive",
    "local": "rag.llms.local:Local",
    "openai": "rag.llms.openai:OpenAI",
}
