"""Subcommands of ``renda messages``, one module each: ``HELP``, ``add_arguments(parser)``, ``handle(options)``."""
