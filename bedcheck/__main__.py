"""``python -m bedcheck``: the same as the command ``bedcheck``."""

from bedcheck.commands import app

app(prog_name="bedcheck")
