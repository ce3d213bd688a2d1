namespace PeerReplica.Replication;

/// <summary>Always-on checks: a broken one stops the replica (it faults, health turns red) before it can spread damage.</summary>
internal static class Invariant
{
    public static void Holds(bool condition, string broken, ulong value)
    {
        if (!condition) throw new BrokenInvariantException($"Broken invariant: {broken} ({value}). The replica stops; please report this with the log.");
    }
}
