"""The web application of a project, put together."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from deepspine.labeling.annotate.agreement_page import AgreementPage
from deepspine.labeling.annotate.guarding import Guard, SafeHeaders
from deepspine.labeling.annotate.routes import router
from deepspine.labeling.annotate.store import Store

MAX_BODY_BYTES = 16 * 1024
"""A change has some 200 bytes."""


def create_app(store: Store, *, hosts: Sequence[str], secure_cookie: bool = False) -> FastAPI:
    """Return the web application of a project.

    Parameters
    ----------
    store
        The project.
    hosts
        Names under which the server may be asked for; others are refused (DNS rebinding).
    secure_cookie
        Whether the session's cookie is only sent over HTTPS.
    """
    app = FastAPI(title="deepspine annotate", openapi_url=None, max_body_size=MAX_BODY_BYTES)
    app.state.store = store
    app.state.guard = Guard.usual(store.database)
    app.state.secure_cookie = secure_cookie
    app.state.agreement = AgreementPage(store)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(SafeHeaders)
    app.mount("/static", StaticFiles(directory=Path(str(files("deepspine.labeling.annotate") / "static"))))
    app.include_router(router)
    return app
