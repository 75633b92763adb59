"""Being here puts this folder on the path: ``import oracle``."""
