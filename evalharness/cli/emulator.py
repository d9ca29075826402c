"""`evalharness emulator serve`: a local server that speaks Gemini's wire protocol."""

from __future__ import annotations

from pathlib import Path

import click

from evalharness.cli.examples import examples
from evalharness.core.errors import BadInput, UsageError


@click.group(epilog=examples("evalharness emulator serve --port 8080"))
def emulator() -> None:
    """A local stand-in for Gemini; every reply is marked as simulated."""


@emulator.command(
    short_help="Serve on 127.0.0.1 until interrupted.",
    epilog=examples("evalharness emulator serve --port 8080 --latency-scale 0.1"),
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free one."
)
@click.option(
    "--latency-scale", type=click.FloatRange(min=0), default=1.0, show_default=True, help="0 is at once."
)
@click.option(
    "--pro-margin", type=click.FloatRange(-1, 1), help="How much more completely Pro answers than Flash."
)
@click.option(
    "--faults", default="", metavar="KIND=SHARE,...",
    help="429, 500, 503, 504, drop, malformed, hang; per-day=N, reroute=asked>answering; of judges: "
    "judge-noise, position-bias, verbosity-bias, judge-malformed, false-quote.",
)  # fmt: skip
@click.option("--no-thinking", is_flag=True, help="Models do not think.")
@click.option(
    "--log", type=click.Path(path_type=Path, dir_okay=False), help="Append a JSON line per request."
)
def serve(
    port: int,
    latency_scale: float,
    pro_margin: float | None,
    faults: str,
    no_thinking: bool,
    log: Path | None,
) -> None:
    """Serve on 127.0.0.1 until interrupted; prints the base URL when ready."""
    from evalharness.emulator import EmulatorSettings
    from evalharness.emulator import serve as serve_until_stopped
    from evalharness.emulator.faults import with_faults

    defaults = EmulatorSettings()
    try:
        settings = EmulatorSettings(
            latency_scale=latency_scale,
            thinking=not no_thinking,
            request_log=log,
            pro_margin=defaults.pro_margin if pro_margin is None else pro_margin,
        )
        settings = with_faults(settings, faults)
    except ValueError as error:
        raise UsageError(str(error)) from None
    try:
        serve_until_stopped(settings, port=port, on_ready=_announce)
    except OSError as error:
        if error.filename is not None:
            raise BadInput(f"cannot be written: {error.strerror}", file=error.filename) from None
        raise BadInput(f"port {port} cannot be used: {error.strerror}; choose another or 0") from None


def _announce(url: str) -> None:
    click.echo(f"emulator ready: {url}")
    click.echo(f"use it with: export GOOGLE_GEMINI_BASE_URL={url}")
