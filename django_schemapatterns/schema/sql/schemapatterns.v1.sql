-- The schema that holds everything of this library that is not one of your tables.
-- version: 1
CREATE SCHEMA IF NOT EXISTS schemapatterns;
