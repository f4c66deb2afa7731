"""Which transports write headers otherwise than the `amps` protocol, and how (User Guide, Transports)."""

from ampsd.definitions.instance import InstanceDefinition
from ampsd.wire.header_format import HeaderFormat
from ampsd.wire.soap_header import SoapHeader
from ampsd.wire.tag_header import TagHeader

_HEADER_FORMATS: dict[str, HeaderFormat] = {
    **dict.fromkeys(("fix", "nvfix"), TagHeader()),
    **dict.fromkeys(("xml", "soap"), SoapHeader()),
}


def header_formats(definition: InstanceDefinition) -> dict[str, HeaderFormat]:
    """How transports that do not speak `amps` write headers, by their names."""
    modules = {one.name: one.module for one in definition.protocols}
    found: dict[str, HeaderFormat] = {}
    for one in definition.transports:
        header_format = _HEADER_FORMATS.get(modules.get(one.protocol, one.protocol))
        if header_format is not None:
            found[one.name] = header_format
    return found
