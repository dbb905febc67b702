"""Whether the letters are here: the pages' fonts in Streamlit's package, and the one that is drawn onto videos."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from ppo_engine.jobs.preflight import Context, Mend

WANTED = ("SourceSans", "SourceCode", "KaTeX_Main-Regular", "KaTeX_Math-Italic", "MaterialSymbols")


def check(context: Context) -> str:
    """The font files, and some letters drawn."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    spec = importlib.util.find_spec("streamlit")
    folders = list(spec.submodule_search_locations or []) if spec else []
    files = [path.name for folder in folders for path in (Path(folder) / "static").rglob("*.woff2")]
    missing = [start for start in WANTED if not any(name.startswith(start) for name in files)]
    if missing:
        raise Mend(f"Streamlit's package lacks {', '.join(missing)}: run pip install -r requirements.txt again.")
    picture = Image.new("L", (120, 24))
    ImageDraw.Draw(picture).text((2, 2), "V(s) 143.0", 255, ImageFont.load_default(size=13))
    if not np.asarray(picture).any():
        raise Mend("Pillow draws no letters, so videos would have no numbers: install pillow as pinned.")
    return "The pages' type, formulas and the letters on videos are here."
