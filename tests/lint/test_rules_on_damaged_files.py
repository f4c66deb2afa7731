"""Files of the corpus with elements taken out, doubled or emptied: whatever is left, no rule raises."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lint_setup import examine_text
from lxml import etree

GOOD = Path(__file__).parent.parent / "configs" / "good_for_amps"
FILES = [
    (GOOD / f"{name}.xml").read_bytes()
    for name in ("sow-enrichment", "sow-pattern", "views-over-joins", "views-over-one-topic", "replication-pair")
]


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["remove", "double", "empty", "move"])), max_size=6),
)
def test_no_rule_raises_on_what_is_left_of_a_file(content: bytes, damage: list[tuple[int, str]]) -> None:
    root = etree.fromstring(content)
    for number, kind in damage:
        inside = [one for one in root.iter() if one is not root and isinstance(one.tag, str)]
        if not inside:
            break
        element = inside[number % len(inside)]
        parent = element.getparent()
        assert parent is not None
        if kind == "remove":
            parent.remove(element)
        elif kind == "empty":
            element.clear()
        elif kind == "double":
            parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        else:
            parent.insert(0, element)
    for finding in examine_text(etree.tostring(root, encoding="unicode"), is_strict=True).findings:
        if finding.code < "AC201":
            continue
        assert finding.sentence.rstrip(".") == finding.sentence
        assert finding.remedy.endswith((".", "?"))
