"""A damaged or hostile zip is refused in one sentence and leaves nothing behind."""

from __future__ import annotations

import random
import struct
import zipfile

import pytest

from ppo_engine.jobs.exports.unpacking import CannotImport
from ppo_engine.jobs.importing import import_run
from tests.jobs.hostile import changed, pack, refused


def test_the_untouched_zip_is_taken(good, tmp_path):
    import_run(tmp_path / "there", pack(tmp_path / "same.zip", good))


@pytest.mark.parametrize(
    "name", ["../escape.txt", "/etc/escape", "videos/../../x.mp4", "C:\\x", "videos/a.mp4", "x.pkl", "run.db-wal",
             "videos\\00000001.mp4", "config.json\n", "videos/00000001.MP4"],
)  # fmt: skip
def test_names_that_no_run_has(good, tmp_path, name):
    refused(tmp_path, pack(tmp_path / "bad.zip", {**good, name: b"x"}), "no file of a run")
    assert not (tmp_path / "escape.txt").exists()


def test_links_encryption_and_other_packings(good, tmp_path):
    refused(tmp_path, pack(tmp_path / "a.zip", good, links=["run.db"]), "no file of a run")
    refused(tmp_path, pack(tmp_path / "b.zip", good, zipfile.ZIP_BZIP2), "packed in a way")
    data = bytearray(pack(tmp_path / "c.zip", good).read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + at] |= 1
    (tmp_path / "c.zip").write_bytes(data)
    refused(tmp_path, tmp_path / "c.zip", "encrypted")
    twice = tmp_path / "d.zip"
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(twice, "w") as packed:
        for name in [*good, "config.json"]:
            packed.writestr(name, good[name])
    refused(tmp_path, twice, "twice")


def test_bombs_by_declared_and_by_real_size(good, tmp_path):
    small = {name: good[name] for name in ("config.json", "run.json")}
    bomb = {**small, "videos/00000001.mp4": b"\0\0\0\x18ftyp" + bytes(70 << 20)}
    refused(tmp_path, pack(tmp_path / "a.zip", bomb), "which no run does")
    del bomb
    # Declares ten bytes and unpacks to ten million.
    data = bytearray(pack(tmp_path / "b.zip", {**good, "videos/00000001.mp4": bytes(10 << 20)}).read_bytes())
    at = data.index(b"videos/00000001.mp4")
    assert data[at - 30 : at - 26] == b"PK\x03\x04"
    central = data.rindex(b"videos/00000001.mp4") - 46
    for place in (at - 8, central + 24):
        struct.pack_into("<L", data, place, 10)
    (tmp_path / "b.zip").write_bytes(data)
    refused(tmp_path, tmp_path / "b.zip", "damaged")
    # The end's own counts: 20,001 files, and a directory of 200 MB.
    for name, form, place, value in (("c", "<2H", -14, (20_001, 20_001)), ("e", "<L", -10, (200 << 20,))):
        data = bytearray(pack(tmp_path / f"{name}.zip", good).read_bytes())
        struct.pack_into(form, data, len(data) + place, *value)
        (tmp_path / f"{name}.zip").write_bytes(data)
        refused(tmp_path, tmp_path / f"{name}.zip", "larger than a run")
    large = changed(good, "config.json", lambda values: values.update(parent="x" * 70_000))
    refused(tmp_path, pack(tmp_path / "d.zip", large), "may have")


def test_no_zip_half_a_zip_and_a_zip_of_something_else(good, tmp_path):
    whole = pack(tmp_path / "whole.zip", good).read_bytes()
    for name, data in (("a", b""), ("b", b"PK"), ("c", whole[: len(whole) // 2]), ("d", whole + b"more")):
        (tmp_path / f"{name}.zip").write_bytes(data)
        refused(tmp_path, tmp_path / f"{name}.zip", "not a zip of a run")
    refused(tmp_path, pack(tmp_path / "e.zip", {"config.json": good["config.json"]}), "no run")
    refused(tmp_path, tmp_path / "missing.zip", "no file")
    unlisted = tmp_path / "f.zip"
    with zipfile.ZipFile(unlisted, "w") as packed:
        packed.writestr("config.json", good["config.json"])
        packed.writestr("run.json", b"[" * 100_000)
    refused(tmp_path, unlisted, "not JSON")


def test_every_flipped_byte_is_noticed(good, tmp_path):
    """Damage anywhere in the files' own bytes, by the zip's CRC or by our list; never an error of another kind."""
    source = pack(tmp_path / "good2.zip", good)
    whole = source.read_bytes()
    chance = random.Random(7)
    for _ in range(40):
        data = bytearray(whole)
        place = chance.randrange(len(data))
        data[place] ^= 1 << chance.randrange(8)
        source.write_bytes(data)
        try:
            import_run(tmp_path / "there", source)
        except CannotImport as error:
            assert str(error).endswith(".") and "\n" not in str(error)
    source.write_bytes(whole)
    exchanged = {**good, "checkpoint.npz": good["run.db"]}
    refused(tmp_path, pack(tmp_path / "x.zip", exchanged, listed=False), "SHA-256")
