using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalState;

/// <summary>What a record said at one moment; it may say something else by now.</summary>
/// <param name="View">The record; null: there was none.</param>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="Value">Its value, if <paramref name="HasValue"/>.</param>
/// <param name="HasValue">Whether its value was there, and not only its bytes.</param>
/// <param name="ExpiresAt">When it stops being visible; 0 ticks: never.</param>
/// <param name="Sliding">How uses postpone <paramref name="ExpiresAt"/>, if they do.</param>
internal readonly record struct RecordSnapshot<TValue>(
    Record? View, ulong Sequence, byte[]? Payload, TValue? Value, bool HasValue, Instant ExpiresAt, SlidingExpiration? Sliding);
