using System.Collections.Concurrent;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A map and a concurrent dictionary with the same content, and the keys with which both are accessed.</summary>
internal sealed class MapFixture<TKey> : IDisposable
    where TKey : notnull
{
    private readonly LocalReplica _local = new(r => r.AddMap<TKey, long>("m", new MapOptions()));

    private MapFixture(int entries, int operations)
    {
        Map = _local.Replica.GetMap<TKey, long>("m");
        for (var i = 0; i < entries; i++)
        {
            Map.Set(Keys.Of<TKey>(i), Keys.Number(i));
            Bare[Keys.Of<TKey>(i)] = Keys.Number(i);
        }

        _local.Settle();
        Present = [new(0, entries, operations, seed: 1), new(0, entries, operations, seed: 2)];
        Absent = new(entries, entries, operations, seed: 3);
        Halves = [new(0, entries / 2, operations, seed: 4), new(entries / 2, entries / 2, operations, seed: 5)];
    }

    public static MapFixture<TKey> Of(int entries, int operations)
    {
        var fixture = Kept.Get(("map", typeof(TKey), entries), () => new MapFixture<TKey>(entries, operations));
        fixture._local.Settle();
        foreach (var probes in (Probes<TKey>[])[.. fixture.Present, fixture.Absent, .. fixture.Halves]) probes.Rewind();
        return fixture;
    }

    public IReplicatedMap<TKey, long> Map { get; }

    public ConcurrentDictionary<TKey, long> Bare { get; } = new();

    /// <summary>Keys that are there, for each of two threads.</summary>
    public Probes<TKey>[] Present { get; }

    public Probes<TKey> Absent { get; }

    /// <summary>Keys that are there, of which no two threads access the same.</summary>
    public Probes<TKey>[] Halves { get; }

    public void Dispose() => _local.Dispose();
}
