"""Tables in parts: declared on the model, made ahead, retired in time."""
