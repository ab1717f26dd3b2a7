"""The chatbot backend: configured pipelines behind OpenAI's protocol.

`rag.server.app.create_app` makes the application, `rag.server.run.serve` runs it.
"""
