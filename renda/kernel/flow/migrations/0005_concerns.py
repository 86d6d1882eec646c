from django.db import migrations, models
from django.db.models import Q

from renda.kernel.tenancy.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # Built beside a running site; one that was interrupted is begun anew by the next start (``migrate``).
    atomic = False

    dependencies = [
        ("kernel_flow", "0004_node_of_task"),
    ]

    operations = [
        AddIndexBeside("task", models.Index(fields=["assignee", "case"], name="task_assignee_case")),
        AddIndexBeside(
            "task",
            models.Index(
                fields=["claimed_by", "case"], condition=Q(claimed_by__isnull=False), name="task_claimed_case"
            ),
        ),
    ]
