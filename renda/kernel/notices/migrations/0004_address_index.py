from django.db import migrations, models

from renda.kernel.tenancy.indexes import AddIndexBeside


class Migration(migrations.Migration):
    # Built beside a running site; one that was interrupted is begun anew by the next start (``migrate``).
    atomic = False

    dependencies = [("kernel_tenancy", "0001_initial"), ("kernel_notices", "0003_address_key")]

    operations = [
        AddIndexBeside("personaddress", models.Index(fields=["address_key"], name="person_address_key")),
    ]
