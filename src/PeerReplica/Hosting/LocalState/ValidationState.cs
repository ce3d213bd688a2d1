namespace PeerReplica.Hosting.LocalState;

/// <summary>How far a validator is with an entry that has changes to be asked about.</summary>
internal enum ValidationState
{
    /// <summary>It is not in the queue.</summary>
    None,

    /// <summary>It is in the queue.</summary>
    Waiting,

    /// <summary>The validator is being asked.</summary>
    Asked,
}
