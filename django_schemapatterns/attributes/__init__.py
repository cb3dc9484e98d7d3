"""Documents in a column whose attributes have types and rules, which the database keeps."""
