using System.Globalization;

namespace PeerReplica.Benchmarks.Footprint;

/// <summary>
/// The memory that an entry takes at each replica, with its encoded key and value: half of what the heap of this process
/// grows by, since two replicas of it hold the same. Prints a table.
/// </summary>
internal sealed class MemoryProgram(bool isSmoke)
{
    private const int ValueBytes = 100;
    private readonly int _entries = isSmoke ? 1_000 : 200_000;

    public int Run()
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_entries:N0} entries; text keys of 16 characters, values of {ValueBytes} B.\n"));
        Console.WriteLine("| entry | bytes at each replica | without key and value |");
        Console.WriteLine("|---|---|---|");
        OfMap("without a limit", new MapOptions());
        OfMap("with a time to live", new MapOptions { TimeToLive = TimeSpan.FromHours(1) });
        OfMap("with a sliding expiration", new MapOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        OfMap("with a limit and eviction", new MapOptions { MaxBytes = 1L << 40, Eviction = MapEviction.LeastRecentlyUsed });
        OfMap(
            "with both, as a cache is",
            new MapOptions { SlidingExpiration = TimeSpan.FromHours(1), MaxBytes = 1L << 40, Eviction = MapEviction.LeastRecentlyUsed });
        OfTombstone();
        return 0;
    }

    private void OfMap(string kind, MapOptions options)
    {
        using var pair = new ReplicaPair(r => r.AddMap<string, byte[]>("m", options));
        var before = Heap();
        Fill(pair);
        pair.Converge();
        Row($"of a map {kind}", (Heap() - before) / 2);
    }

    /// <summary>A removed entry whose removal the other replica, which is away, has not seen: held at one replica only.</summary>
    private void OfTombstone()
    {
        using var pair = new ReplicaPair(r => r.AddMap<string, byte[]>("m", new MapOptions()));
        var before = Heap();
        Fill(pair);
        pair.Converge();
        var full = (Heap() - before) / 2;
        pair.Separate();
        pair.Writer.GetMap<string, byte[]>("m").Clear();
        pair.Settle();
        Row("removed, while a member is away", Heap() - before - full, isRemoved: true);
    }

    private void Fill(ReplicaPair pair)
    {
        var map = pair.Writer.GetMap<string, byte[]>("m");
        for (var i = 0; i < _entries; i++) map.Set(i.ToString("x16", CultureInfo.InvariantCulture), new byte[ValueBytes]);
    }

    private void Row(string kind, long bytes, bool isRemoved = false)
    {
        var each = (double)bytes / _entries;
        var content = isRemoved ? 17 : 17 + ValueBytes + 2;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {each:f0} | {each - content:f0} |"));
    }

    private static long Heap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
