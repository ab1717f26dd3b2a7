"""From files, folders and URLs to text.

`rag.loaders.discover.discover` finds sources, `rag.loaders.load.load` reads one. This file is the table of formats:
suffix to format, format to reader. Nothing is imported until a source of that format is read.
"""

from __future__ import annotations

__all__ = ["IGNORED", "LANGUAGES", "MEDIA_TYPES", "NAMES", "PLAIN", "READERS", "SUFFIXES", "UNSUPPORTED"]

READERS: dict[str, str] = {
    "code": "rag.loaders.plain:read",
    "csv": "rag.loaders.csv:read",
    "docx": "rag.loaders.docx:read",
    "eml": "rag.loaders.eml:read",
    "epub": "rag.loaders.epub:read",
    "gzip": "rag.loaders.gzip:read",
    "html": "rag.loaders.html:read",
    "ipynb": "rag.loaders.ipynb:read",
    "json": "rag.loaders.json:read",
    "jsonl": "rag.loaders.jsonl:read",
    "markdown": "rag.loaders.markdown:read",
    "mbox": "rag.loaders.mbox:read",
    "org": "rag.loaders.plain:read",
    "pdf": "rag.loaders.pdf:read",
    "pptx": "rag.loaders.pptx:read",
    "rst": "rag.loaders.plain:read",
    "rtf": "rag.loaders.rtf:read",
    "text": "rag.loaders.plain:read",
    "xlsx": "rag.loaders.xlsx:read",
    "xml": "rag.loaders.xml:read",
}
"""Format to `module:function`; each is `read(blob, limits) -> list[Part | LoadError]`."""

PLAIN = frozenset({"code", "markdown", "org", "rst", "text"})
"""Formats that need no parser: read in this process. All others are read in a worker that may crash or hang."""

LANGUAGES: dict[str, str] = {
    ".bash": "bash", ".bat": "text", ".c": "c", ".cc": "cpp", ".clj": "clojure", ".cpp": "cpp", ".cs": "csharp",
    ".css": "css", ".cxx": "cpp", ".dart": "dart", ".erl": "erlang", ".ex": "elixir", ".exs": "elixir",
    ".f90": "fortran",
    ".go": "go", ".graphql": "graphql", ".h": "c", ".hh": "cpp", ".hpp": "cpp", ".hs": "haskell", ".java": "java",
    ".jl": "julia", ".js": "javascript", ".jsx": "javascript", ".kt": "kotlin", ".kts": "kotlin", ".lua": "lua",
    ".m": "objc", ".mjs": "javascript", ".ml": "ocaml", ".mli": "ocaml_interface", ".nix": "nix", ".pas": "pascal",
    ".php": "php", ".pl": "perl", ".pm": "perl", ".proto": "proto", ".ps1": "powershell", ".py": "python",
    ".pyi": "python", ".r": "r", ".rb": "ruby", ".rs": "rust", ".scala": "scala", ".scss": "scss", ".sh": "bash",
    ".sol": "solidity", ".sql": "sql", ".svelte": "svelte", ".swift": "swift", ".tf": "terraform", ".toml": "toml",
    ".ts": "typescript", ".tsx": "tsx", ".v": "verilog", ".vhd": "vhdl", ".vue": "vue", ".yaml": "yaml", ".yml": "yaml",
    ".zig": "zig", ".zsh": "bash",
}  # fmt: skip
"""Suffix of source code to its name in tree-sitter-language-pack."""

SUFFIXES: dict[str, str] = {
    **dict.fromkeys(LANGUAGES, "code"),
    ".adoc": "text", ".cfg": "text", ".conf": "text", ".ini": "text", ".log": "text", ".srt": "text", ".tex": "text",
    ".text": "text", ".txt": "text", ".vtt": "text", ".markdown": "markdown", ".md": "markdown", ".mdx": "markdown",
    ".org": "org", ".rst": "rst", ".csv": "csv", ".tab": "csv", ".tsv": "csv", ".docm": "docx", ".docx": "docx",
    ".eml": "eml", ".mbox": "mbox", ".epub": "epub", ".gz": "gzip", ".htm": "html", ".html": "html", ".xhtml": "html",
    ".ipynb": "ipynb", ".geojson": "json", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".pdf": "pdf",
    ".pptm": "pptx", ".pptx": "pptx", ".rtf": "rtf", ".xlsm": "xlsx", ".xlsx": "xlsx", ".atom": "xml", ".rss": "xml",
    ".xml": "xml", ".xsd": "xml",
}  # fmt: skip
"""Suffix to format."""

NAMES: dict[str, str] = {"dockerfile": "dockerfile", "makefile": "make", "gemfile": "ruby", "rakefile": "ruby"}
"""File names without a suffix that are source code, and their language."""

MEDIA_TYPES: dict[str, str] = {
    "application/epub+zip": "epub",
    "application/gzip": "gzip",
    "application/json": "json",
    "application/mbox": "mbox",
    "application/msword": "docx",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/x-ndjson": "jsonl",
    "application/xhtml+xml": "html",
    "application/xml": "xml",
    "message/rfc822": "eml",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "markdown",
    "text/rtf": "rtf",
    "text/tab-separated-values": "csv",
    "text/xml": "xml",
}
"""Media type of a response or attachment to format, where its name says nothing."""

UNSUPPORTED: dict[str, str] = {
    **dict.fromkeys((".doc", ".dot", ".wpd", ".odt", ".pages", ".wps"), "save it as .docx or .pdf"),
    **dict.fromkeys((".xls", ".ods", ".numbers", ".xlsb"), "save it as .xlsx or .csv"),
    **dict.fromkeys((".ppt", ".odp", ".key"), "save it as .pptx or .pdf"),
    ".msg": "save it as .eml",
    **dict.fromkeys((".mobi", ".azw3", ".djvu", ".ps", ".xps"), "convert it to .epub or .pdf"),
    **dict.fromkeys((".7z", ".bz2", ".rar", ".tar", ".tgz", ".xz", ".zip", ".zst"), "unpack it and name the folder"),
}
"""Suffixes of documents that no reader knows, and what to do instead."""

IGNORED = frozenset({
    ".a", ".aac", ".avi", ".avif", ".bin", ".bmp", ".class", ".db", ".dat", ".dll", ".dylib", ".exe", ".faiss",
    ".flac", ".gif", ".ico", ".icns", ".jar", ".jpeg", ".jpg", ".lock", ".m4a", ".map", ".mkv", ".mov", ".mp3",
    ".mp4", ".npy", ".npz", ".o", ".obj", ".ogg", ".onnx", ".otf", ".parquet", ".pickle", ".pkl", ".png",
    ".psd", ".pt", ".pyc", ".pyd", ".pyo", ".safetensors", ".so", ".sqlite", ".sqlite3", ".svg", ".tif",
    ".tiff", ".ttf", ".wasm", ".wav", ".webm", ".webp", ".whl", ".woff", ".woff2",
})  # fmt: skip
"""Suffixes that hold no text: left out of folders and mails in silence, reported when named."""
