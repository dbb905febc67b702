"""The runs that a kept number stands on: each with its settings, what it reached, and the SHA-256 of its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from ppo_engine.jobs import studies
from ppo_engine.jobs.recomputing import Kept

COMMAND = "Each can be trained again with the button above, or all of them with `python -m {module} --again`."


def lab_url(study: str, row: dict[str, Any]) -> str:
    """The address that opens the Lab with the settings of a study's row."""
    return f"./?{urlencode({'row': studies.link(study, row)})}"


def url(kept: Kept) -> str:
    """The address that opens the Lab with the run's own settings."""
    return f"./?{urlencode(kept.query)}"


def show(kept: Sequence[Kept], values: Sequence[float | None], measure: str, key: str, module: str) -> None:
    """A closed table of the runs; ``values`` are what each reached in ``measure``, in the same order."""
    with st.expander(f"The {len(kept)} runs behind this, with settings and SHA-256", icon=":material/fingerprint:",
                     key=f"runs_{key}", on_change="rerun") as opened:  # fmt: skip
        if opened.open:
            table = {
                "run": [one.words for one in kept], measure: list(values), "settings": [url(one) for one in kept],
                "parameters_sha256": [one.sha256 or "not trained yet" for one in kept],
            }  # fmt: skip
            columns = {
                "settings": st.column_config.LinkColumn(display_text="open in the Lab", width="small"),
                measure: st.column_config.NumberColumn(format="%.1f", width="small"),
                "run": st.column_config.TextColumn(width="medium"),
            }
            st.dataframe(table, hide_index=True, column_config=columns, key=f"table_{key}")
            st.caption(COMMAND.format(module=module))
