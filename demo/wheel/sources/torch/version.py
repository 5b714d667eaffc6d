"""Which release this is and what it was built for: the CPU, nothing else."""

__version__ = "@VERSION@"
cuda = None
hip = None
debug = False
git_version = "demonstration"
