namespace PeerReplica.Tests.Lifecycle;

/// <summary>What a call does.</summary>
internal enum Outcome
{
    /// <summary>It returns, and did what it is for.</summary>
    Works,

    /// <summary>It returns false or null: there is nothing to take.</summary>
    Nothing,

    /// <summary>It goes on waiting.</summary>
    Waits,

    /// <summary>It throws <see cref="ReplicaNotRunningException"/>.</summary>
    Refused,

    /// <summary>The enumeration ends.</summary>
    Ends,
}
