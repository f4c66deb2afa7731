"""One file per rule, named after its code and what is wrong; `ampsd.lint.rule` finds them."""
