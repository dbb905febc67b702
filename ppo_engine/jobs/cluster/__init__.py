"""Runs of a grid on a Ray cluster: one task a run, one sink on this machine that writes what the tasks send."""
