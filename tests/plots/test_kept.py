"""The figure of kept seeds: each dot tells its own seed and return, and only enough seeds have an interval."""

from __future__ import annotations

from ppo_engine.plots.kept import Line, described, dots


def test_a_dot_tells_its_seed_and_few_seeds_have_no_band():
    five = Line("TRPO", "trpo", [5.0, 1.0, 3.0, 2.0, 4.0], 3.0, (1.5, 4.5))
    three = Line("REINFORCE", "reinforce", [-1.0, -2.0, -3.0], -2.0, None)
    figure = dots([five, three], "return", {4.5: "solved"})
    band, seeds, centre, few, few_centre = figure.data
    assert list(zip(seeds.customdata, seeds.x, strict=True)) == [(1, 5.0), (2, 1.0), (3, 3.0), (4, 2.0), (5, 4.0)]
    assert list(band.x) == [1.5, 4.5] and list(centre.x) == [3.0] and list(few_centre.x) == [-2.0]
    assert list(few.customdata) == [1, 2, 3] and seeds.marker.symbol != few.marker.symbol
    assert described([five, three]) == "Interquartile means over seeds: TRPO 3.0; REINFORCE -2.0."
