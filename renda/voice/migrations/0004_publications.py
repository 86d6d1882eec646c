
import django.db.models.deletion
import renda.kernel.ids
import renda.kernel.privacy.fields
from django.db import migrations, models

from renda.kernel.tenancy import rls


class Migration(migrations.Migration):

    dependencies = [
        ('kernel_parties', '0001_initial'),
        ('kernel_tenancy', '0001_initial'),
        ('voice', '0003_common_issues'),
    ]

    operations = [
        migrations.CreateModel(
            name='Joiner',
            fields=[
                ('id', models.BigIntegerField(default=renda.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('receipt_number', models.CharField(max_length=14, unique=True, verbose_name='受理编号')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='补充说明')),
                ('contact_name', renda.kernel.privacy.fields.EncryptedTextField(blank=True, default='', purpose='message.contact', verbose_name='称呼')),
                ('contact_phone', renda.kernel.privacy.fields.EncryptedTextField(blank=True, default='', purpose='message.contact', verbose_name='联系电话')),
                ('joined_at', models.DateTimeField(verbose_name='共同反映时间')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='joiners', to='voice.message')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_tenancy.tenant')),
            ],
            options={
                'verbose_name': '共同反映',
            },
        ),
        migrations.CreateModel(
            name='JoinerRating',
            fields=[
                ('id', models.BigIntegerField(default=renda.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('process', models.CharField(choices=[('satisfied', '满意'), ('fair', '基本满意'), ('dissatisfied', '不满意')], max_length=12, verbose_name='办理过程')),
                ('result', models.CharField(choices=[('satisfied', '满意'), ('fair', '基本满意'), ('dissatisfied', '不满意')], max_length=12, verbose_name='办理结果')),
                ('comment', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('rated_at', models.DateTimeField(verbose_name='评价时间')),
                ('answer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='voice.answer')),
                ('joiner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='voice.joiner')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_tenancy.tenant')),
            ],
            options={
                'verbose_name': '共同反映人评价',
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigIntegerField(default=renda.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('subject', models.CharField(max_length=120, verbose_name='公开标题')),
                ('body', models.TextField(max_length=5000, verbose_name='公开内容')),
                ('answer', models.TextField(blank=True, max_length=5000, verbose_name='公开答复')),
                ('photos', models.JSONField(default=list, verbose_name='公开照片')),
                ('answers', models.PositiveSmallIntegerField(default=0, verbose_name='已审答复数')),
                ('is_public', models.BooleanField(default=True, verbose_name='正在公开')),
                ('published_at', models.DateTimeField(verbose_name='首次公开时间')),
                ('reviewed_at', models.DateTimeField(verbose_name='审核时间')),
                ('taken_back_reason', models.CharField(blank=True, max_length=200, verbose_name='撤回理由')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='voice.message')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_parties.party')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_tenancy.tenant')),
            ],
            options={
                'verbose_name': '公开留言',
            },
        ),
        migrations.AddIndex(
            model_name='joiner',
            index=models.Index(fields=['message'], name='joiner_message'),
        ),
        migrations.AddConstraint(
            model_name='joinerrating',
            constraint=models.UniqueConstraint(fields=('joiner', 'answer'), name='joiner_rating_once'),
        ),
        *rls.enable("voice_publication"),
        *rls.enable("voice_joiner"),
        *rls.enable("voice_joinerrating"),
    ]
