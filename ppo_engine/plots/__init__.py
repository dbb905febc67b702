"""Pure functions from a run's numbers to what the page draws: packets for the live charts, tiles, words."""
