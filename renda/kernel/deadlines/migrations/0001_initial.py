import django.db.models.deletion
import renda.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel_tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('date', models.DateField(primary_key=True, serialize=False, verbose_name='日期')),
                ('is_working', models.BooleanField(verbose_name='是否上班')),
                ('name', models.CharField(max_length=40, verbose_name='节日')),
                ('source', models.CharField(max_length=200, verbose_name='来源')),
            ],
        ),
        migrations.CreateModel(
            name='CalendarYear',
            fields=[
                ('year', models.IntegerField(primary_key=True, serialize=False, verbose_name='年份')),
                ('source', models.CharField(max_length=200, verbose_name='来源')),
                ('loaded_at', models.DateTimeField(verbose_name='载入时间')),
            ],
        ),
        migrations.CreateModel(
            name='DeadlineRule',
            fields=[
                ('id', models.BigIntegerField(default=renda.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=80, verbose_name='规则')),
                ('title', models.CharField(max_length=100, verbose_name='名称')),
                ('place', models.CharField(blank=True, default='', max_length=12, verbose_name='行政区划代码前缀')),
                ('amount', models.IntegerField(blank=True, null=True, verbose_name='数值')),
                ('unit', models.CharField(choices=[('working_hours', '个工作小时'), ('working_days', '个工作日'), ('hours', '小时'), ('days', '日'), ('months', '个月')], max_length=16, verbose_name='单位')),
                ('from_event', models.CharField(max_length=60, verbose_name='起算事件')),
                ('law', models.CharField(blank=True, default='', max_length=120, verbose_name='法律法规')),
                ('version', models.CharField(blank=True, default='', max_length=20, verbose_name='版本')),
                ('article', models.CharField(blank=True, default='', max_length=60, verbose_name='条款')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='施行日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='最后有效日期')),
                ('note', models.CharField(blank=True, default='', max_length=300, verbose_name='说明')),
                ('is_shipped', models.BooleanField(default=False, editable=False)),
                ('tenant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='kernel_tenancy.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'tenant', 'place', 'valid_from', 'is_shipped'), name='deadline_rule_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('tenant__isnull', True), ('place', ''), _connector='OR'), name='deadline_rule_tenant_or_place'), models.CheckConstraint(condition=models.Q(('unit__in', ('working_hours', 'working_days', 'hours', 'days', 'months'))), name='deadline_rule_unit')],
            },
        ),
        migrations.CreateModel(
            name='OfficeHours',
            fields=[
                ('id', models.BigIntegerField(default=renda.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('periods', models.CharField(help_text='08:30-12:00,14:30-17:30', max_length=60, verbose_name='办公时间')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='自')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='至')),
                ('note', models.CharField(blank=True, default='', max_length=200, verbose_name='依据')),
                ('tenant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='kernel_tenancy.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'valid_from'), name='office_hours_once', nulls_distinct=False)],
            },
        ),
    ]
