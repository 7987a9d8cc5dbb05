"""Pages for people."""

from importlib.resources import files


def start_page() -> str:
    """The page at ``/``: what this is and how to go on."""
    return files(__name__).joinpath("index.html").read_text(encoding="utf-8")
