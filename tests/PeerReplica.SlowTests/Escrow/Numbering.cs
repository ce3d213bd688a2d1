using System.Numerics;
using System.Runtime.Intrinsics;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>
/// The numbers that a state of the cluster refers to, for each origin a bit for each; the new number of one is its rank among them. 0 stays 0 everywhere: it
/// stands for none.
/// </summary>
/// <param name="Marks">Marks in accounts. All that are below the lowest bit are as good as that one.</param>
/// <param name="Places">Places in what an origin wrote. What was written up to the lowest bit nobody will ever be told, unless that is bit 0.</param>
internal readonly record struct Numbering(Vector256<ulong> Marks, Vector256<ulong> Places)
{
    public bool IsRanked => IsRankedIn(Marks) && IsRankedIn(Places);

    public ulong MarkOf(ReplicaId owner, ulong mark) => mark == 0 ? 0 : Rank(Marks[ModelWorld.SlotOf(owner)], mark);

    public PublishedRecords PlaceOf(ReplicaId origin, PublishedRecords published)
    {
        var all = Places[ModelWorld.SlotOf(origin)];
        var told = (ulong)BitOperations.TrailingZeroCount(all);
        var entries = published.Entries.Select(e => e with { Sequence = e.Sequence <= told ? 0 : Rank(all, e.Sequence) });
        return new PublishedRecords(published.Sequence == 0 ? 0 : Rank(all, published.Sequence), [.. entries.OrderBy(e => e.Sequence).ThenBy(e => e.Entry, StringComparer.Ordinal)]);
    }

    private static ulong Rank(ulong all, ulong number) => Math.Max(1, (ulong)BitOperations.PopCount(all & ((2UL << (int)number) - 1) & ~1UL));

    private static bool IsRankedIn(Vector256<ulong> all)
    {
        var filled = all | Vector256<ulong>.One;
        return (filled & (filled + Vector256<ulong>.One)) == Vector256<ulong>.Zero;
    }
}
