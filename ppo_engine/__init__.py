"""PPO, taken apart: objectives, networks, rollouts and the trainer, on NumPy alone."""
