"""`python -m deepspine` is the console script."""

import sys

from deepspine.cli import main

sys.exit(main())
