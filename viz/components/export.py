"""Small buttons that download a table or a chart; a file is made when it is asked for, on a thread."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import solara

from viz.components.messages import Problem, sentence_of
from viz.state import use_session


def file_name(name: str, kind: str) -> str:
    """Return a safe name of a file: letters of any script, digits, dots, hyphens; at most 80 characters."""
    kept = re.sub(r"[^\w.-]+", "_", name).strip("._")[:80]
    return f"{kept or 'liaosim'}.{kind}"


@solara.component
def ExportButtons(
    name: str, csv: Callable[[], str] | None = None, svg: Callable[[], str] | None = None, title: str = ""
) -> None:
    """Draw the buttons of what can be downloaded.

    Parameters
    ----------
    name
        Of the file.
    csv, svg
        Return the text of the file.
    title
        What it is in words, for screen readers; by default its name.
    """
    session = use_session()
    said = title or name
    solara.Style(Path(__file__).parent / "figures.css")
    with solara.v.Html(tag="span", class_="liaosim-export"):
        if csv is not None:
            Download(name, csv, "csv", session.text("export_csv"), session.text("export_csv_of", name=said))
        if svg is not None:
            Download(name, svg, "svg", session.text("export_svg"), session.text("export_svg_of", name=said))


KINDS = {"csv": "text/csv", "svg": "image/svg+xml", "html": "text/html", "toml": "application/toml"}
"""End of the name of a file -> what the browser is told that it is."""


@solara.component
def Download(name: str, make: Callable[[], str], kind: str, label: str, described: str = "", busy: str = "") -> None:
    """Draw a button that downloads a file of text.

    Parameters
    ----------
    name
        Of the file, without its end.
    make
        Returns the text; called on a thread when the button is pressed.
    kind
        One of ``KINDS``.
    label, described
        Of the button, and what screen readers and the tooltip say of it.
    busy
        Shown instead of the label while the file is made.
    """
    session = use_session()
    latest = solara.use_ref(make)
    latest.current = make  # the button below must keep one function, else drawing again would stop a download
    failed = solara.use_reactive(cast(tuple[str, Callable[[], str]] | None, None))
    tries = solara.use_reactive(0)
    making = solara.use_reactive(False)

    def content() -> Any:
        making.set(bool(busy))
        try:
            with ThreadPoolExecutor(1) as aside:  # Solara traces its own thread line by line to be able to stop it
                text = aside.submit(latest.current).result()
        except Exception as error:
            failed.set((session.text("export_failed", reason=sentence_of(error, session)), latest.current))
            tries.set(tries.value + 1)  # a new button: this one waits for its file
            return None
        finally:
            making.set(False)
        failed.set(None)
        return text.encode("utf-8")

    stable = solara.use_memo(lambda: content, dependencies=[session.lang.value])
    button = solara.Button(
        busy if making.value else label, text=True, small=True, icon_name="mdi-download", disabled=making.value,
        classes=["liaosim-download"],
        attributes={"aria-label": described or label, "title": described or label, "data-export": kind},
    )  # fmt: skip
    with solara.v.Html(tag="span", class_="liaosim-download-of"):  # one root: else what joins it would start it anew
        solara.FileDownload(
            stable, filename=file_name(name, kind), mime_type=KINDS[kind], children=[button]
        ).key(f"{kind}{tries.value}")  # fmt: skip
        if making.value:
            solara.v.Html(tag="span", class_="liaosim-making", attributes={"role": "status", "aria-label": busy})
        if failed.value is not None and failed.value[1] is make:  # once there is something else to make, it is past
            Problem(failed.value[0])
