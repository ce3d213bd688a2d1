using System.Runtime.InteropServices;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// A replica's own 64-bit sum, that many threads add to at once, and the sum of all others', that the loop sets. Each thread
/// adds to one of several cells, a cache line apart, so that threads seldom meet. Nothing ever wraps.
/// <list type="number">
/// <item>At first the own sum is that of the cells. Each cell is at most 2^62 divided by their number, besides what threads
/// are just adding, at most 2^50 each; the others' sum is at most 2^62: adding all up cannot overflow.</item>
/// <item>An amount above 2^50, a cell that has grown too large, or a larger sum of the others' makes the sum exact for good:
/// the cells are taken out of use, and all additions and reads go through one number under the lock.</item>
/// <item>A cell out of use is far below any cell in use: a thread that added to one sees that its amount did not count.</item>
/// </list>
/// </summary>
internal sealed class StripedSum
{
    private const long MaxQuickAmount = 1L << 50;
    private const long MaxQuickOthers = 1L << 62;
    private const long OutOfUse = -(1L << 62);
    private const long LeastInUse = OutOfUse + (1L << 60);

    private static readonly int s_mask = (int)Math.Min(64, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2)) - 1;
    private static readonly int s_cellBits = 62 - System.Numerics.BitOperations.Log2((uint)s_mask + 1);
    private readonly Cell[] _cells = new Cell[s_mask + 1];
    private readonly Lock _exact = new();
    private long _others;
    private bool _isExact;
    private bool _isWide;
    private bool _isFrozen;
    private long _sum;
    private Int128 _wideOthers;

    /// <summary>The others' sum. Set by the loop alone.</summary>
    public Int128 Others
    {
        get
        {
            lock (_exact) return _isWide ? _wideOthers : _others;
        }

        set
        {
            if (!_isWide && IsQuick(value))
            {
                Volatile.Write(ref _others, (long)value);
                return;
            }

            lock (_exact)
            {
                TakeCells();
                _wideOthers = value;
                _isWide = !IsQuick(value);
                if (!_isWide) _others = (long)value;
            }
        }
    }

    /// <summary>The own sum.</summary>
    public long Own
    {
        get
        {
            var sum = SumOfCells();
            return Volatile.Read(ref _isExact) ? Exact(isTotal: false) : sum;
        }
    }

    /// <summary>The own sum and the others', or the nearest number to it that 64 bits hold.</summary>
    public long Total
    {
        get
        {
            var sum = SumOfCells() + Volatile.Read(ref _others);
            return Volatile.Read(ref _isExact) ? Exact(isTotal: true) : sum;
        }
    }

    /// <summary>Makes the own sum final: what was not added before is not added any more.</summary>
    public void Freeze()
    {
        lock (_exact)
        {
            TakeCells();
            _isFrozen = true;
        }
    }

    /// <summary>Takes back an amount that was added; returns false when it is in the final sum.</summary>
    public bool TryTakeBack(long amount)
    {
        lock (_exact)
        {
            if (_isFrozen) return false;
            TakeCells();
            _sum = (long)Int128.Clamp((Int128)_sum - amount, long.MinValue, long.MaxValue);
            return true;
        }
    }

    /// <summary>Adds an amount; returns false, and adds nothing, when the own sum would leave the range of a 64-bit integer, or is final.</summary>
    public bool TryAdd(long amount)
    {
        if (amount != (int)amount && amount is < -MaxQuickAmount or > MaxQuickAmount) return TryAddExactly(amount);
        ref var cell = ref _cells[Environment.CurrentManagedThreadId & s_mask].Value;
        var value = Interlocked.Add(ref cell, amount);
        return (ulong)((value >> s_cellBits) + 1) <= 1 || TryAddExactly(ref cell, value, amount);
    }

    private static bool IsQuick(Int128 others) => others >= -MaxQuickOthers && others <= MaxQuickOthers;

    private long SumOfCells()
    {
        var sum = 0L;
        foreach (ref var cell in _cells.AsSpan()) sum += Volatile.Read(ref cell.Value);
        return sum;
    }

    /// <summary>Goes on where a cell is out of use, and the amount did not count, or has grown too large, and it did.</summary>
    private bool TryAddExactly(ref long cell, long value, long amount)
    {
        if (value >= LeastInUse) return TryAddExactly(0);
        Volatile.Write(ref cell, OutOfUse);
        return TryAddExactly(amount);
    }

    private bool TryAddExactly(long amount)
    {
        lock (_exact)
        {
            TakeCells();
            if (_isFrozen) return amount == 0;
            var sum = (Int128)_sum + amount;
            if (sum < long.MinValue || sum > long.MaxValue) return false;
            _sum = (long)sum;
            return true;
        }
    }

    private long Exact(bool isTotal)
    {
        lock (_exact)
        {
            if (!isTotal) return _sum;
            var total = _sum + (_isWide ? _wideOthers : _others);
            return (long)Int128.Clamp(total, long.MinValue, long.MaxValue);
        }
    }

    /// <summary>Makes the sum exact: for readers first, who look whether it is after they have read the cells. Under the lock.</summary>
    private void TakeCells()
    {
        if (_isExact) return;
        Volatile.Write(ref _isExact, true);
        foreach (ref var cell in _cells.AsSpan()) _sum += Interlocked.Exchange(ref cell.Value, OutOfUse);
    }

    /// <summary>128 bytes: two lines, since neighbors are fetched in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(64)]
        public long Value;
    }
}
