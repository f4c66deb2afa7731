"""One table of the header fields of the `amps` protocol: every spelling clients send, and the Command's name for it.

Command Reference, Protocol Reference; clients write short or long names.
"""

FIELDS: dict[bytes, str] = {
    b"c": "name",
    b"cmd": "name",
    b"t": "topic",
    b"topic": "topic",
    b"cid": "command_id",
    b"cmd_id": "command_id",
    b"a": "acks",
    b"ack": "acks",
    b"ack_type": "acks",
    b"sub_id": "sub_id",
    b"query_id": "query_id",
    b"filter": "filter",
    b"f": "filter",
    b"orderby": "order_by",
    b"order_by": "order_by",
    b"o": "options",
    b"opts": "options",
    b"bookmark": "bookmark",
    b"bm": "bookmark",
    b"batch_size": "batch_size",
    b"bs": "batch_size",
    b"top_n": "top_n",
    b"sow_keys": "sow_keys",
    b"k": "sow_key",
    b"sow_key": "sow_key",
    b"s": "sequence",
    b"seq": "sequence",
    b"e": "expiration",
    b"expiration": "expiration",
    b"x": "correlation_id",
    b"correlation_id": "correlation_id",
    b"user_id": "user_id",
    b"pw": "password",
    b"password": "password",
    b"auth_key": "password",
    b"client_name": "client_name",
    b"mt": "message_type",
    b"message_type": "message_type",
    b"version": "version",
    b"v": "version",
}

NUMBERS = frozenset({"sequence", "expiration"})
"""Fields whose value is a whole number, quoted or not."""
