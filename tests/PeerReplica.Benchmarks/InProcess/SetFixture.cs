using System.Collections.Concurrent;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A set and a concurrent dictionary with the same elements, text of 16 characters.</summary>
internal sealed class SetFixture : IDisposable
{
    private readonly LocalReplica _local = new(r => r.AddSet<string>("s"));

    private SetFixture(int entries, int operations)
    {
        Set = _local.Replica.GetSet<string>("s");
        for (var i = 0; i < entries; i++)
        {
            Set.Add(Keys.Of<string>(i));
            Bare.TryAdd(Keys.Of<string>(i), 0);
        }

        _local.Settle();
        Present = [new(0, entries, operations, seed: 1), new(0, entries, operations, seed: 2)];
        Absent = new(entries, entries, operations, seed: 3);
    }

    public static SetFixture Of(int entries, int operations)
    {
        var fixture = Kept.Get(("set", entries), () => new SetFixture(entries, operations));
        fixture._local.Settle();
        foreach (var probes in (Probes<string>[])[.. fixture.Present, fixture.Absent]) probes.Rewind();
        return fixture;
    }

    public IReplicatedSet<string> Set { get; }

    public ConcurrentDictionary<string, byte> Bare { get; } = new();

    /// <summary>Elements that are there, for each of two threads.</summary>
    public Probes<string>[] Present { get; }

    public Probes<string> Absent { get; }

    public void Dispose() => _local.Dispose();
}
