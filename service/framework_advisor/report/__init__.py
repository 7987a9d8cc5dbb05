"""A recommendation as a record to keep: Markdown, and the same as a page to print."""

from framework_advisor.report.names import TITLES, flip_sentence
from framework_advisor.report.page import html
from framework_advisor.report.record import markdown

__all__ = ["TITLES", "flip_sentence", "html", "markdown"]
