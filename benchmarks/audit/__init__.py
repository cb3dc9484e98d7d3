"""What an audit trail costs: ours, the peers', and none."""
