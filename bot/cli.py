"""The command `xinqiao`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Annotated, NoReturn

import typer

from bot.errors import XinqiaoError
from bot.settings import data_dir, ensure_secrets

app = typer.Typer(no_args_is_help=True, add_completion=False, help="心桥: answers workers, and brings people to them.")
staff = typer.Typer(no_args_is_help=True, help="Accounts of counsellors and other staff.")
app.add_typer(staff, name="staff")
evaluate = typer.Typer(no_args_is_help=True, help="Measure what we have on sentences whose truth is known.")
app.add_typer(evaluate, name="evaluate")
audit = typer.Typer(no_args_is_help=True, help="The record of who did and saw what.")
app.add_typer(audit, name="audit")
Source = Annotated[str, typer.Argument(metavar="[FILE|-]", help='JSON lines {"text"}; - is standard input.')]


def say(text: str) -> None:
    """Prints a line at once."""
    print(text, flush=True)


@app.command()
def run() -> None:
    """Prepare what is missing and run everything here until Ctrl-C."""
    from bot import service

    service.run(say)


@app.command()
def train() -> None:
    """Train the dialogue model and build the FAQ index, if data or configuration changed."""
    from bot import service

    service.prepare(say)


@app.command()
def chat(
    url: Annotated[str, typer.Option(help="The gateway; by default the one of the settings.")] = "",
) -> None:
    """Talk to the running bot. Reads lines from a pipe too, and prints each reply."""
    from bot import terminal

    terminal.chat(url, sys.stdin)


@app.command()
def triage(source: Source = "-") -> None:
    """Assess texts: one line {"text","level","score","reasons"} for each, in order."""
    from bot import offline

    offline.triage_lines(_open(source))


@app.command()
def ask(source: Source = "-") -> None:
    """Ask the trained model: one line with intent, FAQ, full answer and candidates for each text, in order."""
    from bot import offline

    offline.ask_lines(_open(source))


@evaluate.command("triage")
def evaluate_triage(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE…]", help='More data: JSON lines {"text","risk"?}.')
    ] = None,
) -> None:
    """Recall, false alarms, calibration, misses and speed on the frozen set. Ends with 1 after a loss."""
    from bot.evaluation import triage as evaluation

    raise typer.Exit(evaluation.report(files or [], say))


@evaluate.command("pipeline")
def evaluate_pipeline(
    train: Annotated[Path, typer.Option(metavar="FILE", help='JSON lines {"text","intent"} to learn from.')],
    test: Annotated[Path, typer.Option(metavar="FILE", help="The same, to be measured on.")],
) -> None:
    """Train the components of config.yml on one file and print the accuracy on another, calibration and speed."""
    from bot.evaluation import pipeline

    pipeline.report(train, test, say)


@evaluate.command("nlu")
def evaluate_nlu(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where report, figures and picture go.")] = Path("var/nlu"),
    stock: Annotated[bool, typer.Option(help="Rasa's stock Chinese pipeline too; the first time very slow.")] = True,
    epochs: Annotated[int, typer.Option(min=1, help="Of the stock pipeline; fewer to try it out.")] = 100,
    variants: Annotated[bool, typer.Option(help="Other ways to search and other recipes of the classifier.")] = True,
    bank: Annotated[Path, typer.Option(help="FAQs instead of ours: a folder or a bank.json.")] = Path("nlu_data/faq"),
    vectors: Annotated[Path | None, typer.Option(help="Remembered vectors; without, all is encoded anew.")] = None,
) -> None:
    """Measure our understanding on the held-out sentences, beside its variants and Rasa's stock Chinese pipeline."""
    from bot.evaluation import nlu

    nlu.run(out, nlu.Options(stock, epochs, variants, bank, vectors), say)


@evaluate.command("questions")
def evaluate_questions(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='JSON lines {"text","topic","topics_all"?}.')],
) -> None:
    """Share of workers' questions for which the answer or a choice offered fits the topic; needs a trained model."""
    from bot.evaluation import questions

    questions.report(file, say)


@app.command("train-triage")
def train_triage() -> None:
    """Learn the weights of triage's model from nlu_data/triage/sentences and write them into the repository."""
    from bot.triage import train, weights

    found = train.train(say)
    found.save(weights.PATH)
    say(f"{weights.PATH}: {found.facts}")


@staff.command("add")
def staff_add(
    login: Annotated[str, typer.Argument(help="The name to log in with.")],
    name: Annotated[str, typer.Option(help="The name colleagues see.")] = "",
    role: Annotated[str, typer.Option(help="counsellor, lead, editor, admin or auditor.")] = "counsellor",
) -> None:
    """Create an account and print its one-time set-up link."""
    from bot import service
    from bot.db.schema import upgrade
    from bot.db.states import Role
    from bot.staff import accounts

    upgrade()
    if role not in list(Role):
        raise typer.BadParameter(f"role is one of {', '.join(Role)}")
    token = accounts.add(login, name or login, Role(role))
    say(f"{service.gateway_url()}/desk/setup#{token}")


