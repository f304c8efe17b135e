"""Commands that only look at inputs and rules, with their options and help: scenarios, diff, quarter."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.cli_options import Json, Lang, ScenarioName, Until
from simulator.cli_scenarios import compare_inputs, show
from simulator.cli_support import WRONG_INPUT, exits, print_json, print_table, say
from simulator.errors import InputError
from simulator.periods import HORIZON_END

scenarios_app = typer.Typer(
    help="""List the shipped scenarios, say what one changes, or check files of your own.

    \b
    Examples:
      liaosim scenarios
      liaosim scenarios list --lang zh
      liaosim scenarios show cjk_fta
      liaosim scenarios check my_policy.toml
    """,
    invoke_without_command=True,
    rich_markup_mode=None,
)


@scenarios_app.callback()
def _scenarios(context: typer.Context, as_json: Json = False, lang: Lang = "en") -> None:
    if context.invoked_subcommand is None:
        list_command(as_json, lang)
    elif as_json or lang != "en":
        right = f"liaosim scenarios {context.invoked_subcommand} ..."
        raise typer.BadParameter(f"options belong after the command: {right}")


@scenarios_app.command("list")
def list_command(as_json: Json = False, lang: Lang = "en") -> None:
    """List the shipped scenarios."""
    with exits():
        from simulator.scenario import list_scenarios, load_scenario

        found = [load_scenario(name) for name in list_scenarios()]
        zh = lang == "zh"
        if as_json:
            print_json(
                [
                    {
                        "name": s.name,
                        "extends": s.extends,
                        "title": s.text("title", lang),
                        "summary": s.text("summary", lang),
                    }
                    for s in found
                ]
            )
            return
        print_table(
            ("名称", "内容") if zh else ("Name", "What it asks"),
            [(s.name, s.text("title", lang)) for s in found],
        )


@scenarios_app.command("show")
def show_command(
    scenario: ScenarioName,
    against: Annotated[
        str | None,
        typer.Option(metavar="BASE", help="Say what differs from this scenario.", show_default="what it extends"),
    ] = None,
    as_json: Json = False,
    lang: Lang = "en",
) -> None:
    """Say in plain language what a scenario changes, where, when, by how much, on what source and who pays.

    \b
    Examples:
      liaosim scenarios show cjk_fta
      liaosim scenarios show my_policy.toml --against talent_retention
      liaosim scenarios show cjk_fta+talent_retention --lang zh
    """
    with exits():
        show(scenario, against, as_json, lang)


@scenarios_app.command("check")
def check_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Scenario files, names or combinations.")],
) -> None:
    """Check scenario files and say what is wrong with each.

    \b
    Examples:
      liaosim scenarios check my_policy.toml
      liaosim scenarios check my_policy.toml+talent_retention
    """
    with exits():
        from simulator.scenario import load_scenario

        wrong = 0
        for name in files:
            try:
                scenario = load_scenario(name)
            except InputError as error:
                wrong += 1
                say(f"Error: {error}")
                continue
            count = len(scenario.levers)
            typer.echo(f"{name}: right, {count} {'lever' if count == 1 else 'levers'} of its own")
        if wrong:
            raise typer.Exit(WRONG_INPUT)


def diff_command(
    a: Annotated[str, typer.Argument(metavar="A", help="A shipped scenario, a file or a combination.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    until: Until = HORIZON_END,
    texts: Annotated[bool, typer.Option("--texts", help="Show the titles, summaries and notes that differ.")] = False,
    as_json: Json = False,
    lang: Lang = "en",
) -> None:
    """List what differs between the inputs of two scenarios; nothing is run.

    \b
    Examples:
      liaosim diff port_consolidation port_consolidation_all
      liaosim diff cjk_fta my_policy.toml --until 2030Q4
    """
    with exits():
        compare_inputs(a, b, until, as_json, lang, texts)


def quarter_command(as_json: Json = False) -> None:
    """Print the order of events in one quarter: which rule, of whom, reading and writing what.

    `t` is a value of this quarter, `t-1` of the last; a link is a block that can be fed from another run.
    """
    with exits():
        from simulator.quarter import table

        rows = table()
        if as_json:
            names = ("step", "rule", "agent", "reads", "writes", "link")
            print_json([{name: getattr(row, name) for name in names} for row in rows])
            return
        print_table(
            ("Rule", "Agents", "Reads", "Writes", "Link"),
            [(f"{r.step} {r.rule}", r.agent, ", ".join(r.reads), ", ".join(r.writes), r.link or "") for r in rows],
        )
