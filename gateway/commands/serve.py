"""`serve`: the gateway on uvicorn and httptools, stopped cleanly by SIGTERM or Ctrl-C."""

import gc
import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gateway.commands import logs
from gateway.commands.administration import administered
from gateway.commands.opening import configuration, database, require_keys, require_migrated
from gateway.commands.serving import ignore_repeated_signals, port_taken, server_of
from gateway.commands.terminal import CannotDo, ExitCode
from gateway.config import Config
from gateway.errors import ConfigurationFault

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.commands.background_work import BackgroundWork

LAST_S: Final = 3.0
"""After them, how long the store may take to close: the whole stays under twelve seconds."""


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Adresse d'écoute.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port d'écoute.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=1, help="Un seul : les envois en cours y sont tenus.")
    ] = 1,
) -> None:
    """Serve until told to stop."""
    gc.disable()  # until all is there, there is no garbage: looking for it was a sixth of the start
    config = configuration()
    config = replace(
        config,
        listen_host=host or config.listen_host,
        listen_port=config.listen_port if port is None else port,
    )
    if host is not None or port is not None:
        stated = f"{config.listen_host}:{config.listen_port}"
        config = replace(config, hosts=config.hosts | {stated})
    require_keys(config)
    require_migrated(config)
    logs.configure(config.log_level)
    _run(config, workers=workers)


def _run(config: Config, *, workers: int) -> None:
    with database(config):
        background = _background(config)
        gateway = _gateway(config, background)
        background.start(gateway)
        ignore_repeated_signals()
        server = server_of(
            logs.Answered(gateway.asgi),
            host=config.listen_host,
            port=config.listen_port,
            workers=workers,
        )
        try:
            with administered(config.admin_bind, gateway.administration):
                server.run()
        except SystemExit:
            raise port_taken(config.listen_port) from None
        finally:
            _end_for_sure()
            background.close()
            gateway.close()


def _background(config: Config) -> "BackgroundWork":
    from gateway.commands.background_work import BackgroundWork  # noqa: PLC0415 - slow: see opening

    return BackgroundWork(config)


def _gateway(config: Config, background: "BackgroundWork") -> "Gateway":
    """The gateway, with everything that it imports: it stays for good, and is not searched."""
    from gateway.app import Gateway  # noqa: PLC0415 - slow: see opening

    try:
        gateway = Gateway(config, warnings=background.warnings, background=background)
    except ConfigurationFault as fault:
        fr, en = f"Démarrage impossible : {fault.fr}.", f"Cannot start: {fault.en}."
        raise CannotDo(fr, en) from None
    gc.freeze()
    gc.enable()
    return gateway


def _end_for_sure() -> None:
    """A judgement that never ends does not keep the process: what is committed stays committed."""
    timer = threading.Timer(LAST_S, os._exit, args=(ExitCode.NOT_DONE,))
    timer.daemon = True
    timer.start()
