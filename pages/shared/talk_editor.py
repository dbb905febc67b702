"""Arranging a talk: its scenes in order, moved, removed, brought back and worded; saved, kept and opened as a file."""

from __future__ import annotations

import streamlit as st

from pages.shared import scenes, talk
from pages.shared.plain import plain
from ppo_engine.jobs import talks
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.talks import Scene, Talk
from ppo_engine.knobs import ConfigError


def show() -> None:
    """The whole page below the stage."""
    st.title("Your talk", anchor=False)
    sentence, good = talk.said()
    if sentence:
        (st.success if good else st.error)(plain(sentence))
    now = talk.current()
    order, files = st.columns([3, 2], gap="large")
    with order:
        for at, scene in enumerate(now.scenes):
            _row(at, scene, len(now.scenes))
        _missing(now)
    with files:
        _files(now)


def _own(scene: Scene) -> scenes.Scene | None:
    return scenes.BY_NAME.get(scene.scene)


def _row(at: int, scene: Scene, count: int) -> None:
    own = _own(scene)
    title = scene.title or (own.title if own else scene.page)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"talk_row_{at}"):
        st.markdown(f"**{at + 1}** {plain(title)}" + ("" if own else f"  \n:small[{plain(scene.page[:40])}]"))
        st.space("stretch")
        st.button("Up", key=f"talk_up_{at}", on_click=talk.move, args=(at, -1), disabled=at == 0,
                  help=f"Scene {at + 1} earlier")  # fmt: skip
        st.button("Down", key=f"talk_down_{at}", on_click=talk.move, args=(at, 1), disabled=at == count - 1,
                  help=f"Scene {at + 1} later")  # fmt: skip
        with st.popover("Words", key=f"talk_words_{at}", on_change="rerun") as words:
            if words.open:
                _words(at, scene, own)
        st.button("Remove", key=f"talk_remove_{at}", on_click=talk.remove, args=(at,), disabled=count == 1)


def _words(at: int, scene: Scene, own: scenes.Scene | None) -> None:
    with st.form(f"talk_form_{at}", border=False):
        title = st.text_input("Title", scene.title or (own.title if own else ""), max_chars=talks.LONGEST["title"])
        seen = st.text_input("Shown under it", scene.show or (own.show if own else ""), max_chars=talks.LONGEST["show"])
        said = st.text_area("Said by you", scene.say or (own.say if own else ""), max_chars=talks.LONGEST["say"])
        if st.form_submit_button("Keep these words"):
            worded = scene._replace(
                title="" if own and title == own.title else talks.one_line("title", title),
                show="" if own and seen == own.show else talks.one_line("show", seen),
                say="" if own and said == own.say else talks.one_line("say", said),
            )
            now = talk.current()
            talk.change(now._replace(scenes=now.scenes[:at] + (worded,) + now.scenes[at + 1 :]))
            st.rerun()


def _missing(now: Talk) -> None:
    there = {scene.scene for scene in now.scenes}
    left = [scene for scene in scenes.SCENES if scene.name not in there]
    with st.container(horizontal=True, key="talk_more"):
        if "_talk_before" in st.session_state:
            st.button("Undo the removal", key="talk_undo", on_click=talk.undo, type="primary")
        for scene in left:
            st.button(f"Add: {scene.title}", key=f"talk_add_{scene.name}", on_click=_add, args=(scene.name,))
    st.caption("A scene of your own: **Add to my talk**, in the header of every page of the Lab and of Learn.")


def _add(name: str) -> None:
    try:
        talk.add(Scene(scene=name))
    except ConfigError as error:
        talk.tell(f"{error} Nothing was added.")


def _files(now: Talk) -> None:
    st.text_input("Title of the talk", now.title, key="talk_title", max_chars=talks.LONGEST["title"], on_change=_rename)
    with st.container(horizontal=True):
        st.download_button("Save as a file", talks.dump(now), "talk.json", "application/json", on_click="ignore")
        st.button("Keep in the runs folder", on_click=_keep)
    stored = dict(talks.kept(runs_folder()))
    if stored:
        names = {talk_id: f"{kept.title or 'Untitled'} · {len(kept.scenes)} scenes" for talk_id, kept in stored.items()}
        st.selectbox("Open a kept talk", list(names), index=None, format_func=names.get, key="talk_kept",
                     on_change=_open_kept)  # fmt: skip
    st.file_uploader("Open a talk file", type="json", key="talk_file", on_change=_open_file, max_upload_size=1)
    st.button("The program’s own talk", on_click=talk.change, args=(talk.OWN,))


def _rename() -> None:
    try:
        title = talks.one_line("title", st.session_state["talk_title"])
        talk.change(talk.current()._replace(title=title))
    except ConfigError as error:
        talk.tell(str(error))


def _keep() -> None:
    try:
        talk_id = talks.keep(runs_folder(), talk.current(), st.session_state.get("_talk_id", ""))
    except OSError as error:
        talk.tell(f"The talk could not be written ({error.strerror or error}).")
        return
    st.session_state["_talk_id"] = st.session_state["_talk_asked"] = talk_id
    talk.tell("Kept. The address of this page now opens this talk.", good=True)


def _open_kept() -> None:
    chosen = st.session_state["talk_kept"]
    if not chosen:
        return
    try:
        talk.open_kept(chosen)
        st.session_state["_talk_asked"] = chosen
    except ConfigError as error:
        talk.tell(f"{error} Your talk is as it was.")


def _open_file() -> None:
    uploaded = st.session_state["talk_file"]
    if uploaded is None:
        return
    try:
        talk.open_file(uploaded.getvalue())
        talk.tell(f"Opened: {len(talk.current().scenes)} scenes.", good=True)
    except ConfigError as error:
        talk.tell(f"{error} Your talk is as it was.")
