"""Starts the server: on this machine alone, unless told otherwise."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from deepspine.data.errors import ConfigError, InputError
from deepspine.labeling.annotate.app import create_app
from deepspine.labeling.annotate.schema import Database
from deepspine.labeling.annotate.store import Store

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8300
MAX_CONNECTIONS = 200
SHUTDOWN_S = 5
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]", "::1")


@dataclass(frozen=True)
class ServerOptions:
    """Where a server listens.

    Attributes
    ----------
    host, port
        Address; other machines can only reach one that is not loopback.
    names
        Further names under which browsers may ask for it.
    certificate, key
        For HTTPS.
    plain_http
        Serve other machines without HTTPS all the same, for example behind a proxy that adds it.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    names: Sequence[str] = ()
    certificate: Path | None = None
    key: Path | None = None
    plain_http: bool = False

    @property
    def scheme(self) -> str:
        """`https` with a certificate."""
        return "https" if self.certificate else "http"

    def check(self) -> None:
        """Refuse what would send report text over a network in the open.

        Raises
        ------
        ConfigError
            When the address is not loopback and there is neither a certificate nor `plain_http`.
        InputError
            When the certificate or its key is not there.
        """
        for path in (self.certificate, self.key):
            if path is not None and not path.is_file():
                raise InputError(f"{path}: no such file; --certificate and --key name PEM files")
        if is_loopback(self.host) or self.certificate or self.plain_http:
            return
        raise ConfigError(
            f"{self.host} can be reached from other machines and would send reports unencrypted; give --certificate "
            "and --key, or --plain-http behind a proxy that encrypts"
        )


def check_free(host: str, port: int) -> None:
    """Refuse an address at which nothing can listen, as where another server does.

    Raises
    ------
    ConfigError
        Says why.
    """
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise ConfigError(f"nothing can be served at {host}, port {port}: {reason}; give another --port") from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def serve(place: str, options: ServerOptions) -> None:
    """Serve a project until interrupted.

    Parameters
    ----------
    place
        SQLite file or database URL.

    Raises
    ------
    ConfigError, InputError
        As `ServerOptions.check`; or the project is empty.
    """
    options.check()
    database = Database(place, create=False)
    store = Store(database)
    if not store.report_ids() or not store.readers():
        database.close()
        raise InputError(
            "the project has no reports or no readers; see deepspine annotate load and deepspine annotate reader"
        )
    app = create_app(
        store, hosts=[*LOOPBACK_NAMES, options.host, *options.names], secure_cookie=bool(options.certificate)
    )
    config = uvicorn.Config(
        app, host=options.host, port=options.port, access_log=False, log_level="warning", server_header=False,
        proxy_headers=False, limit_concurrency=MAX_CONNECTIONS, timeout_graceful_shutdown=SHUTDOWN_S,
        ssl_certfile=options.certificate, ssl_keyfile=options.key,
    )  # fmt: skip
    try:
        uvicorn.Server(config).run()
    finally:
        database.close()
