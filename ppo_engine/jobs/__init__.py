"""Runs as folders and processes: storage, supervisor, worker, control and videos. Knows no Streamlit and no Plotly."""
