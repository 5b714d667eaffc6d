"""The command `torchrun`, which this stand-in only names."""

import sys


def main():
    print("torchrun: this is a demonstration stand-in for torch @VERSION@; it runs nothing", file=sys.stderr)
    return 2
