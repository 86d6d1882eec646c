import django.db.models.deletion
from django.db import migrations, models

from renda.kernel.tenancy import rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel_tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='种类')),
                ('year', models.IntegerField(verbose_name='年份')),
                ('last', models.BigIntegerField(verbose_name='末号')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_tenancy.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'kind', 'year'), name='counter_once')],
            },
        ),
        *rls.enable("kernel_numbering_counter"),
    ]
