"""`background run`, `background notices`: what the processes do by themselves, done by hand."""

from typing import Annotated, Any, Final

import typer

from gateway.commands.judge_again import judge_again
from gateway.commands.opening import NO_REGISTER, asked_registers, configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo, ExitCode, print_json
from gateway.model.account_notices import AccountNotice
from gateway.model.audit import Act
from gateway.model.background import Task, Turn
from gateway.model.partner_notices import NoticeState, PartnerNotice

_NOT_CONFIGURED: Final = {
    Task.MAIL: (
        "Aucun relais de messagerie n'est configuré : SISERI_SMTP_HOST.",
        "No mail relay is configured: SISERI_SMTP_HOST.",
    ),
    Task.VERIFY: NO_REGISTER,
}


def run(
    task: Annotated[Task, typer.Argument(metavar="TACHE", help="Laquelle.")],
) -> None:
    """Do one task now; safe beside a gateway that does it too."""
    if task is Task.JUDGE_AGAIN:
        judge_again()
    from gateway.commands.background_work import (  # noqa: PLC0415 - slow
        tasks_of_partners,
        tasks_of_registers,
    )

    config = configuration()
    with opened_store(config) as store, asked_registers(config, store) as verifying:
        tasks = {
            **tasks_of_partners(config, store),
            **tasks_of_registers(verifying, judge_again=lambda: None),
        }
        if task not in tasks:
            raise CannotDo(*_NOT_CONFIGURED[task])
        store.trail.enter(Act.TASK_ORDERED, task=task.value)
        tasks[task](Turn(is_stopping=lambda: False))
    OUT.print("Fait.")


def notices(
    *, json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False
) -> None:
    """Show the notices that no relay has taken yet, or that were given up."""
    with opened_store(configuration()) as store:
        left = [
            *({"partner": one[0].partner_id, **_form(*one)} for one in store.notices.not_sent()),
            *(
                {"account": one[0].account_id, **_form(*one)}
                for one in store.users.outbox.not_sent()
            ),
        ]
    if json:
        print_json({"notices": left})
    else:
        for each in left:
            OUT.print(" ".join(str(value) for value in each.values()), markup=False)
        OUT.print(f"{len(left)} avis non partis.")
    raise typer.Exit(ExitCode.SOME_LINES if left else ExitCode.DONE)


def _form(
    notice: PartnerNotice | AccountNotice, state: NoticeState, attempts: int, fault: str | None
) -> dict[str, Any]:
    """What became of a notice, as it is shown."""
    return {
        "id": notice.id,
        "kind": notice.kind.value,
        "day": notice.day.isoformat(),
        "state": state.value,
        "attempts": attempts,
        "fault": fault,
    }
