"""Changes of mandates on record; stations and organisations that were merged; reception days elsewhere or off; e-mail."""

from __future__ import annotations

from typing import ClassVar
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import renda.kernel.ids
import renda.kernel.privacy.fields
from renda.kernel.tenancy import rls


class Migration(migrations.Migration):

    dependencies: ClassVar = [
        ('congress', '0002_walls'),
        ('kernel_parties', '0001_initial'),
        ('kernel_tenancy', '0001_initial'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='MandateChange',
            fields=[
                ('id', models.BigIntegerField(default=renda.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('begin', '任职'), ('suspend', '暂停执行代表职务'), ('restore', '恢复执行代表职务'), ('end', '终止代表职务')], max_length=10, verbose_name='事项')),
                ('ground', models.CharField(max_length=30, verbose_name='法定情形')),
                ('day', models.DateField(verbose_name='日期')),
                ('decision', models.CharField(max_length=200, verbose_name='依据')),
                ('recorded_at', models.DateTimeField(verbose_name='登记时间')),
            ],
            options={
                'verbose_name': '代表职务变动',
            },
        ),
        migrations.RemoveConstraint(
            model_name='receptionday',
            name='reception_day_once',
        ),
        migrations.AddField(
            model_name='organisation',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='congress.organisation'),
        ),
        migrations.AddField(
            model_name='person',
            name='email',
            field=renda.kernel.privacy.fields.EncryptedTextField(blank=True, default='', purpose='person.email', verbose_name='电子邮件'),
        ),
        migrations.AddField(
            model_name='receptionday',
            name='cancel_reason',
            field=models.CharField(blank=True, max_length=100, verbose_name='取消原因'),
        ),
        migrations.AddField(
            model_name='receptionday',
            name='cancelled_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='取消时间'),
        ),
        migrations.AddField(
            model_name='receptionday',
            name='venue',
            field=models.CharField(blank=True, max_length=60, verbose_name='地点'),
        ),
        migrations.AddField(
            model_name='station',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='congress.station'),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='status',
            field=models.CharField(choices=[('active', '在任'), ('frozen', '暂停执行职务'), ('resigned', '已辞职'), ('recalled', '已罢免'), ('terminated', '资格终止'), ('ended', '任期届满')], default='active', max_length=10, verbose_name='状态'),
        ),
        migrations.AddConstraint(
            model_name='receptionday',
            constraint=models.UniqueConstraint(condition=models.Q(('cancelled_at__isnull', True)), fields=('station', 'person', 'day'), name='reception_day_once'),
        ),
        migrations.AddField(
            model_name='mandatechange',
            name='mandate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='congress.mandate'),
        ),
        migrations.AddField(
            model_name='mandatechange',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_parties.party'),
        ),
        migrations.AddField(
            model_name='mandatechange',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_tenancy.tenant'),
        ),
        migrations.AddIndex(
            model_name='mandatechange',
            index=models.Index(fields=['mandate', 'day'], name='mandate_change'),
        ),
        *rls.enable('congress_mandatechange'),
    ]
