"""`python -m services.grading`: the commands of the grading service."""

import os
import sys

from services.grading.entry.cli import main

if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`… | head`): nothing went wrong, and the interpreter is not to flush into the void.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)
