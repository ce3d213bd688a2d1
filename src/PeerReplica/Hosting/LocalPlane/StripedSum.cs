using System.Runtime.InteropServices;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>A 64-bit sum that many threads add to at once: each adds to one of several cells, a cache line apart, so that they seldom meet.</summary>
internal sealed class StripedSum
{
    /// <summary>What a cell begins from when it is frozen: far from what a counter holds.</summary>
    private const long Frozen = 0x5EED_0FC0_DE00_0000;

    /// <summary>So far a cell may be from that by what the threads add that were on their way.</summary>
    private const long OnTheirWay = 1L << 48;

    private static readonly int s_mask = (int)Math.Min(64, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2)) - 1;
    private readonly Cell[] _cells = new Cell[s_mask + 1];

    /// <summary>Adds; returns what the cell holds then, for <see cref="HasMissed"/>.</summary>
    public long Add(long amount) => Interlocked.Add(ref _cells[Environment.CurrentManagedThreadId & s_mask].Value, amount);

    public bool IsFrozen { get; private set; }

    /// <summary>The sum at one moment for each cell: what is added later is in no sum.</summary>
    public long Freeze()
    {
        var sum = 0L;
        foreach (ref var cell in _cells.AsSpan()) sum += Interlocked.Exchange(ref cell.Value, Frozen);
        IsFrozen = true;
        return sum;
    }

    /// <summary>Whether an addition came after the freezing, by what its cell held then.</summary>
    public bool HasMissed(long cell, long amount) => !IsFrozen || Int128.Abs((Int128)cell - amount - Frozen) < OnTheirWay;

    public long Sum()
    {
        var sum = 0L;
        foreach (ref var cell in _cells.AsSpan()) sum += Volatile.Read(ref cell.Value);
        return sum;
    }

    /// <summary>128 bytes: two lines, since neighbours are fetched in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(64)]
        public long Value;
    }
}
