"""`siseri-gateway`: the command line, assembled. Its commands are in `gateway.commands`."""

import sys
from collections.abc import Sequence

import structlog
import typer

from gateway.commands import (
    account,
    account_bars,
    audit,
    audit_log,
    background,
    check,
    convert,
    cosignatures,
    demo,
    directory,
    enrol,
    fix,
    hand_overs,
    judge_again,
    keys,
    keys_making,
    keys_rotating,
    migrate,
    partner,
    partner_contacts,
    partner_credentials,
    partner_deviations,
    partner_mandates,
    partner_release,
    partner_signatures,
    portal,
    sample,
    send,
    serve,
    sirene,
    verify,
    verify_directory,
    witness,
)
from gateway.commands.terminal import CannotDo, ExitCode, tell
from gateway.errors import place_of


def command_line() -> typer.Typer:
    """Every command under its name."""
    root = typer.Typer(
        help="Passerelle partenaires de SISERI.", no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False,
    )  # fmt: skip
    root.command("serve", help="Servir la passerelle.")(serve.serve)
    root.command("migrate", help="Mettre la base de données à jour.")(migrate.migrate)
    root.command("judge-again", help="Juger de nouveau les lignes en attente.")(
        judge_again.judge_again
    )
    root.command("verify-directory", help="Vérifier tout l'annuaire auprès des registres.")(
        verify_directory.verify_directory
    )
    root.command("check", help="Contrôler des fichiers, hors ligne.")(check.check)
    root.command("enrol", help="Faire et enrôler une clé de partenaire.")(enrol.enrol)
    root.command("send", help="Transmettre des fichiers et garder les accusés.")(send.send)
    root.command("convert", help="Faire un envoi d'un tableau CSV.")(convert.convert)
    root.command("fix", help="Préparer l'envoi des lignes refusées.")(fix.fix)
    root.command("verify", help="Prouver un accusé, hors ligne.")(verify.verify)
    root.command("sample", help="Écrire un envoi fictif et son annuaire.")(sample.make_sample)
    root.command("demo", help="Tout montrer, sur des données fictives.")(demo.demo)
    _keys(root)
    _partners(root)
    _portals(root)
    _accounts(root)
    _witness(root)
    root.command("cosignatures", help="Prendre ce qu'un témoin qui suit le journal a cosigné.")(
        cosignatures.cosignatures
    )
    _behind(root)
    _registers(root)
    return root


def _behind(root: typer.Typer) -> None:
    behind = _group(root, "background", "Travaux de fond.")
    behind.command("run", help="Faire une tâche maintenant.")(background.run)
    behind.command("notices", help="Montrer les avis non partis.")(background.notices)
    trail = _group(root, "audit", "Journal d'audit : qui a fait quoi, et quand.")
    trail.command("export", help="Écrire les entrées et leur preuve (JSON Lines).")(audit.export)
    trail.command("verify", help="Prouver un export, hors ligne.")(audit.verify)
    trail.command("log", help="Prouver que le journal de preuve se tient.")(audit_log.whole)
    trail.command("hand-overs", help="À qui sont les identités remises aux portails.")(
        hand_overs.opened
    )


def _registers(root: typer.Typer) -> None:
    workers = _group(root, "directory", "Annuaire des travailleurs.")
    workers.command("import", help="Importer un fichier de l'annuaire.")(directory.load)
    workers.command("token", help="Jeton du registre, pour écrire l'annuaire par HTTP.")(
        directory.token
    )
    establishments = _group(root, "sirene", "Registre des établissements.")
    establishments.command(
        "import", help="Importer le stock mensuel de l'INSEE ; interrompu, à relancer."
    )(sirene.load)


def _keys(root: typer.Typer) -> None:
    key = _group(root, "keys", "Clés de signature et de scellement.")
    key.command("new", help="Faire les clés qui manquent.")(keys_making.new)
    key.command(
        "rotate",
        help="Nouvelle clé d'accusé (ou --log, --sealing, --index) ; interrompue, à relancer.",
    )(keys_rotating.rotate)
    key.command("request", help="Demander un certificat pour une nouvelle clé.")(
        keys_making.request
    )
    key.command("import", help="Prendre une clé certifiée par une autorité.")(keys_making.bring_in)
    key.command("list", help="Montrer les clés.")(keys.listed)
    key.command(
        "compromised",
        help="Publier qu'une clé est compromise.",
        context_settings={"ignore_unknown_options": True},  # a kid may begin with a hyphen
    )(keys.compromised)


