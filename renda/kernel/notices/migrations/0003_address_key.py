from django.db import migrations, models


def give_keys(apps, schema_editor):
    """The keyed hash of each address that is there already, as ``proofs.address_key`` makes it."""
    from renda.kernel.privacy.api import fingerprint

    rows = apps.get_model("kernel_notices", "PersonAddress").objects
    for row in rows.iterator():
        row.address_key = fingerprint(f"{row.channel} {row.address}", purpose="proof.address")
        row.save(update_fields=["address_key"])


class Migration(migrations.Migration):
    dependencies = [("kernel_notices", "0002_channels")]

    operations = [
        migrations.AddField("personaddress", "address_key", models.CharField(default="", max_length=64), False),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
    ]
