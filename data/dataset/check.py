"""Check a dataset: checksums, schema, splits, and that it says no more than a dataset may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from deepspine.data.crops import INPUTS
from deepspine.data.dataset.manifest import MANIFEST, REJECTS, Manifest, Shard
from deepspine.data.dataset.sample import Sample
from deepspine.data.dataset.shards import file_sha256, offsets_name, read_offsets, scan_offsets, stored_samples
from deepspine.data.dataset.splits import split_of
from deepspine.data.dataset.storage import Folder, Location
from deepspine.data.errors import DeepspineError

OTHER_FILES = frozenset({MANIFEST, REJECTS})
"""What a dataset's folder holds beside its shards."""


def check_dataset(folder: Location, *, advance: Callable[[int], None] = lambda n: None) -> list[str]:
    """Return what is wrong with a dataset, one line a defect; nothing when it is sound.

    Parameters
    ----------
    advance
        Called with the number of shards done since its last call.

    Raises
    ------
    InputError
        When the folder holds no readable manifest.
    """
    manifest = Manifest.read(folder)
    place = Folder(folder)
    names = place.names()
    problems = [*_strangers(names, manifest), *_split_problems(manifest), *_repeated(manifest)]
    for shard in manifest.shards:
        if shard.name not in names:
            problems.append(f"{shard.name}: missing")
        else:
            with place.on_disk(shard.name) as path:
                problems += _shard_problems(path, shard, manifest)
                problems += _offset_problems(place, shard.name, path) if offsets_name(shard.name) in names else []
        advance(1)
    return problems


def _strangers(names: Sequence[str], manifest: Manifest) -> Iterator[str]:
    shards = {shard.name for shard in manifest.shards}
    known = OTHER_FILES | shards | {offsets_name(shard) for shard in shards}
    yield from (
        f"{name}: not in the manifest; a build was interrupted or someone added it: remove it"
        for name in names
        if name not in known
    )


def _split_problems(manifest: Manifest) -> Iterator[str]:
    for shard in manifest.shards:
        wrong = sum(split_of(study.patient_key, manifest.shares) != shard.split for study in shard.studies)
        if wrong:
            yield f"{shard.name}: {wrong} studies are of patients who belong to another split than {shard.split}"


def _repeated(manifest: Manifest) -> Iterator[str]:
    counts = Counter(study.study_key for study in manifest.studies)
    yield from (f"study {key}: stands {n} times" for key, n in counts.items() if n > 1)


def _offset_problems(folder: Folder, shard: str, path: Path) -> Iterator[str]:
    try:
        agrees = read_offsets(folder, shard) == scan_offsets(path)
    except DeepspineError:
        agrees = False
    if not agrees:
        yield f"{offsets_name(shard)}: does not tell where the samples of the shard lie; copy it again"


def _shard_problems(path: Path, shard: Shard, manifest: Manifest) -> Iterator[str]:
    if file_sha256(path) != shard.sha256:
        yield f"{shard.name}: checksum differs from the manifest; copy the shard again"
        return
    found: Counter[str] = Counter()
    patients = {study.study_key: study.patient_key for study in shard.studies}
    only = replace(manifest, shards=(shard,))
    for stored in stored_samples(path.parent, "all", only):
        try:
            sample = stored.read()
        except DeepspineError as error:
            yield f"{shard.name}: {stored.key}: {error}"
            continue
        found[sample.study_key] += 1
        yield from (f"{shard.name}: {stored.key}: {problem}" for problem in _sample_problems(sample, manifest))
        if patients.get(sample.study_key) != sample.patient_key:
            yield f"{shard.name}: {stored.key}: its patient is not that of the manifest"
    if found != Counter({study.study_key: study.levels for study in shard.studies}):
        yield f"{shard.name}: studies or numbers of levels differ from the manifest"


def _sample_problems(sample: Sample, manifest: Manifest) -> Iterator[str]:
    if not sample.crops:
        yield "no crop at all"
    for name in INPUTS:
        wanted = manifest.preset.spec_of(name).pixels
        if name in sample.crops and sample.crops[name].shape != wanted:
            yield f"{name} must have the shape {wanted}, got {sample.crops[name].shape}"
