"""The configuration of the server: redis.conf, the command line, CONFIG.

``kinds`` says how a parameter of each kind is read and shown, ``parameters`` is the table of all of them,
``settings`` holds the values, ``file`` reads redis.conf and the command line, ``rewrite`` writes redis.conf.
"""
