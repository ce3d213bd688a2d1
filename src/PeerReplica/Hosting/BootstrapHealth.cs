using PeerReplica.Replication;

namespace PeerReplica.Hosting;

/// <summary>Says why the instances that ExpectedReplicas waits for have not formed the cluster. Under the replica's gate.</summary>
internal static class BootstrapHealth
{
    private const string Nothing = "Bounded counters and pools grant nothing yet";

    /// <summary>Changes with everything that <see cref="Describe"/> reads. Allocates nothing.</summary>
    public static long VersionOf(ReplicaCore core)
    {
        long version = HashCode.Combine(core.Escrow.View.Version, core.IsSynced);
        foreach (var member in core.MembersInOrder) version += HashCode.Combine(member.Id, member.Link is null);
        return version;
    }

    public static (string Message, string Remedy) Describe(ReplicaCore core, int expected)
    {
        var here = Names();
        var away = Names();
        var without = Names();
        var differing = Names();
        here.Add(core.Describe().NodeName);
        var own = ReadyOf(core, core.Self);
        foreach (var member in core.MembersInOrder)
        {
            if (member.Link is null) away.Add(member.NodeName);
            else if (!HasRecord(core, member)) without.Add(member.NodeName);
            else here.Add(member.NodeName);
            if (member.Link is not null && HasRecord(core, member) && !ReadyOf(core, member.Id).AsSpan().SequenceEqual(own)) differing.Add(member.NodeName);
        }

        away.ExceptWith(here);
        without.ExceptWith(here);
        return here.Count < expected ? TooFew(expected, here, away, without) : NotAgreed(core.IsSynced, expected, here, differing);
    }

    private static (string Message, string Remedy) TooFew(int expected, SortedSet<string> here, SortedSet<string> away, SortedSet<string> without)
    {
        var message = $"{Nothing}: {here.Count} of {expected} expected instances have met ({Some(here)}), {expected - here.Count} missing" +
            (away.Count == 0 ? "." : $", of which {Some(away)} known but not connected.");
        var remedy = "Start the missing instances, each with a NodeName of its own, and check that all reach each other; or set ExpectedReplicas to the number of instances that there are.";
        if (without.Count == 0) return (message, remedy);
        return ($"{message} Connected, but without bounded counters and pools: {Some(without)}.", $"{remedy} Register the bounded counters and pools on every instance that is to count.");
    }

    private static (string Message, string Remedy) NotAgreed(bool isSynced, int expected, SortedSet<string> here, SortedSet<string> differing)
    {
        var met = $"{Nothing}: {here.Count} instances have met ({Some(here)}), and ExpectedReplicas is {expected}, but ";
        if (!isSynced) return ($"{met}this replica is not synchronized.", "Wait for the first synchronization; see the reason NotSynchronized.");
        var message = differing.Count == 0
            ? $"{met}the cluster is not formed yet."
            : $"{met}not all agree on the {expected} that form the cluster: {Some(differing)} {(differing.Count == 1 ? "differs" : "differ")} from this replica.";
        return (message, "Wait some seconds. If it lasts, set the same ExpectedReplicas on all instances, and check that every instance is linked with every other one (reason MemberUnreachable).");
    }

    private static bool HasRecord(ReplicaCore core, Member member) => core.Escrow.View.ConsensusRecordOf(member.Id) is not null;

    private static ReplicaId[] ReadyOf(ReplicaCore core, ReplicaId id) => core.Escrow.View.ConsensusRecordOf(id)?.Ready ?? [];

    private static SortedSet<string> Names() => new(StringComparer.Ordinal);

    private static string Some(SortedSet<string> names) => HealthInspector.Some(names);
}