@staff.command("reset-totp")
def staff_reset_totp(login: Annotated[str, typer.Argument(help="Whose telephone is lost.")]) -> None:
    """Forget a telephone and its recovery codes, end the logins; the next login binds a new one."""
    from bot.db.schema import upgrade
    from bot.staff import people

    upgrade()
    people.reset_second_factor(None, people.id_of(login))
    say(f"{login}: the next login binds a new telephone")


@staff.command("link")
def staff_link(login: Annotated[str, typer.Argument(help="Whose password is lost.")]) -> None:
    """Print a new one-time set-up link; the password of before holds until it is used."""
    from bot import service
    from bot.db.schema import upgrade
    from bot.staff import accounts

    upgrade()
    say(f"{service.gateway_url()}/desk/setup#{accounts.renew(login)}")


@audit.command("verify")
def audit_verify(
    expect: Annotated[
        list[str] | None, typer.Option(metavar="SEQ:HASH", help="An anchor that was written down; may be repeated.")
    ] = None,
) -> None:
    """Check the whole chain of the audit. Ends with 1, naming the first broken entry, if it is not whole."""
    from bot import checkup

    raise typer.Exit(checkup.verify_audit(expect or [], say))


@audit.command("anchor")
def audit_anchor() -> None:
    """Print the end of the chain, to be kept elsewhere and handed to `audit verify --expect` later."""
    from bot.audit import verify

    head = verify.head()
    say(f"{head.seq}:{head.hash}")


@app.command()
def drill(
    leave: Annotated[bool, typer.Option(help="Leave the cases on the desk, for counsellors to practise on.")] = False,
) -> None:
    """Send synthetic distress through every channel and measure it. Ends with 1 if something was not as it must be."""
    from bot import drill as exercise

    raise typer.Exit(exercise.run(say, leave=leave))


@app.command()
def demo(
    directory: Annotated[Path | None, typer.Option("--dir", help="An empty directory; it is kept.")] = None,
    cases: Annotated[int, typer.Option(min=0, max=20_000, help="How many cases there shall be, about.")] = 60,
    fill_only: Annotated[bool, typer.Option("--fill-only", help="Fill it, but do not serve it.")] = False,
    into_database: Annotated[
        bool, typer.Option("--into-database", help="Into the empty database of XINQIAO_DATABASE_URL.")
    ] = False,
) -> None:
    """Fill a throw-away database with invented people and serve it. Refuses on a database that holds anything else."""
    from bot import service
    from bot.demo import fill, place

    with place.settled(directory, into_database=into_database, keep=fill_only):
        fill.tell(fill.fill(cases), say)
        if not fill_only:
            service.run(say)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where the copy goes; nothing may be there yet.")]) -> None:
    """Copy the SQLite database while everything runs, and check the copy. The keys are not in it."""
    from bot.db import backup

    size = backup.copy_to(file)
    say(f"{file}: {size:,} bytes; it can be read only with the keys (secrets.env), which belong in another place")


@app.command()
def rekey() -> None:
    """Encrypt everything with the first key of XINQIAO_DATA_KEYS; the others can be dropped afterwards."""
    from bot.db.rekey import rekey
    from bot.db.schema import upgrade

    upgrade()
    say(f"{rekey():,} values encrypted anew; all are under the first key now")


@app.command()
def doctor() -> None:
    """Say what is configured, reachable and missing. Ends with 1 if something is wrong."""
    from bot import checkup

    raise typer.Exit(checkup.report(say))


def _open(source: str) -> IO[str]:
    if source == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
        return sys.stdin
    path = Path(source)
    if not path.is_file():
        raise typer.BadParameter(f"no such file: {source}")
    return path.open(encoding="utf-8", errors="surrogateescape")


def main() -> None:
    """Entry of the command: our errors, and those of the database, become one clear line without a traceback."""
    try:
        ensure_secrets(data_dir())
        app()
    except XinqiaoError as error:
        _fail(str(error))
    except Exception as error:
        from sqlalchemy.exc import SQLAlchemyError  # a third of a second, which no command waits for that needs none

        if not isinstance(error, SQLAlchemyError):
            raise
        _fail(f"the database cannot be used ({type(error).__name__}): `xinqiao doctor` says more")


def _fail(reason: str) -> NoReturn:
    print(f"xinqiao: {reason}", file=sys.stderr)
    raise SystemExit(1) from None


if __name__ == "__main__":
    main()
