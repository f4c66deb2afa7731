"""Which topics an option means that is a topic or a regular expression for several."""

from functools import lru_cache

from ampsd.expressions.regex import compile_regex, is_regex

_pattern = lru_cache(maxsize=1024)(compile_regex)


def names(option: str, topic: str) -> bool:
    """Whether the option names the topic."""
    if not is_regex(option):
        return topic == option
    return _pattern(option.encode("utf-8", "surrogateescape")).search(topic.encode("utf-8", "surrogateescape"))
