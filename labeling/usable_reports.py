"""Which reports of a file or folder are used, and why the others are not: one check for every verb that reads texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects
from deepspine.labeling.lexicon import Lexicon, load_lexicon
from deepspine.labeling.refusal import reason_to_refuse
from deepspine.labeling.report_files import ReportText, read_reports


def usable_reports(reports: Iterable[ReportText], rejects: Rejects, lexicon: Lexicon) -> Iterator[ReportText]:
    """Yield the reports that can be used, each id once; `rejects` takes the others, by their place."""
    seen: set[int] = set()
    for report in reports:
        identity = hash(report.report_id)
        if report.fault:
            rejects.add(report.source, report.fault)
        elif not report.report_id or report.report_id.isspace():
            rejects.add(report.source, "no report id")
        elif not report.report_id.isprintable():
            rejects.add(report.source, "report id holds a line end or another sign that does not print")
        elif identity in seen:
            rejects.add(report.source, "report id appears twice; the first is kept")
        else:
            seen.add(identity)
            reason = reason_to_refuse(report.text, lexicon)
            if reason is None:
                yield report
            else:
                rejects.add(report.source, reason)


def usable_texts(
    path: Path | str,
    rejects: Rejects,
    *,
    id_column: str,
    text_column: str,
    wanted: Collection[str] | None = None,
    rules: str | None = None,
) -> dict[str, str]:
    """Return the texts that can be used by report id, all or those `wanted`, in the order of the file.

    Parameters
    ----------
    path, id_column, text_column
        As for `read_reports`.
    rejects
        Takes what cannot be used: of the reports that are wanted, and of those whose id cannot be told.
    rules
        Folder of a site's own rules.

    Raises
    ------
    InputError
        As `read_reports`, and when no report is left.
    """
    reports = (
        report
        for report in read_reports(path, id_column=id_column, text_column=text_column)
        if wanted is None or report.report_id in wanted or not report.report_id
    )
    texts = {report.report_id: report.text for report in usable_reports(reports, rejects, load_lexicon(rules))}
    if not texts and rejects:
        source, reason = rejects.rows[0]
        raise InputError(f"{path}: no report can be used; of {len(rejects)} rejected the first is {source}: {reason}")
    if not texts:
        raise InputError(f"{path}: holds none of the reports; check --id-column")
    return texts
