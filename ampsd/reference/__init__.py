"""What the declarations and rules say, as text: for `ampsd explain` and for the pages in docs/reference, word for word.

Nothing is written here that is not declared elsewhere: elements, modules, variables, codes and log records.
"""
