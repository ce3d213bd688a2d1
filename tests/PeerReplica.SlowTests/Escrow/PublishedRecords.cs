namespace PeerReplica.SlowTests.Escrow;

/// <summary>What one origin has said up to one of its writes: the latest of each entry. Immutable.</summary>
internal sealed record PublishedRecords(ulong Sequence, (string Entry, ulong Sequence, object Record)[] Entries)
{
    public static PublishedRecords Nothing { get; } = new(0, []);

    public bool Has(string entry) => Entries.Any(e => e.Entry == entry);

    public PublishedRecords With(string entry, object record) => new(Sequence + 1, [.. Entries.Where(e => e.Entry != entry), (entry, Sequence + 1, record)]);

    /// <summary>The entries written after that, in the order of their writing.</summary>
    public IEnumerable<object> After(ulong sequence) => Entries.Where(e => e.Sequence > sequence).Select(e => e.Record);
}
