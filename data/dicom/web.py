"""MR studies from a DICOMweb server (QIDO-RS, WADO-RS) into a folder that `index_archive` reads.

Files are named by pseudonymous keys, written whole or not at all, and fetched once: a run that was stopped goes on
where it was. Nothing but the server that the user names is ever contacted; a password comes from the user's `.netrc`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from deepspine.data.dicom.headers import pseudonymous_key
from deepspine.data.errors import InputError
from deepspine.data.extras import needs_extra
from deepspine.data.rejects import Rejects
from deepspine.data.whole_files import whole_file

TIMEOUT_S = 60.0
"""Longest silence of a server before a request fails; large series stream well within it."""
PAGE = 500
"""Answers asked for at a time; servers have limits of their own, often 1,000."""
_STUDY_UID, _SERIES_UID, _SOP_UID = "0020000D", "0020000E", "00080018"


class RemoteSeries(NamedTuple):
    """A series on a server, by its UIDs."""

    study_uid: str
    series_uid: str


@dataclass(frozen=True)
class FetchSummary:
    """What a run did."""

    studies: int
    series: int
    files_fetched: int
    files_there: int


def fetch_studies(
    url: str,
    folder: Path,
    *,
    study_date: str = "",
    rejects: Rejects,
    advance: Callable[[int], None] | None = None,
) -> FetchSummary:
    """Fetch the MR series of a DICOMweb server.

    Parameters
    ----------
    url
        Root of the DICOMweb service, such as `https://pacs.example/dicom-web`.
    folder
        Where files go, as `STUDY/SERIES/INSTANCE.dcm` by pseudonymous keys; files that are there are not fetched again.
    study_date
        A DICOM date or range (`20200101-20201231`); empty for all.
    rejects
        Takes series that could not be fetched; the rest is done.
    advance
        Called with the number of series done since its last call.

    Raises
    ------
    ConfigError
        When `dicomweb-client` is not installed.
    InputError
        When the server does not answer the first question.
    """
    client = _client(url)
    fetched = there = n_series = 0
    studies: set[str] = set()
    for remote in _series_of_server(client, url, study_date=study_date, rejects=rejects):
        studies.add(remote.study_uid)
        n_series += 1
        try:
            new, old = _fetch_series(client, remote, folder)
            fetched, there = fetched + new, there + old
        except _request_errors() as error:
            rejects.add(f"series {pseudonymous_key(remote.series_uid)}", f"not fetched whole ({type(error).__name__})")
        if advance is not None:
            advance(1)
    return FetchSummary(len(studies), n_series, fetched, there)


def _client(url: str) -> Any:
    with needs_extra("web", "DICOMweb"):
        from dicomweb_client.api import DICOMwebClient
    try:
        return DICOMwebClient(url, timeout=TIMEOUT_S)
    except ValueError:
        raise InputError(f"{url!r} is no address of a server; expected http(s)://HOST[:PORT]/PATH") from None


def _request_errors() -> tuple[type[Exception], ...]:
    from requests.exceptions import RequestException

    # The client raises ValueError and KeyError on answers that are no DICOM.
    return (RequestException, ValueError, KeyError, OSError)


def _series_of_server(client: Any, url: str, *, study_date: str, rejects: Rejects) -> Iterator[RemoteSeries]:
    """Yield the MR series of a server, study by study; a study that it does not tell of is rejected."""
    filters = {"ModalitiesInStudy": "MR"} | ({"StudyDate": study_date} if study_date else {})
    try:
        study_uids = _all_uids(partial(client.search_for_studies, search_filters=filters), _STUDY_UID)
    except _request_errors() as error:
        raise InputError(
            f"{url} does not answer a DICOMweb search ({type(error).__name__}); check address and access"
        ) from None
    for study_uid in study_uids:
        search = partial(client.search_for_series, study_uid, search_filters={"Modality": "MR"})
        try:
            series_uids = _all_uids(search, _SERIES_UID)
        except _request_errors() as error:
            rejects.add(f"study {pseudonymous_key(study_uid)}", f"series not listed ({type(error).__name__})")
            continue
        yield from (RemoteSeries(study_uid, series_uid) for series_uid in series_uids)


def _all_uids(search: Callable[..., list[dict[str, Any]]], tag: str) -> list[str]:
    """Return the UIDs of all answers, page by page, sorted.

    Ends at a page that brings nothing new: servers that do not know `offset` give the first page for ever.
    """
    found: set[str] = set()
    while True:
        page = {str(answer[tag]["Value"][0]) for answer in search(limit=PAGE, offset=len(found))}
        if page <= found:
            return sorted(found)
        found |= page


def _fetch_series(client: Any, remote: RemoteSeries, folder: Path) -> tuple[int, int]:
    """Fetch what is missing of a series; return the number of files fetched and of those that were there."""
    target = folder / pseudonymous_key(remote.study_uid) / pseudonymous_key(remote.series_uid)
    wanted = _all_uids(partial(client.search_for_instances, remote.study_uid, remote.series_uid), _SOP_UID)
    missing = {uid for uid in wanted if not _path_of(target, uid).exists()}
    if missing:
        target.mkdir(parents=True, exist_ok=True)
        for dataset in client.iter_series(remote.study_uid, remote.series_uid):
            if str(dataset.SOPInstanceUID) in missing:
                with whole_file(_path_of(target, str(dataset.SOPInstanceUID))) as partial_file:
                    dataset.save_as(partial_file, enforce_file_format=True)
    lost = sum(not _path_of(target, uid).exists() for uid in missing)
    if lost:
        raise ValueError(f"the server lists {len(wanted)} instances and gave {len(wanted) - lost}")
    return len(missing), len(wanted) - len(missing)


def _path_of(target: Path, sop_uid: str) -> Path:
    return target / f"{pseudonymous_key(sop_uid)}.dcm"
