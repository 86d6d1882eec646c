from pathlib import Path

from django.db import migrations

SCHEMA = Path(__file__).resolve().parents[1] / "schema.sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [migrations.RunSQL(SCHEMA.read_text(encoding="utf-8"), "DROP SCHEMA public_zone CASCADE")]
