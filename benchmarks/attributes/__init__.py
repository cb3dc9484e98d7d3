"""What the history of a price costs, beside the usual ways to keep one."""
