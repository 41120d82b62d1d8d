"""The reader of clauses is put together from parts; none may hide what another does under the same name."""

import inspect
from collections import defaultdict

from deepspine.labeling.attachment import ClauseReader


def test_no_part_hides_a_method_of_another() -> None:
    owners: dict[str, list[type]] = defaultdict(list)
    for part in ClauseReader.__mro__[:-1]:
        for name, member in vars(part).items():
            if callable(member) and not name.startswith("__"):
                owners[name].append(part)
    shared = {name: parts for name, parts in owners.items() if len(parts) > 1}
    hidden = {
        name: [part.__name__ for part in parts]
        for name, parts in shared.items()
        if any(f"super().{name}(" not in inspect.getsource(getattr(part, name)) for part in parts[:-1])
    }
    assert not hidden
