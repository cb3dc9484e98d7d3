"""Who sees which orders."""

from django.db import migrations, models

from django_schemapatterns import constraints, context, operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_row_security"),
        ("schemapatterns", "0009_row_security"),
        ("shop", "0009_partitions"),
    ]

    operations = [
        operations.EnableRowSecurity("Order"),
        migrations.AddConstraint(
            model_name="order",
            constraint=constraints.RowSecurity(
                constraints.Allow(
                    "own",
                    commands="select insert update",
                    when=models.Q(("user", context.CurrentUserId())),
                ),
                bypass=["admin"],
                name="orders_row_security",
            ),
        ),
        operations.EnableRowSecurity("OrderItem"),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=constraints.RowSecurity(
                constraints.Allow(
                    "own",
                    commands="select insert",
                    when=models.Q(("order__user", context.CurrentUserId())),
                ),
                bypass=["admin"],
                name="order_items_row_security",
            ),
        ),
    ]
