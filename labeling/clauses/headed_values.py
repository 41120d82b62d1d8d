"""What is said of the heading before it: "Foramina: | mild on the left", "Modic: | type II", "Bulge: | none"."""

from __future__ import annotations

from deepspine.labeling.clauses.afterthoughts import Afterthoughts
from deepspine.labeling.clauses.frames import (
    GRADED,
    NARROW,
    NONE,
    NORMAL,
    Conjunct,
    Frame,
    clone,
    severity_of_number,
)
from deepspine.labeling.mentions import Mention

_MEASURED_SITES = frozenset(("canal", "foramen", "recess", "disc_signal"))
"""Sites whose heading a bare degree may follow: "Canal: mild"."""

_NUMBERED_SITES = _MEASURED_SITES | {"facet"}
"""Sites whose grades are degrees: "Facets: grade 2"."""


class HeadedValues(Afterthoughts):
    """What is said of the heading before it: "Foramina: | mild on the left", "Modic: | type II", "Bulge: | none"."""

    def _of_topic(self, conjunct: Conjunct) -> None:
        """Say of a heading what follows it: "Foramina: | mild on the left"."""
        topic = self.topic
        assert topic is not None
        frames: list[Frame] = []
        if topic.finding is not None:
            named = topic.findings if conjunct.grade == NONE else [topic.finding]
            frames = [self._of_headed_finding(finding, conjunct) for finding in named]
        for site in topic.sites if topic.finding is None else ():
            twin = clone(conjunct)
            twin.sides = conjunct.sides or topic.sides
            frames += self._of_headed_site(site, topic.predicate or NARROW, twin)
            if conjunct.grade == NONE and site.value in _MEASURED_SITES:
                for frame in frames:
                    frame.bits = 1
        if frames:
            self.last = frames

    def _answer_topic(self, neg: str) -> None:
        """Say the finding of a heading, or its predicate of its sites: "Nerve root impingement: | No"."""
        topic = self.topic
        assert topic is not None
        conjunct = Conjunct(neg, False)
        conjunct.sides = topic.sides
        conjunct.number = next((m for m in topic.mentions if m.kind == "number" and m.form == "grade"), None)
        for finding in topic.findings:
            self._frame(finding.value, self._finding_bits(finding, finding.value), finding, conjunct)
        for site in topic.sites if topic.finding is None and topic.predicate is not None else ():
            self._emit(topic.predicate or NARROW, site, conjunct)

    def _of_headed_finding(self, finding: Mention, conjunct: Conjunct) -> Frame:
        """Read "Modic: | type II", "Spondylolisthesis: | none"."""
        if finding.value == "modic" and conjunct.number is not None:
            bits = conjunct.number.bits
        else:
            bits = 1 if conjunct.grade == NONE else self._finding_bits(finding, finding.value)
        return self._frame(finding.value, bits, finding, conjunct)

    def _of_headed_site(self, site: Mention, predicate: Mention, conjunct: Conjunct) -> list[Frame]:
        """Read "Canal: | mild", "Endplates: | type II", "Facets: | moderate", "Nerve roots: | nil"."""
        number = conjunct.number
        if site.value == "endplate":
            if conjunct.grade == NONE:
                return [self._frame("modic", 1, site, conjunct)]
            if number is not None and number.form == "type":
                return [self._frame("modic", number.bits, number, conjunct)]
            return []
        if site.value in _NUMBERED_SITES and number is not None and not conjunct.grade:
            conjunct.grade = severity_of_number(number)
        if site.value in _MEASURED_SITES:
            return self._emit(predicate, site, conjunct)
        if site.value == "facet":
            return [self._frame("facet_arthropathy", GRADED, site, conjunct)]
        if site.value in ("root", "sac") and (conjunct.grade == NONE or predicate is not NARROW):
            return self._emit(NORMAL if conjunct.grade == NONE else predicate, site, conjunct)
        return []
