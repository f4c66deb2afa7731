"""One thing that can be looked up, as Markdown that also reads well in a terminal."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`name` is what people call it, `names` all it is found by (lower case), `text` Markdown without a heading."""

    name: str
    names: tuple[str, ...]
    text: str

    def page_text(self) -> str:
        """As it stands on a page."""
        return f"### {self.name}\n\n{self.text}\n"


def facts(*pairs: tuple[str, str]) -> str:
    """A list of what is known; pairs without a value are left out."""
    return "\n".join(f"- {name}: {value}" for name, value in pairs if value)


def paragraphs(*texts: str) -> str:
    """Texts with an empty line between them; empty ones are left out."""
    return "\n\n".join(text for text in texts if text)


def cleaned(doc: str | None) -> str:
    """A doc string as paragraphs of one line each; indented blocks stay as they are."""
    found = []
    for block in (doc or "").strip().split("\n\n"):
        lines = block.split("\n")
        found.append(" ".join(line.strip() for line in lines))
    return "\n\n".join(found)
