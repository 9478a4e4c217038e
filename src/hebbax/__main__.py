"""`python -m hebbax` is the `hebbax` command."""

import sys

from hebbax.cli.main import main

sys.exit(main())
