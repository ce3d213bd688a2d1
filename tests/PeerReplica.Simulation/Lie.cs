namespace PeerReplica.Simulation;

/// <summary>What a lying replica tells its peers, each within the grammar of the protocol.</summary>
internal enum Lie
{
    /// <summary>An account of another replica that gives units to the listener, and whose limit is without bound.</summary>
    Account,

    /// <summary>A consensus record of another replica that acknowledges whatever the listener has written, or will.</summary>
    ConsensusRecord,

    /// <summary>An ordinary change of another replica.</summary>
    Change,

    /// <summary>That another replica has ended.</summary>
    End,

    /// <summary>A member, and its consensus record, of whom nobody has ever heard, with news of it.</summary>
    InventedReplica,

    /// <summary>A floor that makes the listener ask for the full state.</summary>
    Floor,

    /// <summary>A full state, asked for, that lacks another replica's account and consensus record.</summary>
    FullState,

    /// <summary>A content hash that makes the listener ask for a repair.</summary>
    ContentHash,

    /// <summary>A repair, asked for, that alters another replica's account.</summary>
    Repair,

    /// <summary>That the liar contains what nobody has written.</summary>
    Vector,

    /// <summary>That another replica contains what it does not.</summary>
    Row,

    /// <summary>The removal of another replica from the list of members.</summary>
    RemovedMember,

    /// <summary>The removal of all entries that another replica will ever make in the list of members.</summary>
    RemovalInAdvance,

    /// <summary>Another replica's entry in the list of members, by an invented origin.</summary>
    MemberEntry,

    /// <summary>That the liar is another node.</summary>
    OtherNode,
}
