using System.Runtime.InteropServices;
using PeerReplica.Escrow;

namespace PeerReplica.Hosting.LocalState;

/// <summary>A budget as one number that app threads and the loop change by compare-and-swap. It is never below zero.</summary>
internal sealed class AtomicBudget : Budget
{
    private Padded _left;

    public override long Left => Volatile.Read(ref _left.Value);

    public override void Add(long amount) => Interlocked.Add(ref _left.Value, amount);

    /// <summary>Puts back what an app returns, up to <see cref="Budget.Most"/>.</summary>
    public bool TryReturn(long amount)
    {
        var left = Volatile.Read(ref _left.Value);
        while (amount <= Most - left)
        {
            var seen = Interlocked.CompareExchange(ref _left.Value, left + amount, left);
            if (seen == left) return true;
            left = seen;
        }

        return false;
    }

    public bool TryTake(long amount)
    {
        var left = Volatile.Read(ref _left.Value);
        while (left >= amount)
        {
            var seen = Interlocked.CompareExchange(ref _left.Value, left - amount, left);
            if (seen == left) return true;
            left = seen;
        }

        return false;
    }

    public override long Remove(long amount)
    {
        while (true)
        {
            var left = Volatile.Read(ref _left.Value);
            var removed = Math.Min(left, amount);
            if (removed <= 0) return 0;
            if (Interlocked.CompareExchange(ref _left.Value, left - removed, left) == left) return removed;
        }
    }

    /// <summary>Two cache lines of its own, since neighbours are fetched in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Padded
    {
        [FieldOffset(128)]
        public long Value;
    }
}
