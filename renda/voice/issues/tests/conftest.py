"""The same stories as for messages."""

from renda.voice.tests.conftest import story

__all__ = ["story"]
