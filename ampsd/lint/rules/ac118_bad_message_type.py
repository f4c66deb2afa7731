"""AC118."""

from ampsd.lint.rule import Rule


class BadMessageType(Rule):
    """A message type cannot be made of what it is given.

    A protobuf type needs ProtoFile and Type, the file must describe that message, and so must the files it imports; a
    ProtoFile that ends in .desc, .pb, .protoset or .bin is a compiled description, as protoc --descriptor_set_out
    writes it. A struct type needs a Field that is more than padding (User Guide, Message Types).
    """

    severity = "error"
    failing = (
        "<MessageTypes><MessageType><Name>row</Name><Module>struct</Module><Field>/pad = 4x</Field></MessageType>"
        "</MessageTypes>"
    )
    passing = (
        "<MessageTypes><MessageType><Name>row</Name><Module>struct</Module><Field>/id = i</Field></MessageType>"
        "</MessageTypes>"
    )
