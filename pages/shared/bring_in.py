"""Import: a run that was taken home as a zip comes back, or comes here; what is no run is refused in one sentence."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.plain import plain
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.exports.unpacking import CannotImport
from ppo_engine.jobs.importing import import_apart

LARGEST_MB = 500


def show() -> None:
    """The popover with the place for the file."""
    with st.popover("Import a run", icon=":material/upload:", key="import", on_change="rerun") as opened:
        if opened.open:
            _place()


def show_outcome() -> None:
    """What became of a file that was just imported."""
    if said := st.session_state.pop("_imported", None):
        st.success(plain(said), icon=":material/check:")


def _place() -> None:
    # Another key makes an empty place: the file is looked at once, and not again at every drawing of the page.
    count = st.session_state.setdefault("_imports", 0)
    file = st.file_uploader(
        "A run's zip, from Take home", "zip", key=f"import_file_{count}", max_upload_size=LARGEST_MB,
        help="Larger ones: python -m ppo_engine import FILE",
    )  # fmt: skip
    if file is not None:
        st.session_state["_imports"] = count + 1
        with st.spinner("Looking through the file"):
            _import(file)
        st.rerun()
    if refused := st.session_state.pop("_import_refused", None):
        st.error(plain(refused), icon=":material/error:")


def _import(file: Any) -> None:
    try:
        with tempfile.TemporaryDirectory() as beside:
            source = Path(beside) / "run.zip"
            source.write_bytes(file.getbuffer())
            st.session_state["_imported"] = import_apart(runs_folder(), source).sentence
    except CannotImport as error:
        st.session_state["_import_refused"] = str(error).replace("run.zip", "This file")
    except OSError as error:
        st.session_state["_import_refused"] = f"It could not be imported ({error.strerror or error})."
