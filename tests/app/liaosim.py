"""The command ``liaosim`` of this tree, to be run as a module."""

from simulator.cli import main

if __name__ == "__main__":
    main()
