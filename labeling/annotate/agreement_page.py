"""How readers agree so far, for the adjudicator's page."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from threading import Lock

from deepspine.data.findings import FINDINGS
from deepspine.labeling.annotate.records import Role
from deepspine.labeling.annotate.store import Store
from deepspine.labeling.validation.readers import ALL_PAIRS, ALL_READERS, ReaderStudy, reader_figures

SHOWN = ("f1", "exact", "compatible", "kappa", "kappa_quadratic", "ac1", "alpha")


@dataclass(frozen=True)
class AgreementTable:
    """Agreement of readers on the reports that all active ones are done with.

    Attributes
    ----------
    n_readers, n_reports
        Readers who are done with a report; reports that all of them are done with.
    rows
        Finding, labels in pairs of readers, and the `SHOWN` figures as text.
    """

    n_readers: int
    n_reports: int
    rows: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    names: tuple[str, ...] = SHOWN


class AgreementPage:
    """Computes the table when something has changed since it was last asked for.

    Parameters
    ----------
    store
        The project.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = Lock()
        self._version: tuple[int, int, float] | None = None
        self._table = AgreementTable(0, 0)

    def table(self) -> AgreementTable:
        """Return the table of now."""
        with self._lock:
            version = self.store.version()
            if version != self._version:
                self._version, self._table = version, self._compute()
            return self._table

    def _compute(self) -> AgreementTable:
        readers = [reader for reader in self.store.readers() if reader.role is not Role.ADJUDICATOR]
        done = {reader.name: self.store.done_numbers(reader) for reader in readers}
        active = [reader for reader in readers if done[reader.name]]
        common = set.intersection(*(done[reader.name] for reader in active)) if active else set()
        if len(active) < 2 or not common:
            return AgreementTable(len(active), len(common))
        ids = self.store.report_ids()
        tables = {reader.name: self.store.table(reader) for reader in active}
        study = ReaderStudy(tables, report_ids=[ids[number] for number in common])
        found: dict[str, dict[str, tuple[int, float]]] = {}
        for one in reader_figures(study, resamples=0):
            if one.who in (ALL_PAIRS, ALL_READERS):
                found.setdefault(one.finding, {})[one.measure] = (one.n, one.without.value)
        rows = tuple(
            (name.replace("_", " "), figures["f1"][0], tuple(_shown(figures.get(measure)) for measure in SHOWN))
            for name, figures in found.items()
            if name == "all" or FINDINGS[name].core or figures["f1"][0]
        )
        return AgreementTable(len(active), len(common), rows)


def _shown(figure: tuple[int, float] | None) -> str:
    return "–" if figure is None or isnan(figure[1]) else f"{figure[1]:.2f}"
