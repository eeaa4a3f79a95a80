"""`python -m proso`."""

from proso.cli.main import main

main()
