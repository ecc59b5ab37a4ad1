"""The soak proves nothing with damage that damages nothing."""

import random
from pathlib import Path

from soak.chaos import DAMAGES, damage
from soak.lakes import FolderLake
from support.lake import lake_config


def test_each_damage_changes_files_of_the_checkpoint(tmp_path: Path) -> None:
    changed = set()
    for seed in range(100):
        lake = FolderLake(tmp_path / str(seed), has_own_mounts=False)
        config = lake_config(lake.root)
        paths = [f"{config.positions_path}/2/s1", f"{config.runs_path}/1/ingest-1/offsets/0", f"{config.epoch_path}/1"]
        for path in paths:
            Path(path).parent.mkdir(parents=True)
            lake.write(path, b'{"version": 1}')
        before = [lake.read(path) for path in paths]
        name = damage(lake, config, random.Random(seed))
        assert before != [lake.read(path) if Path(path).exists() else None for path in paths], name
        changed.add(name)
    assert changed == set(DAMAGES)


def test_damage_that_cannot_be_done_is_said(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path / "lake", has_own_mounts=False)
    said = {damage(lake, lake_config(lake.root), random.Random(seed)) for seed in range(100)}
    assert all("not done" in name for name in said)
