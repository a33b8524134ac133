"""Pages of docs/science: tables and text, the same for the same figures."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

SCIENCE = Path(__file__).parents[2] / "docs" / "science"
NOBODY = "No recording of a person with dystonia was available."


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def number(value: float, places: int = 0) -> str:
    """Return a number for a table, a dash where there is none."""
    return "–" if math.isnan(value) else f"{value:.{places}f}"


def percent(hits: int, of: int) -> str:
    """Return a share in per cent, a dash where there was nothing to count."""
    return f"{100 * hits / of:.0f} %" if of else "–"


def write(name: str, script: str, text: str) -> None:
    """Write a page, saying which script writes it."""
    title, rest = text.strip().split("\n", 1)
    SCIENCE.mkdir(parents=True, exist_ok=True)
    page = f"{title}\n\n<!-- Written by `python bench/{script}`. -->\n{rest}\n"
    (SCIENCE / name).write_text(page, encoding="utf-8")
    print(f"wrote docs/science/{name}")
