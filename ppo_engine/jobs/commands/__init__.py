"""The commands of ``python -m ppo_engine``, a file for each kind."""
