"""What a soft delete costs: ours, the peers', one written by hand, and none."""
