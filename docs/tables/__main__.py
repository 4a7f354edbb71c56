"""Writes the tables of the documentation that stand in the code: ``python -m docs.tables`` from the root."""

from __future__ import annotations

from docs.tables.written import written

if __name__ == "__main__":
    for file, text in written().items():
        file.write_text(text, encoding="utf-8")
