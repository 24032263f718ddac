"""`python -m services.grading`: the commands of the grading service."""

import sys

from services.grading.entry.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
