namespace PeerReplica.Replication;

/// <summary>How far a link has come.</summary>
internal enum LinkPhase
{
    /// <summary>Hellos are on their way.</summary>
    Hello,

    /// <summary>Exchanging changes.</summary>
    Open,

    /// <summary>Closed by us; nothing more is sent or heard.</summary>
    Closed,
}
