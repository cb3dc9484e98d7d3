"""A shop that uses every pattern of django-schemapatterns."""
