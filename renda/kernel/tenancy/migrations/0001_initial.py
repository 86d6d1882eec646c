import django.contrib.postgres.fields
import django.db.models.deletion
import renda.kernel.ids
from django.db import migrations, models

# renda_app works, renda_owner migrates, renda_backup dumps. Tables made later by the owner are granted by default;
# tables that the application must not change (audit) or read (search) revoke in their own migration.
GRANTS = """
GRANT USAGE ON SCHEMA public TO renda_app, renda_backup;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO renda_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO renda_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO renda_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO renda_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO renda_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO renda_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO renda_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO renda_backup;
"""


class Migration(migrations.Migration):
    initial = True
    # Before every table of Django's own, so that the default grants reach them.
    run_before = [("contenttypes", "0001_initial"), ("sessions", "0001_initial"), ("procrastinate", "0001_initial")]
    dependencies = []

    operations = [
        migrations.RunSQL("CREATE SEQUENCE kernel_id_seq INCREMENT BY 1000 START WITH 1000", "DROP SEQUENCE kernel_id_seq"),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL("GRANT USAGE, SELECT ON SEQUENCE kernel_id_seq TO renda_app", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                ("id", models.BigIntegerField(default=renda.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("path", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("level", models.CharField(max_length=20, verbose_name="层级")),
                ("is_active", models.BooleanField(default=True)),
                ("parent", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="children", to="kernel_tenancy.tenant")),
            ],
            options={"indexes": [models.Index(fields=["parent"], name="tenant_parent")]},
        ),
    ]
