"""`rag serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.completion import complete_config
from rag.cli.options import Chosen

FILE_OF_KEYS = Path(".rag/keys.json")


def serve(  # noqa: PLR0913, PLR0917  # each is an option
    config: Annotated[
        list[str] | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE|PRESET",
            help="A YAML file or a preset; its name is the model's. Repeatable.  [default: as elsewhere]",
            autocompletion=complete_config,
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option("--index", envvar="RAG_INDEX", show_envvar=False, metavar="DIR", help="The index's folder."),
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value in each. Repeatable.")
    ] = None,
    allow_import: Annotated[
        list[str] | None,
        typer.Option("--allow-import", metavar="PACKAGE", help="Let the YAML name this package's classes. Repeatable."),
    ] = None,
    host: Annotated[str, typer.Option(help="The address; another than this machine's own needs keys.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8000,
    keys: Annotated[
        Path, typer.Option(envvar="RAG_KEYS", show_envvar=False, metavar="FILE", help="Keys, made by `rag key`.")
    ] = FILE_OF_KEYS,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Ask nobody for a key.")] = False,
    cors: Annotated[
        list[str] | None, typer.Option(metavar="ORIGIN", help="Let pages of this origin call. Repeatable.")
    ] = None,
    uploads: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where uploaded files are kept.  [default: beside the index]")
    ] = None,
    keep_days: Annotated[
        float, typer.Option(min=0, help="Days that responses are kept for previous_response_id; 0 keeps none.")
    ] = 30.0,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds an answer may take, waiting included.")] = 120.0,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Questions computed at once.  [default: the cores]")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Questions at once that wait for a language model.")] = 256,
    queue: Annotated[int, typer.Option(min=0, help="Questions that may wait; one more gets status 429.")] = 256,
    max_upload_mib: Annotated[int, typer.Option(min=1, help="MiB of an uploaded file at most.")] = 128,
    otel: Annotated[
        bool, typer.Option("--otel", help="Send OpenTelemetry spans where OTEL_EXPORTER_OTLP_ENDPOINT says.")
    ] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log lines as JSON.")] = False,
) -> None:
    """Serve pipelines over OpenAI's protocol: any chat UI and SDK that speaks it can ask.

    http://127.0.0.1:8000/v1 is the address for clients. Ctrl-C ends it when running answers are finished.
    """
    wanted: list[str | None] = [*config] if config else [None]
    chosen = [Chosen(name, index, set, allow_import) for name in wanted]
    configurations = [(Path(one.source).stem, one.configuration()) for one in chosen]

    from rag.cli.terminal import err, note
    from rag.pipeline import Pipeline
    from rag.server.models import Model
    from rag.server.run import check_free, secured
    from rag.server.run import serve as run
    from rag.server.settings import MIB, Settings

    settings = Settings(
        threads=threads or Settings().threads,
        timeout_s=timeout,
        concurrency=concurrency,
        queue=queue,
        max_upload_bytes=max_upload_mib * MIB,
        cors=tuple(cors or ()),
        keys=keys,
        uploads=uploads,
        keep_days=keep_days,
        otel=otel,
        log_json=log_json,
    )
    settings, warning = secured(settings, host, no_auth=no_auth)
    check_free(host, port)
    models = [Model(name, Pipeline.from_configuration(one)) for name, one in configurations]
    if warning:
        err().print(warning, style="bold red", soft_wrap=True)
    shown = f"[{host}]" if ":" in host else host
    names = ", ".join(model.name for model in models)
    note(f"http://{shown}:{port}/v1  models: {names}  {'keys: ' + str(settings.keys) if settings.keys else 'no keys'}")
    run(models, settings, host, port)
