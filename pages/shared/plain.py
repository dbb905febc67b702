"""Text that somebody typed, as it was typed: no Markdown, no icons, no formulas."""

import re

ACTIVE = re.compile(r"([\\`*_{}\[\]()#+\-.!|$<>~:^=])")


def plain(text: str) -> str:
    """The text with every sign escaped that Streamlit's Markdown would act on."""
    return ACTIVE.sub(r"\\\1", text)
