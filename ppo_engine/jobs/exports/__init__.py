"""What can be taken home of a run: one file a format, and formats.py that lists them."""
