"""Tables as models: what `manage.py inspect_schemapatterns` prints."""
