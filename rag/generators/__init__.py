"""Generators: a turn with passages to an answer."""

COMPONENTS: dict[str, str] = {
    "chat": "rag.generators.chat:Chat",
    "extractive": "rag.generators.extractive:Extractive",
    "reader": "rag.generators.reader:Reader",
}
