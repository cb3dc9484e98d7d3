from django.db import migrations, models

import django_schemapatterns.constraints
import django_schemapatterns.fields
import django_schemapatterns.indexes


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(db_default="article", max_length=50)),
                ("attributes", django_schemapatterns.fields.AttributesField(blank=True, default=dict)),
            ],
            options={
                "constraints": [
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes",
                        sql="(CASE WHEN jsonb_typeof(\"attributes\") = 'object' THEN \"attributes\" - ARRAY['color', 'name', 'weight', 'pages', 'rating', 'recycled', 'released', 'tags', 'sizes', 'ports', 'doses']::text[] = '{}' ELSE FALSE END) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_color",
                        sql="(jsonb_typeof((\"attributes\" -> 'color')) = 'string' AND (\"attributes\" ->> 'color') IN ('red', 'green', 'blue')) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_name",
                        sql="(\"attributes\" -> 'name') IS NULL OR (jsonb_typeof((\"attributes\" -> 'name')) = 'string' AND length((\"attributes\" ->> 'name')) <= 20) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_weight",
                        sql="(\"attributes\" -> 'weight') IS NULL OR (jsonb_typeof((\"attributes\" -> 'weight')) = 'number' AND (\"attributes\" -> 'weight') >= '0'::jsonb) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_pages",
                        sql="(\"attributes\" -> 'pages') IS NULL OR (jsonb_typeof((\"attributes\" -> 'pages')) = 'number' AND strpos((\"attributes\" ->> 'pages'), '.') = 0 AND (\"attributes\" -> 'pages') >= '1'::jsonb AND (\"attributes\" -> 'pages') <= '5000'::jsonb) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_rating",
                        sql="(\"attributes\" -> 'rating') IS NULL OR (jsonb_typeof((\"attributes\" -> 'rating')) = 'number' AND strpos((\"attributes\" ->> 'rating'), '.') = 0 AND (\"attributes\" -> 'rating') IN ('1'::jsonb, '2'::jsonb, '3'::jsonb)) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_recycled",
                        sql="(\"attributes\" -> 'recycled') IS NULL OR (jsonb_typeof((\"attributes\" -> 'recycled')) = 'boolean') IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_released",
                        sql="(\"attributes\" -> 'released') IS NULL OR (length((\"attributes\" ->> 'released')) = 10 AND jsonb_path_query_first((\"attributes\" -> 'released'), '$.datetime(\"YYYY-MM-DD\")', '{}', true) = (\"attributes\" -> 'released') AND (\"attributes\" ->> 'released') COLLATE \"C\" >= '2000-01-01') IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_tags",
                        sql="(\"attributes\" -> 'tags') IS NULL OR (jsonb_typeof((\"attributes\" -> 'tags')) = 'array' AND NOT (\"attributes\" -> 'tags') @? 'strict $[*] ? (@.type() != \"string\")') IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_sizes",
                        sql='("attributes" -> \'sizes\') IS NULL OR (jsonb_typeof(("attributes" -> \'sizes\')) = \'array\' AND NOT ("attributes" -> \'sizes\') @? \'strict $[*] ? (@.type() != "string")\' AND ("attributes" -> \'sizes\') <@ \'["S", "M", "L"]\'::jsonb) IS TRUE',
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_ports",
                        sql="(\"attributes\" -> 'ports') IS NULL OR (jsonb_typeof((\"attributes\" -> 'ports')) = 'array' AND NOT (\"attributes\" -> 'ports') @? 'strict $[*] ? (@.type() != \"number\")' AND strpos((\"attributes\" ->> 'ports'), '.') = 0 AND NOT (\"attributes\" -> 'ports') @? 'strict $[*] ? (@ < 1 || @ > 65535)') IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_article_attributes_doses",
                        sql="(\"attributes\" -> 'doses') IS NULL OR (jsonb_typeof((\"attributes\" -> 'doses')) = 'array' AND NOT (\"attributes\" -> 'doses') @? 'strict $[*] ? (@.type() != \"number\")' AND NOT (\"attributes\" -> 'doses') @? 'strict $[*] ? (@ < 0)') IS TRUE",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Gadget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("lamp", "Lamp"), ("book", "Book"), ("gift", "Gift card")],
                        default="lamp",
                        max_length=10,
                    ),
                ),
                ("details", django_schemapatterns.fields.AttributesField(blank=True, default=dict)),
            ],
            options={
                "constraints": [
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_gadget_details",
                        sql="CASE \"kind\" WHEN 'lamp' THEN (CASE WHEN jsonb_typeof(\"details\") = 'object' THEN \"details\" - ARRAY['watts', 'socket']::text[] = '{}' ELSE FALSE END) IS TRUE WHEN 'book' THEN (CASE WHEN jsonb_typeof(\"details\") = 'object' THEN \"details\" - ARRAY['pages', 'socket']::text[] = '{}' ELSE FALSE END) IS TRUE ELSE (CASE WHEN jsonb_typeof(\"details\") = 'object' THEN \"details\" - ARRAY[]::text[] = '{}' ELSE FALSE END) IS TRUE END",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_gadget_details_watts",
                        sql="CASE \"kind\" WHEN 'lamp' THEN (jsonb_typeof((\"details\" -> 'watts')) = 'number' AND strpos((\"details\" ->> 'watts'), '.') = 0 AND (\"details\" -> 'watts') >= '1'::jsonb) IS TRUE ELSE TRUE END",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_gadget_details_socket",
                        sql="CASE \"kind\" WHEN 'lamp' THEN (\"details\" -> 'socket') IS NULL OR (jsonb_typeof((\"details\" -> 'socket')) = 'string' AND (\"details\" ->> 'socket') IN ('E14', 'E27')) IS TRUE WHEN 'book' THEN (\"details\" -> 'socket') IS NULL OR (jsonb_typeof((\"details\" -> 'socket')) = 'boolean') IS TRUE ELSE TRUE END",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_gadget_details_pages",
                        sql="CASE \"kind\" WHEN 'book' THEN (\"details\" -> 'pages') IS NULL OR (jsonb_typeof((\"details\" -> 'pages')) = 'number' AND strpos((\"details\" ->> 'pages'), '.') = 0 AND (\"details\" -> 'pages') >= '1'::jsonb) IS TRUE ELSE TRUE END",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("specs", django_schemapatterns.fields.AttributesField(blank=True, default=dict)),
                ("alive", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [
                    django_schemapatterns.indexes.AttributesIndex(
                        "specs", name="attributetests_item_specs_gin"
                    ),
                    django_schemapatterns.indexes.AttributeIndex(
                        "specs", "weight", name="attributetests_item_specs_weight"
                    ),
                    django_schemapatterns.indexes.AttributeIndex(
                        "specs", "released", name="attributetests_item_specs_released"
                    ),
                    django_schemapatterns.indexes.AttributeIndex(
                        "specs", "name", name="attributetests_item_specs_name_prefix", prefix=True
                    ),
                    django_schemapatterns.indexes.AttributeIndex(
                        "specs",
                        "color",
                        condition=models.Q(("alive", True)),
                        name="attributetests_item_specs_color",
                    ),
                ],
                "constraints": [
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_item_specs",
                        sql="(CASE WHEN jsonb_typeof(\"specs\") = 'object' THEN \"specs\" - ARRAY['color', 'name', 'weight', 'released', 'sold', 'tags']::text[] = '{}' ELSE FALSE END) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_item_specs_color",
                        sql="(\"specs\" -> 'color') IS NULL OR (jsonb_typeof((\"specs\" -> 'color')) = 'string' AND length((\"specs\" ->> 'color')) <= 500) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_item_specs_name",
                        sql="(\"specs\" -> 'name') IS NULL OR (jsonb_typeof((\"specs\" -> 'name')) = 'string' AND length((\"specs\" ->> 'name')) <= 500) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_item_specs_weight",
                        sql="(\"specs\" -> 'weight') IS NULL OR (jsonb_typeof((\"specs\" -> 'weight')) = 'number') IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_item_specs_released",
                        sql="(\"specs\" -> 'released') IS NULL OR (length((\"specs\" ->> 'released')) = 10 AND jsonb_path_query_first((\"specs\" -> 'released'), '$.datetime(\"YYYY-MM-DD\")', '{}', true) = (\"specs\" -> 'released')) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_item_specs_sold",
                        sql="(\"specs\" -> 'sold') IS NULL OR (jsonb_typeof((\"specs\" -> 'sold')) = 'boolean') IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_item_specs_tags",
                        sql="(\"specs\" -> 'tags') IS NULL OR (jsonb_typeof((\"specs\" -> 'tags')) = 'array' AND NOT (\"specs\" -> 'tags') @? 'strict $[*] ? (@.type() != \"string\")') IS TRUE",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Kit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("parts", models.IntegerField(default=1)),
                ("counts", django_schemapatterns.fields.AttributesField(blank=True, default=dict)),
            ],
            options={
                "constraints": [
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_kit_counts",
                        sql="(jsonb_typeof(\"counts\") = 'object' AND NOT \"counts\" @? '$.**{65}') IS TRUE",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "data",
                    django_schemapatterns.fields.AttributesField(
                        blank=True, db_column="Dätä it's", default=dict, null=True
                    ),
                ),
            ],
            options={
                "constraints": [
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_note_data",
                        sql="\"Dätä it's\" IS NULL OR (jsonb_typeof(\"Dätä it's\") = 'object' AND NOT \"Dätä it's\" @? '$.**{65}') IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_note_data_author",
                        sql="\"Dätä it's\" IS NULL OR (jsonb_typeof((\"Dätä it's\" -> 'author')) = 'string' AND length((\"Dätä it's\" ->> 'author')) <= 500) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_note_data_mood",
                        sql="(\"Dätä it's\" -> 'mood') IS NULL OR (jsonb_typeof((\"Dätä it's\" -> 'mood')) = 'string' AND length((\"Dätä it's\" ->> 'mood')) <= 500) IS TRUE",
                    ),
                    django_schemapatterns.constraints.AttributesRule(
                        name="attributetests_note_data_100_32e48995",
                        sql="(\"Dätä it's\" -> '100%') IS NULL OR (jsonb_typeof((\"Dätä it's\" -> '100%')) = 'number' AND strpos((\"Dätä it's\" ->> '100%'), '.') = 0) IS TRUE",
                    ),
                ],
            },
        ),
    ]
