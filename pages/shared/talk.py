"""The talk of this session: its scenes in their order, what is added to them, and how the stage gets them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared import scenes, stage_pages
from ppo_engine.jobs import talks
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.talks import Scene, Talk
from ppo_engine.knobs import ConfigError

OWN = Talk("Why clipping works", tuple(Scene(scene=scene.name) for scene in scenes.SCENES))


def current() -> Talk:
    """The talk as it stands: this session's, else the program's own."""
    return st.session_state.get("_talk", OWN)


def change(talk: Talk) -> None:
    """From now on this is the session's talk."""
    st.session_state["_talk"] = talk


def tell(sentence: str, good: bool = False) -> None:
    """Note one sentence for the arranging page; it stands until something else is done."""
    st.session_state["_talk_said"] = (sentence, good)


def said() -> tuple[str, bool]:
    """The sentence noted last, and whether it is good news; it is told once."""
    return st.session_state.pop("_talk_said", ("", True))


def add(scene: Scene) -> None:
    """Put a scene at the end; raises ConfigError when the talk is full."""
    talk = current()
    if len(talk.scenes) >= talks.MOST_SCENES:
        raise ConfigError("scenes", f"a list of {len(talk.scenes)}", f"at most {talks.MOST_SCENES}, so remove one")
    change(talk._replace(scenes=(*talk.scenes, scene)))


def move(at: int, by: int) -> None:
    """Let a scene change places with a neighbour."""
    listed = list(current().scenes)
    if 0 <= at < len(listed) and 0 <= at + by < len(listed):
        listed[at], listed[at + by] = listed[at + by], listed[at]
        change(current()._replace(scenes=tuple(listed)))


def remove(at: int) -> None:
    """Take a scene out, and remember it for undo; the last one stays."""
    talk = current()
    if 0 <= at < len(talk.scenes) and len(talk.scenes) > 1:
        st.session_state["_talk_before"] = talk
        change(talk._replace(scenes=talk.scenes[:at] + talk.scenes[at + 1 :]))


def undo() -> None:
    """The talk as it was before the last removal."""
    if before := st.session_state.pop("_talk_before", None):
        change(before)


def check_known(talk: Talk) -> Talk:
    """The talk, if every scene that it names is one of ours; raises ConfigError."""
    for scene in talk.scenes:
        if scene.scene and scene.scene not in scenes.BY_NAME:
            raise ConfigError("scene", scene.scene, "one of " + ", ".join(scenes.BY_NAME))
    return talk


def open_file(data: bytes) -> None:
    """Take over a talk file; raises ConfigError, and then the talk stays as it is."""
    change(check_known(talks.parse(data)))
    st.session_state.pop("_talk_id", None)


def open_kept(talk_id: str) -> None:
    """Take over a talk of the runs folder; raises ConfigError, and then the talk stays as it is."""
    change(check_known(talks.read(runs_folder(), talk_id)))
    st.session_state["_talk_id"] = talk_id


def draft() -> str:
    """The session's own talk as the browser keeps it for a reload; empty while it is the program's."""
    return talks.dump(current()) if "_talk" in st.session_state else ""


def restore(text: object) -> None:
    """Take back what the browser kept over a reload; what is no talk is left alone."""
    if "_talk" in st.session_state or not isinstance(text, str) or len(text) > talks.MOST_BYTES:
        return
    try:
        open_file(text.encode("utf-8", "replace"))
    except ConfigError as error:
        tell(f"{error} What this tab kept of a talk is left out.")


def read_url() -> None:
    """Open the talk that the URL names, once; one that is not there is told in a sentence."""
    asked = st.query_params.get("talk", "")
    if not asked or asked == st.session_state.get("_talk_asked"):
        return
    st.session_state["_talk_asked"] = asked
    try:
        open_kept(asked)
    except ConfigError as error:
        tell(f"{error} The talk of this session is shown instead.")


def on_stage(talk: Talk) -> list[dict[str, Any]]:
    """The scenes as the browser plays them."""
    return [_own(scene) if scene.scene else _page(scene) for scene in talk.scenes]


def _own(scene: Scene) -> dict[str, Any]:
    own = scenes.BY_NAME[scene.scene]
    return {
        "name": own.name, "title": scene.title or own.title, "show": scene.show or own.show,
        "say": scene.say or own.say, "figure": own.figure, "keep": own.keep, "tiles": own.tiles,
        "path": own.path, "twins": own.live.twins, "panels": own.live.panels,
    }  # fmt: skip


def _page(scene: Scene) -> dict[str, Any]:
    return {
        "name": "page", "title": scene.title or scene.page, "show": scene.show, "say": scene.say, "figure": "page",
        "keep": (), "tiles": (), "path": (), "page": scene.page, "twins": False, "panels": (),
        **stage_pages.drawn(scene.page),
    }  # fmt: skip
