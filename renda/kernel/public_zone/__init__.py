"""The public side of the border: it reads published copies and leaves signed packages, and knows nothing else.

Everything here runs in the public process as ``renda_public``, a role that may insert into ``public_zone.inbound``,
select from ``public_zone.published`` and call ``public_zone.brake``. Nothing here may import a model.
"""
