"""How large an installation must be: arithmetic from measured costs."""
