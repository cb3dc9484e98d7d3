"""The orders by months."""

import pgtrigger.migrations
from django.db import migrations, models

from django_schemapatterns import constraints, fields, operations

ORDER_CREATED_AT = {
    "db_comment": "With order_id the foreign key to an order",
    "of": "order",
    "on_delete": "CASCADE",
}


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0010_partitions"),
        ("shop", "0008_comments_and_rules"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="orderitem", name="order_items_order_fk"),
        migrations.RemoveConstraint(model_name="order", name="orders_order_number_unique"),
        operations.ConvertToPartitioned(
            model_name="order",
            partitioned_by=fields.PartitionBy(by="created_at", every="month", ahead=3, keep="24 months"),
            strategy="copy",
        ),
        migrations.AddIndex(
            model_name="order", index=models.Index(fields=["order_number"], name="orders_number_idx")
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=constraints.UniqueAcrossPartitions(
                fields=("order_number",), name="orders_order_number_unique"
            ),
        ),
        migrations.AddField(
            model_name="orderitem",
            name="order_created_at",
            field=fields.PartitionKeyField(null=True, **ORDER_CREATED_AT),
        ),
        operations.FillPartitionKey(model_name="orderitem", name="order_created_at"),
        migrations.AlterField(
            model_name="orderitem",
            name="order_created_at",
            field=fields.PartitionKeyField(**ORDER_CREATED_AT),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=constraints.PartitionForeignKey(
                fields=("order", "order_created_at"),
                name="order_items_order_created_at_fk",
                on_delete="CASCADE",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=operations.CompiledUniqueTrigger(
                action="insert",
                columns=["order_number"],
                name="unique_insert_e3105f67",
                pgid="pgtrigger_unique_insert_e3105f67_067614a2",
                register='"schemapatterns"."orders_order_number_unique_values"',
                table="orders",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=operations.CompiledUniqueTrigger(
                action="update",
                columns=["order_number"],
                name="unique_update_e3105f67",
                pgid="pgtrigger_unique_update_e3105f67_f65179f1",
                register='"schemapatterns"."orders_order_number_unique_values"',
                table="orders",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=operations.CompiledUniqueTrigger(
                action="delete",
                columns=["order_number"],
                name="unique_delete_e3105f67",
                pgid="pgtrigger_unique_delete_e3105f67_4b30f550",
                register='"schemapatterns"."orders_order_number_unique_values"',
                table="orders",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=operations.CompiledUniqueTrigger(
                action="truncate",
                columns=["order_number"],
                name="unique_truncate_e3105f67",
                pgid="pgtrigger_unique_truncate_e3105f67_f018638f",
                register='"schemapatterns"."orders_order_number_unique_values"',
                table="orders",
            ),
        ),
        operations.AlterTrigger(
            model_name="orderitem",
            trigger=operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "created_at",
                    "id",
                    "order_id",
                    "product_attributes",
                    "product_id",
                    "product_name",
                    "product_sku",
                    "product_variant_id",
                    "quantity",
                    "total_price",
                    "unit_price",
                ],
                exclude=["order_created_at"],
                key=["id"],
                kinds={"product_attributes": "jsonb"},
                label=["product_name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_75b96a9e",
                table="order_items",
            ),
        ),
        operations.AlterTrigger(
            model_name="orderitem",
            trigger=operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "created_at",
                    "id",
                    "order_id",
                    "product_attributes",
                    "product_id",
                    "product_name",
                    "product_sku",
                    "product_variant_id",
                    "quantity",
                    "total_price",
                    "unit_price",
                ],
                exclude=["order_created_at"],
                key=["id"],
                kinds={"product_attributes": "jsonb"},
                label=["product_name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_cb898183",
                table="order_items",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderitem",
            trigger=operations.CompiledPartitionKeyTrigger(
                column="order_id",
                constraint="order_items_order_created_at_fk",
                key="order_created_at",
                name="partition_key_order_created_at",
                parent="orders",
                parent_id="id",
                parent_key="created_at",
                pgid="pgtrigger_partition_key_order_created_at_62d382ee",
                table="order_items",
            ),
        ),
    ]
