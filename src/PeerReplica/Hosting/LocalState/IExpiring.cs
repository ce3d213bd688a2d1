using PeerReplica.Causality;

namespace PeerReplica.Hosting.LocalState;

/// <summary>An entry that may have to go, or whatever else is to be looked at again.</summary>
internal interface IExpiring
{
    /// <summary>
    /// The moment asked for has come: tells watchers, and removes the entry for everyone if that is ours to do. Returns when to look again, or
    /// <see cref="Instant.Never"/>. Loop only.
    /// </summary>
    Instant Expire(Instant now);
}
