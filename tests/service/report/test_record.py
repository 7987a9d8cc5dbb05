"""The decision record: its form, and that nobody's text becomes a mark, a link or a tag in it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from framework_advisor import Advisor, Profile, Recommendation
from framework_advisor.report import html, markdown
from framework_advisor.report.literal import linked, literal, quoted

PROFILE = {
    "name": "Defect detector",
    "description": "Finds scratches.\nOn a belt.",
    "stage": "production",
    "targets": ["server_cpu"],
    "team": {"existing_code": ["tensorflow"]},
    "evidence": {"as_of": "2026-11-23"},
}
#: Parts of attacks, and of what is harmless but looks like marks.
PIECES = st.sampled_from(
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](http://evil/x.png)",
        "[click](javascript:alert(1))", "[a]: http://evil", "```", "~~~", "---", "===", "# h",
        "1. x", "- x", "+ y", "> q", "|a|b|", "&lt;b&gt;", "&#x3c;", "*b*", "_i_", "__s__",
        "snake_case", "\\", "\\<", "<http://evil>", "<!-- c -->", "`code`", "\t", "\n", "\r",
        "\x1b[31m", "\u202e", "\u2028", " ", "    ", "http://evil.example/", "word", "é", "**",
        "]]>", "</style>",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=60))


class Page(HTMLParser):
    """The elements of a page, the attributes of them, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def recommendation() -> Recommendation:
    return decided()


@cache
def decided() -> Recommendation:
    return Advisor().recommend(Profile.model_validate(PROFILE))


def described(name: str, description: str) -> Recommendation:
    """A recommendation in few words, for a profile of that name and description."""
    rec = decided()
    profile = rec.profile.model_copy(update={"name": name, "description": description})
    return rec.model_copy(update={"profile": profile, "evidence": {}, "flips": ()})


def test_the_parts_of_madr_stand_in_its_order(recommendation: Recommendation) -> None:
    headings = re.findall(r"^##+ (.*)$", markdown(recommendation), re.MULTILINE)
    assert headings == [
        "Context and problem statement",
        "Decision drivers",
        "Considered options",
        "Decision outcome",
        "Consequences",
        "Confirmation",
        "What would flip it",
        "Measured on the host",
        "More information",
    ]


def test_certainty_evidence_and_how_to_verify_are_told(recommendation: Recommendation) -> None:
    record = markdown(recommendation)
    verdict = recommendation.verdict
    assert f"Probability that it is the best: {verdict.p_best:.3f}" in record
    assert f"framework-advisor replay {recommendation.id}" in record
    assert f"curl -X POST http://127.0.0.1:8000{recommendation.links.replay}" in record
    assert "- Moving from TensorFlow: " in record
    for identity, item in recommendation.evidence.items():
        (line,) = re.findall(rf"^- `{re.escape(identity)}`: .*\n.*$", record, re.MULTILINE)
        assert f"looked up {item.observed}" in line


def test_the_page_is_one_file_without_script_and_can_be_printed(
    recommendation: Recommendation,
) -> None:
    text = html(markdown(recommendation))
    page = Page(text)
    assert text.startswith("<!doctype html>")
    assert page.elements[:3] == ["html", "head", "meta"]
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(page.elements)
    assert all(name not in ("src", "style") for name, _ in page.attributes)
    assert "@media print" in text
    assert "Defect detector</title>" in text
    assert page.elements.count("table") == 2


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_no_text_of_a_profile_marks_anything_up(name: str, description: str) -> None:
    plain = Page(html(markdown(described("plain", "plain"))))
    page = Page(html(markdown(described(name, f"x {description}"))))
    # An empty line in a description begins another paragraph of its quotation; nothing else may be.
    assert [each for each in page.elements if each != "p"] == [
        each for each in plain.elements if each != "p"
    ]
    assert page.attributes == plain.attributes


@settings(deadline=None)
@given(TEXTS)
def test_literal_text_reads_as_it_was_given(text: str) -> None:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    for before in ("", "x "):
        shown = Page(reader.render(before + literal(text)))
        unseen = ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")
        visible = "".join(c for c in text if unicodedata.category(c) not in unseen)
        assert set(shown.elements) <= {"p"}
        assert "".join(shown.text.split()) == before.strip() + visible


@pytest.mark.parametrize(
    ("text", "literally"),
    [
        ("# no heading", "\\# no heading"),
        ("1. no list", "1\\. no list"),
        ("server_cpu _loud_", "server_cpu \\_loud\\_"),
        ("a | b", "a \\| b"),
        ("<b>&amp;", "\\<b\\>\\&amp;"),
        ("C++ - 3.5 (x) it's", "C++ - 3.5 (x) it's"),
        ("\x1b[31mred\u202e", "\\[31mred"),
    ],
)
def test_only_what_could_be_a_mark_is_escaped(text: str, literally: str) -> None:
    assert literal(text) == literally


def test_a_quotation_keeps_its_lines() -> None:
    assert quoted("one\n\n> two\n```") == ["> one", ">", "> \\> two", "> \\`\\`\\`"]


def test_web_addresses_alone_become_links() -> None:
    text = "see https://example.org/a_b?c=1, or [x](javascript:y)"
    assert linked(text) == "see <https://example.org/a_b?c=1>, or \\[x\\](javascript:y)"
    links = MarkdownIt().render(linked(text))
    assert links.count("<a ") == 1
