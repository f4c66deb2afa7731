"""`python -m ampsd`: the same as the command `ampsd`."""

from ampsd.cli.main import main

main(prog_name="ampsd")
