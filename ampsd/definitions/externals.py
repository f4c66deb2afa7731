"""Externals: libraries that AMPS loads (User Guide, Securing AMPS)."""

from ampsd.declare import PATH, Definition, option


class SslDefinition(Definition, element="SSL"):
    """The library for TLS (User Guide, Securing AMPS)."""

    library: str = option(
        PATH, "The shared object, which must be compatible with OpenSSL 1.1.", default="libopenssl.so"
    )


class CryptoDefinition(Definition, element="Crypto"):
    """The library for cryptography (User Guide, Securing AMPS)."""

    library: str = option(PATH, "The shared object.", default="libcrypto.so")


class CurlDefinition(Definition, element="Curl"):
    """The library for HTTP requests (User Guide, Securing AMPS)."""

    library: str = option(PATH, "The shared object.", default="libcurl.so")


class ExternalsDefinition(Definition, element="Externals"):
    """Libraries that AMPS loads (User Guide, Securing AMPS)."""

    ssl: SslDefinition | None = option(SslDefinition, "The library for TLS.", default=None)
    crypto: CryptoDefinition | None = option(CryptoDefinition, "The library for cryptography.", default=None)
    curl: CurlDefinition | None = option(CurlDefinition, "The library for HTTP requests.", default=None)
