"""parquet: the same rows as the csv in typed columns, with each run's config in the file's metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ppo_engine.jobs.exports.formats import Tell
from ppo_engine.jobs.exports.rows import HEAD, WHOLE, rows_of
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.listing import read_config

TEXT = ("run_id", "env_id", "objective", "knobs_moved")


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """One row group a run; integers and float64 as they are kept, NaN as NaN and never as null."""
    # Imported late: whoever writes a csv never pays for it.
    import pyarrow
    import pyarrow.parquet

    def kind(name: str) -> Any:
        if name in TEXT:
            return pyarrow.string()
        return pyarrow.int64() if name in (*WHOLE, "seed") else pyarrow.float64()

    configs = {folder.run_id: read_config(folder, to_tell=True).to_dict() for folder in folders}
    about = {"ppo_playground": json.dumps({"format": 1, "configs": configs})}
    schema = pyarrow.schema([(name, kind(name)) for name in HEAD], metadata=about)
    with pyarrow.parquet.ParquetWriter(path, schema) as file:
        for done, folder in enumerate(folders):
            rows = list(rows_of(folder))
            columns = zip(*rows, strict=True) if rows else [()] * len(HEAD)
            arrays = [pyarrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            file.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            tell((done + 1) / len(folders))
