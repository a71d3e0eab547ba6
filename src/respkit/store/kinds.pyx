"""The compiled form of kinds.py: the numbers stand in kinds.pxd."""

NAMES = (b"string", b"list", b"set", b"zset", b"hash", b"module", b"stream")
ENCODING_NAMES = (b"raw", b"int", b"embstr")
