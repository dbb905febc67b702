"""Films to take home: twins in step from one start, the shorter one waiting; even sizes, H.264, GIFs that loop."""

from __future__ import annotations

import imageio
import numpy as np
import pytest
from PIL import Image

from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.jobs.exports.rollout_films import GAP, HEAD, HELD, MOST_FRAMES, _sides, beside, frames, picture
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.life import Life


@pytest.fixture
def twins(written, pole):
    """Two runs of one seed that parted: with the clip and without, and with steps large enough to tell them apart."""
    made = []
    for objective, rate in (("ppo_clip", 3e-3), ("surrogate", 1e-2)):
        folder = written(pole.with_(objective=objective, learning_rate=rate, total_timesteps=1536))
        Life(folder, workers=1, linger=0.0).run()
        made.append(folder)
    return made


def close(sides):
    for side in sides:
        side.flight.env.close()


def test_twins_keep_in_step_and_the_shorter_holds_its_last_picture(twins):
    single, pair = _sides(twins[:1], None), _sides(twins, None)
    assert (pair[0].flight.observation == pair[1].flight.observation).all(), "the same starting state"
    lengths = [side.flight.whole()["length"] for side in pair]
    assert lengths[0] != lengths[1]
    alone = [frame.copy() for frame, _ in frames(single, held=2)]
    both = [frame.copy() for frame, _ in frames(pair, held=2)]
    close(single + pair)
    height, width = alone[0].shape[:2]
    assert both[0].shape == (height, 2 * width + GAP, 3)
    for index, frame in enumerate(both):
        ours = alone[min(index, len(alone) - 1)]
        assert (frame[HEAD:, :width] == ours[HEAD:]).all(), f"the left side is out of step at frame {index}"
    stride = pair[0].flight.stride
    last = -(-min(lengths) // stride)
    short = slice(0, width) if lengths[0] < lengths[1] else slice(width + GAP, None)
    long = slice(width + GAP, None) if lengths[0] < lengths[1] else slice(0, width)
    assert last + 3 < len(both)
    assert all((frame[:, short] == both[last][:, short]).all() for frame in both[last:])
    assert (both[last][:, long] != both[last + 3][:, long]).any()
    assert len(both) == min(MOST_FRAMES, -(-max(lengths) // stride) + 1) + 2


def test_the_film_of_twins_is_h264_with_even_sides_and_shows_both_as_alone(twins, tmp_path):
    shares = []
    one, two = tmp_path / "one.mp4", tmp_path / "two.mp4"
    export(twins[:1], "mp4", one)
    export(twins, "mp4", two, tell=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0
    with imageio.get_reader(one) as alone, imageio.get_reader(two) as both:
        said = both.get_meta_data()
        assert said["codec"] == "h264" and said["pix_fmt"].startswith("yuv420p")
        width, height = said["size"]
        assert width % 2 == height % 2 == 0
        left, whole = [np.asarray(f, int) for f in alone], [np.asarray(f, int) for f in both]
    size = left[0].shape[1]
    for index in (0, 3, min(len(left), len(whole)) - 1 - round(HELD * said["fps"])):
        apart = np.abs(left[index][HEAD:] - whole[index][HEAD:, :size]).mean()
        assert apart < 3, f"frame {index}: grey levels differ by {apart:.1f} on average"


def test_a_gif_loops_for_ever_and_is_small(twins, tmp_path):
    path = tmp_path / "twins.gif"
    export(twins, "gif", path, update=0)
    with Image.open(path) as gif:
        assert gif.format == "GIF" and gif.info["loop"] == 0 and gif.n_frames > 5
        assert gif.info["duration"] >= 80 and gif.size[0] <= 760
    assert path.stat().st_size < 2_000_000


def test_a_film_says_what_it_is_of(twins):
    (side,) = _sides(twins[:1], 1)
    assert side.overlay.title == f"update {side.flight.update}" and side.flight.update <= 1
    assert side.title == "CartPole-v1 · Clipped surrogate · seed 1" or "seed" in side.title
    before = picture(side)
    side.flight.whole()
    side.flight.advance(10_000)
    assert (picture(side)[:HEAD] != before[:HEAD]).any(), "the heading says when it is over"
    close([side])


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_several_stand_in_rows_of_two_with_even_sides(count):
    shown = [np.full((30, 40, 3), 10 * (index + 1), np.uint8) for index in range(count)]
    stage = beside(shown)
    assert stage.shape[0] % 2 == stage.shape[1] % 2 == 0
    for index in range(count):
        top, left = (index // 2) * (30 + GAP), (index % 2) * (40 + GAP)
        assert (stage[top : top + 30, left : left + 40] == 10 * (index + 1)).all()


def test_what_cannot_be_filmed_is_refused_in_one_sentence(twins, written, pole, lander, tmp_path):
    with pytest.raises(CannotExport, match="update is 99, but it must be between 0 and 12"):
        export(twins[:1], "mp4", tmp_path / "x.mp4", update=99)
    with pytest.raises(CannotExport, match="has kept no parameters"):
        export([written()], "gif", tmp_path / "x.gif")
    with pytest.raises(CannotExport, match="of one environment"):
        export([twins[0], written(lander)], "mp4", tmp_path / "x.mp4")
    assert list(tmp_path.glob("*x.*")) == []
