namespace PeerReplica.Replication;

/// <summary>What became of the proof that came with a record.</summary>
internal enum ProofVerdict
{
    /// <summary>The origin signed the record.</summary>
    Holds,

    /// <summary>There is none: a replica of an earlier version passed the record on, or somebody left the proof out.</summary>
    Missing,

    /// <summary>The origin did not sign this.</summary>
    False,

    /// <summary>The link has had too many signatures verified lately.</summary>
    TooMany,
}
