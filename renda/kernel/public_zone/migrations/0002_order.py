from django.db import migrations


class Migration(migrations.Migration):
    """Lists of copies are read in their own order, page by page."""

    dependencies = [("kernel_public_zone", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX published_order ON public_zone.published (kind, sort, key)",
            "DROP INDEX public_zone.published_order",
        )
    ]
