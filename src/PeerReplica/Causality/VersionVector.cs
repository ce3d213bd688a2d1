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

            _sequences[origin] = value;
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
    }

    /// <summary>Whether every entry is at least the other's.</summary>
    public bool Dominates(VersionVector other)
    {
        for (var origin = 0; origin < other._sequences.Length; origin++)
        {
            if (other._sequences[origin] > this[origin]) return false;
        }

        return true;
    }

    public bool SameAs(VersionVector other) => Dominates(other) && other.Dominates(this);

    public void Assign(VersionVector other)
    {
        Array.Clear(_sequences);
        Merge(other);
    }

    public void Clear() => Array.Clear(_sequences);

    public VersionVector Copy()
    {
        var copy = new VersionVector();
        copy.Assign(this);
        return copy;
    }
}
