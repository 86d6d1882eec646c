"""``python -m renda`` is the ``renda`` command."""

from renda.site.command import main

if __name__ == "__main__":
    main()
