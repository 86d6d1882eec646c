from django.db import migrations, models

from renda.kernel.tenancy.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # Built beside a running site; one that was interrupted is begun anew by the next start (``migrate``).
    atomic = False

    dependencies = [
        ("kernel_tenancy", "0001_initial"),
        ("voice", "0009_hotline"),
    ]

    operations = [
        AddIndexBeside(
            "message",
            models.Index(
                fields=["lead_unit", "concluded_at"],
                name="message_unit_concluded",
                condition=models.Q(concluded_at__isnull=False),
            ),
        ),
    ]
