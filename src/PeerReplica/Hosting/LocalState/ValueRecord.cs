using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalState;

/// <summary>A record beside its entry that also holds its value as an object, so that reading costs no decoding.</summary>
internal sealed class ValueRecord<TValue> : DetachedRecord
{
    /// <summary>The value, if <see cref="Record.HasValue"/>.</summary>
    public TValue? Value;
}
