"""Proof that row security isolates: by trying, with the connection of the running application."""
