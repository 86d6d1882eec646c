from django.db import migrations, models

from renda.kernel.tenancy.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # Built beside a running site; one that was interrupted is begun anew by the next start (``migrate``).
    atomic = False

    dependencies = [
        ("kernel_tenancy", "0001_initial"),
        ("voice", "0005_watch_words"),
    ]

    operations = [
        AddIndexBeside("message", models.Index(fields=["-submitted_at", "-id"], name="message_time")),
        AddIndexBeside(
            "message", models.Index(fields=["stage", "-submitted_at", "-id"], name="message_stage_time")
        ),
        AddIndexBeside(
            "message", models.Index(fields=["category", "-submitted_at", "-id"], name="message_category_time")
        ),
        AddIndexBeside(
            "message",
            models.Index(
                fields=["concluded_at"], name="message_concluded", condition=models.Q(concluded_at__isnull=False)
            ),
        ),
    ]
