using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalState;

/// <summary>A local write, before it is put in view. Without a payload, as by default, it is a removal.</summary>
/// <param name="Payload">As of a record.</param>
/// <param name="Value">The value, if <paramref name="HasValue"/>.</param>
/// <param name="HasValue">Whether the value is here, and not only its bytes.</param>
/// <param name="ExpiresAt">When it stops being visible; 0 ticks: never.</param>
/// <param name="Sliding">How uses postpone <paramref name="ExpiresAt"/>, if they do.</param>
internal readonly record struct LocalWrite<TValue>(
    byte[]? Payload, TValue? Value, bool HasValue, Instant ExpiresAt = default, SlidingExpiration? Sliding = null)
{
    public bool IsRemoval => Payload is null;
}
