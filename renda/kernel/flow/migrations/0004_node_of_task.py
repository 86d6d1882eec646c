from django.db import migrations, models

# Row-level security binds the owner too: the rows of every congress are in scope while they are filled in.
FILL = """
    SELECT set_config('renda.tenants', coalesce((SELECT array_agg(id)::text FROM kernel_tenancy_tenant), '{}'), true);
    UPDATE kernel_flow_task task SET node = activation.node
    FROM kernel_flow_activation activation WHERE activation.id = task.activation_id;
    SELECT set_config('renda.tenants', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kernel_flow", "0003_claims"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="node",
            field=models.CharField(default="", max_length=40),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
