"""Agents: routes, loops and dialogues over stages."""

COMPONENTS: dict[str, str] = {
    "bridge": "rag.agents.bridge:Bridge",
    "compare": "rag.agents.compare:Compare",
    "complexity": "rag.agents.complexity:Complexity",
    "condense": "rag.agents.condense:Condense",
    "decompose": "rag.agents.decompose:Decompose",
    "feedback": "rag.agents.feedback:Feedback",
    "hyde": "rag.agents.hyde:Hyde",
    "iterative": "rag.agents.iterative:Iterative",
    "multi_source": "rag.agents.multi_source:MultiSource",
    "multi_query": "rag.agents.multi_query:MultiQuery",
    "rows": "rag.agents.rows:Rows",
    "rules": "rag.agents.rules:Rules",
    "self_feedback": "rag.agents.self_feedback:SelfFeedback",
    "spelling": "rag.agents.spelling:Spelling",
    "text_to_sql": "rag.agents.text_to_sql:TextToSql",
    "translator": "rag.agents.translator:Translator",
    "verify": "rag.agents.verify:Verify",
}
