"""Profiles to tables and trees: frozen options in, frozen columns out."""
