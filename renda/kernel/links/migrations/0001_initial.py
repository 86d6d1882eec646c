import django.db.models.deletion
import renda.kernel.ids
from django.db import migrations, models

from renda.kernel.tenancy.rls import SCOPE

# Seen, drawn and taken away from the congress of either end; never changed.
EITHER_END = f"from_tenant_id = ANY ({SCOPE}) OR to_tenant_id = ANY ({SCOPE})"
POLICIES = [
    "ALTER TABLE kernel_links_link ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE kernel_links_link FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY kernel_links_link_see ON kernel_links_link FOR SELECT USING ({EITHER_END})",
    f"CREATE POLICY kernel_links_link_add ON kernel_links_link FOR INSERT WITH CHECK ({EITHER_END})",
    f"CREATE POLICY kernel_links_link_del ON kernel_links_link FOR DELETE USING ({EITHER_END})",
]
UNDO = [
    *(f"DROP POLICY kernel_links_link_{name} ON kernel_links_link" for name in ("see", "add", "del")),
    "ALTER TABLE kernel_links_link NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE kernel_links_link DISABLE ROW LEVEL SECURITY",
]


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel_parties', '0001_initial'),
        ('kernel_tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigIntegerField(default=renda.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60, verbose_name='关联种类')),
                ('from_type', models.CharField(max_length=80)),
                ('from_id', models.BigIntegerField()),
                ('to_type', models.CharField(max_length=80)),
                ('to_id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(verbose_name='建立时间')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_parties.party')),
                ('from_tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_tenancy.tenant')),
                ('to_tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_tenancy.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['to_type', 'to_id', 'kind'], name='link_backward')],
                'constraints': [models.UniqueConstraint(fields=('from_type', 'from_id', 'kind', 'to_type', 'to_id'), name='link_once'), models.CheckConstraint(condition=models.Q(('from_id', models.F('to_id')), ('from_type', models.F('to_type')), _negated=True), name='link_not_to_itself')],
            },
        ),
        migrations.RunSQL(POLICIES, UNDO),
    ]
