namespace PeerReplica.Tests.Lifecycle;

/// <summary>Calls that have the same outcome at each stage: the rows of the table in docs/reference/lifecycle.md.</summary>
internal enum CallKind
{
    Read,
    Write,
    Take,
    WaitToTake,
    WriteWithConcern,
    ReadWithConcern,
    Ask,
    Watch,
    WatchHealth,
    WaitUntilSynced,
    Hash,
}
