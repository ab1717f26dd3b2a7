"""Runs as something to look at: one HTML page, Markdown for a pull request, JUnit XML for a CI server.

from rag.evaluation.report import write_page
from rag.evaluation.stored import read_runs

write_page(read_runs(["runs/bm25", "runs/fusion"]), "report.html")
"""

from rag.evaluation.report.junit import junit
from rag.evaluation.report.markdown import markdown
from rag.evaluation.report.page import write_page

__all__ = ["junit", "markdown", "write_page"]
