using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>The other origins' changes of the same entry that a write saw, and therefore superseded: at most one dot for each origin.</summary>
internal static class ObservedDots
{
    public static bool Covers(Dot[]? observed, int origin, ulong sequence)
    {
        if (observed is null) return false;
        foreach (var dot in observed)
        {
            if (dot.Origin == origin && sequence <= dot.Sequence) return true;
        }

        return false;
    }

    public static bool AllIn(Dot[]? observed, VersionVector vector)
    {
        if (observed is null) return true;
        foreach (var dot in observed)
        {
            if (!vector.Contains(dot)) return false;
        }

        return true;
    }
}
