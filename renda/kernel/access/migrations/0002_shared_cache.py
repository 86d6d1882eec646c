from typing import ClassVar

from django.db import migrations

# Django's DatabaseCache (settings.CACHES), as ``createcachetable`` would make it: here, so that the owner makes it and
# the application's role gets its rights by the default privileges like for every other table.
TABLE = "renda_cache"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel_access", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(
            [
                f"CREATE TABLE {TABLE} (cache_key varchar(255) PRIMARY KEY, value text NOT NULL,"
                " expires timestamp with time zone NOT NULL)",
                f"CREATE INDEX {TABLE}_expires ON {TABLE} (expires)",
            ],
            f"DROP TABLE {TABLE}",
        )
    ]
