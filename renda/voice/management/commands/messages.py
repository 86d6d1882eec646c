"""``renda messages …``: the door to the subcommands in ``renda.voice.commands``."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from renda.voice import commands


class Command(BaseCommand):
    """Every module of ``renda.voice.commands`` is a subcommand of its own name."""

    help = "留言：分类、训练与其他成批处理"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        subparsers = parser.add_subparsers(dest="subcommand", required=True, metavar="子命令")
        for module in iter_modules(commands.__path__):
            subcommand = import_module(f"{commands.__name__}.{module.name}")
            subparser = subparsers.add_parser(module.name, help=subcommand.HELP, description=subcommand.HELP)
            subcommand.add_arguments(subparser)
            subparser.set_defaults(run=subcommand.handle)

    def handle(self, *args: Any, **options: Any) -> None:
        options["run"](options)
