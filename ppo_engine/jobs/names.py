"""What may be the name of a run: one line of text."""

from __future__ import annotations

import unicodedata

from ppo_engine.knobs import ConfigError

LONGEST = 80
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def clean_name(name: object) -> str:
    """The name in composed form (NFC), without control and direction characters, trimmed.

    Raises:
        ConfigError: not text, or longer than 80 characters.
    """
    if not isinstance(name, str):
        raise ConfigError("name", name, "text")
    kept = "".join(" " if letter.isspace() else letter for letter in name[: 16 * LONGEST])
    kept = "".join(letter for letter in kept if unicodedata.category(letter) not in UNSEEN or letter == "\u200d")
    kept = " ".join(unicodedata.normalize("NFC", kept).split())
    if len(kept) > LONGEST or len(name) > 16 * LONGEST:
        raise ConfigError("name", name, f"at most {LONGEST} characters long")
    return kept
