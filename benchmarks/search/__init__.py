"""Full-text search: how long a word takes among 100,000 products, and what it costs to write them."""
