namespace PeerReplica;

internal enum ConcernKind
{
    Local,
    Peers,
    Majority,
    All,
}
