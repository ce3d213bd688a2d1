using System.Numerics;

namespace PeerReplica.Causality;

/// <summary>
/// Origin (a local index) -> the highest sequence number whose effect is contained, without gaps (Parker et al., 1983).
/// <list type="number">
/// <item>An origin that is not mentioned is at 0.</item>
/// <item>Entries only grow, except in a vector that stands for somebody else's report and is overwritten by the next report.</item>
/// </list>
/// </summary>
internal sealed class VersionVector
{
    private ulong[] _sequences = [];

    /// <summary>Changes whenever an entry does: two looks at one vector with equal versions saw the same.</summary>
    public long Version { get; private set; }

    /// <summary>One past the highest origin index that may be above 0.</summary>
    public int Length => _sequences.Length;

    public ulong this[int origin]
    {
        get => origin < _sequences.Length ? _sequences[origin] : 0;
        set
        {
            if (origin >= _sequences.Length)
            {
                if (value == 0) return;
                Array.Resize(ref _sequences, Math.Max(origin + 1, _sequences.Length * 2));
            }

            if (_sequences[origin] == value) return;
            _sequences[origin] = value;
            Version++;
        }
    }

    public bool Contains(Dot dot) => dot.Sequence <= this[dot.Origin];

    /// <summary>Raises one entry; returns whether it was lower.</summary>
    public bool Raise(int origin, ulong sequence)
    {
        if (sequence <= this[origin]) return false;
        this[origin] = sequence;
        return true;
    }

    /// <summary>The join: entry by entry the greater.</summary>
    public void Merge(VersionVector other)
    {
        for (var origin = 0; origin < other._sequences.Length; origin++) Raise(origin, other._sequences[origin]);
    }

    /// <summary>Entry by entry the lesser.</summary>
    public void Meet(VersionVector other)
    {
        for (var origin = 0; origin < _sequences.Length; origin++)
            _sequences[origin] = Math.Min(_sequences[origin], other[origin]);
        Version++;
    }

    /// <summary>Whether every entry is at least the other's.</summary>
    public bool Dominates(VersionVector other) => other.FirstAbove(this, 0) < 0;

    /// <summary>The first origin at or after <paramref name="from"/> of which this vector contains more than the other; -1 if there is none. Looks at several origins at a time.</summary>
    public int FirstAbove(VersionVector other, int from)
    {
        var (mine, theirs) = (_sequences, other._sequences);
        var origin = from;
        var both = Math.Min(mine.Length, theirs.Length);
        for (; origin <= both - Vector<ulong>.Count; origin += Vector<ulong>.Count)
        {
            if (Vector.GreaterThanAny(new Vector<ulong>(mine, origin), new Vector<ulong>(theirs, origin))) break;
        }

        for (; origin < mine.Length; origin++)
        {
            if (mine[origin] > (origin < theirs.Length ? theirs[origin] : 0)) return origin;
        }

        return -1;
    }

    public bool SameAs(VersionVector other) => Dominates(other) && other.Dominates(this);

    public void Assign(VersionVector other)
    {
        Clear();
        Merge(other);
    }

    public void Clear()
    {
        Array.Clear(_sequences);
        Version++;
    }

    public VersionVector Copy()
    {
        var copy = new VersionVector();
        copy.Assign(this);
        return copy;
    }
}
