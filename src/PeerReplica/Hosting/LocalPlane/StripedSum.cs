using System.Runtime.InteropServices;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>A 64-bit sum that many threads add to at once: each adds to one of several cells, a cache line apart, so that they seldom meet.</summary>
internal sealed class StripedSum
{
    private static readonly int s_mask = (int)Math.Min(64, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2)) - 1;
    private readonly Cell[] _cells = new Cell[s_mask + 1];

    public void Add(long amount) => Interlocked.Add(ref _cells[Environment.CurrentManagedThreadId & s_mask].Value, amount);

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
