"""``python -m respkit`` is the ``respkit`` command."""

import sys

from respkit.cli.main import main

sys.exit(main())