def _partners(root: typer.Typer) -> None:
    partners = _group(root, "partner", "Partenaires et jetons.")
    partners.command("add", help="Inscrire un partenaire ; montre son invitation.")(partner.add)
    partners.command("invite", help="Inviter un partenaire à enrôler un justificatif.")(
        partner_credentials.invite
    )
    partners.command(
        "revoke",
        help="Révoquer un justificatif, aussitôt.",
        context_settings={"ignore_unknown_options": True},  # a thumbprint may begin with a hyphen
    )(partner_credentials.revoke)
    partners.command("recheck", help="Révoquer ce que les autorités ont révoqué depuis.")(
        partner_credentials.recheck
    )
    partners.command("authority", help="Faire l'autorité qui certifie les partenaires.")(
        partner_credentials.authority
    )
    partners.command("list", help="Montrer les partenaires.")(partner.listed)
    partners.command(
        "allow-pkcs1",
        help="Admettre RSASSA-PKCS1-v1_5 d'une ancienne pile WS-Security.",
        context_settings={"ignore_unknown_options": True},  # a thumbprint may begin with a hyphen
    )(partner_deviations.allow_pkcs1)
    partners.command("disable", help="Désactiver un partenaire.")(partner.disable)
    partners.command("signatures", help="Exiger des requêtes signées.")(
        partner_signatures.signatures
    )
    partners.command("contact", help="Où écrire à un partenaire.")(partner_contacts.contact)
    partners.command("speaks-for", help="Transmettre au nom d'un émetteur, par mandat.")(
        partner_mandates.speaks_for
    )
    partners.command("release", help="Rétablir la vérification d'un partenaire suspendu.")(
        partner_release.release
    )
    partners.command("succeeds", help="Reprendre les envois d'un autre émetteur.")(partner.succeeds)
    partners.command("token", help="Renouveler un jeton ; les anciens tombent.")(partner.token)


def _accounts(root: typer.Typer) -> None:
    accounts = _group(root, "account", "Comptes de ceux qui se connectent.")
    accounts.command("list", help="Montrer les comptes.")(account.listed)
    named = {"ignore_unknown_options": True}  # an id may begin with a hyphen
    accounts.command("disable", help="Désactiver un compte.", context_settings=named)(
        account.disable
    )
    accounts.command("enable", help="Réactiver un compte.", context_settings=named)(account.enable)
    accounts.command(
        "release", help="Libérer ses adresses, ou délier ses identités.", context_settings=named
    )(account.release)
    accounts.command("refused", help="Montrer qui ne peut plus saisir de numéro.")(account.refused)
    accounts.command(
        "reopen", help="Rouvrir la saisie du numéro à une identité.", context_settings=named
    )(account.reopen)
    accounts.command("barred", help="Montrer qui est écarté d'un travailleur.")(account_bars.barred)
    accounts.command(
        "unbar", help="Admettre de nouveau une identité écartée.", context_settings=named
    )(account_bars.unbar)


def _portals(root: typer.Typer) -> None:
    portals = _group(root, "portal", "Portails auxquels les personnes sont remises.")
    portals.command("add", help="Inscrire un portail.")(portal.add)
    portals.command("list", help="Montrer les portails.")(portal.listed)
    portals.command("remove", help="Retirer un portail.")(portal.remove)
    portals.command("keys", help="Remplacer les clés d'un portail.")(portal.keys)
    portals.command("scopes", help="Remplacer les portées d'un portail.")(portal.scopes)
    portals.command("addresses", help="Remplacer les adresses d'un portail.")(portal.addresses)


def _witness(root: typer.Typer) -> None:
    witnesses = typer.Typer(
        help="Témoin de journaux de preuve. D'abord new-key ; puis, sans --follow, sert les "
        "demandes de cosignature des journaux nommés par --log.",
        invoke_without_command=True,
    )
    witnesses.callback()(witness.witness)
    witnesses.command("new-key", help="Faire un témoin : sa clé, et une mémoire vide.")(
        witness.new_key
    )
    witnesses.command("key", help="Montrer sa clé publique.")(witness.show_key)
    root.add_typer(witnesses, name="witness")


def _group(root: typer.Typer, name: str, text: str) -> typer.Typer:
    group = typer.Typer(help=text, no_args_is_help=True)
    root.add_typer(group, name=name)
    return group


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; its exit code (docs/command-line.md)."""
    structlog.reset_defaults()  # whoever ran before, in this process
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = command_line()(args=given, prog_name="siseri-gateway", standalone_mode=False)
    except CannotDo as fault:
        tell(fault.fr, fault.en)
    except typer.Abort:
        tell("Interrompu.", "Interrupted.")
    except typer.TyperException as fault:
        message = fault.format_message()
        tell(f"Commande mal formée ({message}) : voyez --help.", f"{message} See --help.")
    except Exception as error:  # noqa: BLE001 - never a traceback: it could hold a value
        what = f"{type(error).__name__}, {place_of(error)}"
        tell(f"Défaut du programme ({what}) : signalez-le.", f"A defect of the program ({what}).")
    else:
        return code if isinstance(code, int) else ExitCode.DONE
    return ExitCode.NOT_DONE


if __name__ == "__main__":
    sys.exit(main())
