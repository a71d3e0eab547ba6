"""COMMAND DOCS of the cluster commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"asking": Doc(
        "Lets the next command reach a slot that this node is importing, after an -ASK",
        "O(1)",
    ),
    b"cluster": Doc(
        "The commands about Redis Cluster",
        "That of the subcommand",
    ),
    b"cluster|addslots": Doc(
        "Makes this node serve the slots listed",
        "O(N), N slots listed",
        "slot:int*",
    ),
    b"cluster|addslotsrange": Doc(
        "Makes this node serve all slots of the ranges listed",
        "O(N), N slots in all the ranges together",
        "start-slot_end-slot{start-slot:int end-slot:int}*",
    ),
    b"cluster|bumpepoch": Doc(
        "Moves this node's configuration epoch ahead of the others'",
        "O(1)",
    ),
    b"cluster|count-failure-reports": Doc(
        "How many nodes currently report another one as failing",
        "O(N), N reports",
        "node-id",
    ),
    b"cluster|countkeysinslot": Doc(
        "How many keys this node holds in a slot",
        "O(1)",
        "slot:int",
    ),
    b"cluster|delslots": Doc(
        "Makes this node forget who serves the slots listed",
        "O(N), N slots listed",
        "slot:int*",
    ),
    b"cluster|delslotsrange": Doc(
        "Makes this node forget who serves the slots of the ranges listed",
        "O(N), N slots in all the ranges together",
        "start-slot_end-slot{start-slot:int end-slot:int}*",
    ),
    b"cluster|failover": Doc(
        "Lets this replica take over from its master, now and by request",
        "O(1)",
        "[options(FORCE|TAKEOVER)]",
    ),
    b"cluster|flushslots": Doc(
        "Leaves this node without any slots",
        "O(1)",
    ),
    b"cluster|forget": Doc(
        "Strikes a node off this node's list",
        "O(1)",
        "node-id",
    ),
    b"cluster|getkeysinslot": Doc(
        "Names some of the keys that this node holds in a slot",
        "O(log(N)), N keys wanted",
        "slot:int count:int",
    ),
    b"cluster|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"cluster|info": Doc(
        "How the cluster is doing, seen from this node",
        "O(1)",
    ),
    b"cluster|keyslot": Doc(
        "The hash slot that a key belongs to",
        "O(N), N bytes of key",
        "key",
    ),
    b"cluster|links": Doc(
        "The connections of the cluster bus, to and from each peer",
        "O(N), N nodes in the cluster",
    ),
    b"cluster|meet": Doc(
        "Introduces another node, which then joins the cluster",
        "O(1)",
        "ip port:int [cluster_bus_port:int^4.0.0]",
        history=(("4.0.0", "`cluster_bus_port`, which may be left out"),),
    ),
    b"cluster|myid": Doc(
        "This node's own ID",
        "O(1)",
    ),
    b"cluster|nodes": Doc(
        "What this node knows of all nodes, in the format of its configuration file",
        "O(N), N nodes in the cluster",
    ),
    b"cluster|replicas": Doc(
        "The replicas of a master",
        "O(1)",
        "node-id",
    ),
    b"cluster|replicate": Doc(
        "Makes this node a replica of another one",
        "O(1)",
        "node-id",
    ),
    b"cluster|reset": Doc(
        "Takes this node out of its cluster, softly or with a new identity",
        "O(N), N nodes known; it may run FLUSHALL as well",
        "[hard_soft(HARD|SOFT)]",
    ),
    b"cluster|saveconfig": Doc(
        "Writes the cluster's configuration file now",
        "O(1)",
    ),
    b"cluster|set-config-epoch": Doc(
        "Gives a fresh node its configuration epoch",
        "O(1)",
        "config-epoch:int",
    ),
    b"cluster|setslot": Doc(
        "Says who serves a slot, or that it is on its way",
        "O(1)",
        "slot:int subcommand(node-id<IMPORTING>|node-id<MIGRATING>|node-id<NODE>|STABLE)",
    ),
    b"cluster|shards": Doc(
        "The shards: their slots, and the nodes that serve them",
        "O(N), N nodes in the cluster",
    ),
    b"cluster|slaves": Doc(
        "The replicas of a master, under their old name",
        "O(1)",
        "node-id",
        flags="deprecated",
        deprecated_since="5.0.0",
        replaced_by="`CLUSTER REPLICAS`",
    ),
    b"cluster|slots": Doc(
        "The ranges of slots, and the nodes that serve each",
        "O(N), N nodes in the cluster",
        history=(
            ("4.0.0", "IDs of the nodes"),
            ("7.0.0", "More about each node's network, in one more field"),
        ),
        flags="deprecated",
        deprecated_since="7.0.0",
        replaced_by="`CLUSTER SHARDS`",
    ),
    b"readonly": Doc(
        "Lets this connection read from a replica in a cluster",
        "O(1)",
    ),
    b"readwrite": Doc(
        "Takes READONLY back",
        "O(1)",
    ),
}
