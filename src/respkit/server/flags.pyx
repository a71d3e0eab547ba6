# The compiled form of flags.py: all of it stands in flags.pxd.
