"""Variables that several kinds of events bring: name -> what it holds (User Guide, Automating AMPS With Actions)."""

MESSAGE = {
    "AMPS_TOPIC": "Topic of the message.",
    "AMPS_DATA": "The message.",
    "AMPS_DATA_LENGTH": "Length of the message in bytes.",
}
BOOKMARK = {"AMPS_BOOKMARK": "Bookmark of the message; may be empty."}
CORRELATION_ID = {"AMPS_CORRELATION_ID": "Correlation id of the message; empty when it has none."}
CLIENT = {"AMPS_CLIENT_NAME": "Name of the client.", "AMPS_CONNECTION_NAME": "Name of the connection."}
IDENTITY = {"AMPS_AUTHENTICATION_ID": "Identity that authentication gave the client."}
SUBSCRIPTION = {
    "AMPS_TOPIC": "Topic as the command wrote it, perhaps a regular expression.",
    "AMPS_CLIENT_NAME": "Name of the client.",
    "AMPS_OPTIONS": "Options of the command.",
    "AMPS_FILTER": "Filter of the command.",
}
TRACKED_RECORD = (
    MESSAGE
    | BOOKMARK
    | {
        "AMPS_TIMESTAMP": "When the record began to be tracked.",
        "AMPS_CLIENT_NAME": "Name of the client.",
        "AMPS_SOW_KEY": "Key of the record in the SOW.",
    }
)
REPLICATION_PEER = {
    "AMPS_REPLICATION_PEER_NAME": "Name of the other instance.",
    "AMPS_REPLICATION_CLIENT_NAME": "Client name of the replication connection.",
    "AMPS_REPLICATION_REMOTE_ADDRESS": "Address of the other instance.",
    "AMPS_REPLICATION_GROUP_NAME": "Group of the other instance.",
}
DESTINATION = REPLICATION_PEER | {"AMPS_REPLICATION_TRANSPORT_NAME": "Transport of the Destination."}
