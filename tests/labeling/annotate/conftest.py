"""A project of ten invented reports with readers of every kind, and clients of its application."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from annotation_projects import SignedIn, add_readers, make_store
from fastapi.testclient import TestClient

from deepspine.labeling.annotate.app import create_app
from deepspine.labeling.annotate.records import Role
from deepspine.labeling.annotate.store import Store

ROLES = {"anna": Role.ASSISTED, "bert": Role.BLIND, "cleo": Role.BLIND, "judge": Role.ADJUDICATOR}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    project = make_store(str(tmp_path / "project.db"))
    yield project
    project.database.close()


@pytest.fixture
def tokens(store: Store) -> dict[str, str]:
    return add_readers(store, **ROLES)


@pytest.fixture
def client(store: Store) -> TestClient:
    """Return a browser without a session."""
    return TestClient(create_app(store, hosts=["testserver"]))


@pytest.fixture
def signed_in(store: Store, tokens: dict[str, str]) -> Callable[[str], SignedIn]:
    """Return a function that signs a reader in, each with a browser of their own."""
    app = create_app(store, hosts=["testserver"])
    return lambda name: SignedIn(TestClient(app), tokens[name])
