using System.Globalization;
using System.Text;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests.Laws;

/// <summary>One store with an object of every kind, and what the core does with it: local writes, transfers out and in.</summary>
internal sealed class StoreNode
{
    /// <summary>Not zero: an expiry of zero ticks means never.</summary>
    public static readonly Instant Now = new(TimeSpan.TicksPerDay);

    public StoreNode(int number)
    {
        // Ids in the reverse order of the numbers, so that no order of indices passes for the order of ids.
        Store = new Store(IdOf(number));
        foreach (var kind in ObjectKinds.All) Store.Register(new OpaqueObject(kind.Identity));
    }

    public Store Store { get; }

    public ReplicaId Id => Store.Origins[OriginTable.Self];

    public static ReplicaId IdOf(int number) => new((new UInt128(0xA0A1A2A3A4A5A6A7, 0xB0B1B2B3B4B5B6B7) << 8) - (UInt128)(number * 0x0101));

    public ulong Contained(ReplicaId origin) => Store.Origins.TryGetIndex(origin, out var index) ? Store.Vector[index] : 0;

    public OpaqueEntry EntryOf(ObjectKinds kind, int key) => (OpaqueEntry)Store.ObjectOf(kind.Identity).EntryOf(kind.Key(key));

    /// <summary>A local write, published at once; a removal where <paramref name="value"/> is null.</summary>
    public Record? Write(ObjectKinds kind, int key, int? value, HybridTimestamp stamp, Instant expiresAt = default, SlidingExpiration? sliding = null)
    {
        var entry = EntryOf(kind, key);
        entry.PendingWrite = new DetachedRecord
        {
            Payload = value is { } v ? kind.Payload(v) : null,
            Stamp = stamp,
            ExpiresAt = expiresAt,
            Sliding = sliding,
        };
        var record = Store.Publish(entry);
        entry.PendingWrite = null;
        return record;
    }

    /// <summary>The sections of everything here that a receiver's vector does not contain, or of everything at all.</summary>
    public List<TransferSection> SectionsFor(StoreNode? receiver, Func<ReplicaId, bool>? origins = null)
    {
        var sections = new List<TransferSection>();
        for (var origin = 0; origin < Store.Origins.Count; origin++)
        {
            var id = Store.Origins[origin];
            if (origins is not null && !origins(id)) continue;
            var from = receiver?.Contained(id) ?? 0;
            if (Store.Vector[origin] > from) sections.Add(new(origin, from, Store.Vector[origin]));
        }

        return sections;
    }

    public Delta DeltaFor(StoreNode receiver, Func<ReplicaId, bool>? origins = null) => Encode(SectionsFor(receiver, origins));

    public Delta FullState(bool repair = false) => Encode(SectionsFor(null), isFullState: true, repair);

    public Delta Encode(List<TransferSection> sections, bool isFullState = false, bool isRepair = false)
    {
        var writer = new DeltaWriter { WritesProofs = true };
        writer.BeginTransfer(Store.Floor, Store.Origins);
        var transfer = new OutgoingTransfer();
        transfer.Begin(Store, sections, isFullState);
        Assert.True(writer.Fill(Store, transfer, int.MaxValue, Now));
        var flags = DataFlags.First | DataFlags.Last | DataFlags.Fresh;
        if (isFullState) flags |= DataFlags.FullState;
        if (isRepair) flags |= DataFlags.Repair;
        return new Delta(writer.Waiting.ToArray(), flags);
    }

    /// <summary>Judges a transfer and applies it where the core would. Returns the verdict and how many records changed something.</summary>
    public (DeltaVerdict Verdict, int Changed) Deliver(Delta delta)
    {
        var state = new DeltaReaderState();
        var floor = new VersionVector();
        var limits = new TransferLimits(1024, 1 << 20, new HybridTimestamp(ulong.MaxValue));
        var verdict = Store.Judge(delta.Body, delta.Flags, state, floor, limits);
        Assert.Equal((0, 0), state.Mark);
        if (verdict is not (DeltaVerdict.Applied or DeltaVerdict.Known)) return (verdict, 0);
        var advanced = new List<int>();
        var changed = Store.ApplyTransfer(delta.Body, delta.Flags, state, Now, advanced);
        Assert.True(verdict == DeltaVerdict.Applied || advanced.Count == 0, "a known transfer raised the vector");
        return (verdict, changed);
    }

    /// <summary>Vector and content hash: what replicas compare.</summary>
    public (ulong Vector, ulong Content) Digest => (ContentHash.OfVector(Store.Vector, Store.Origins), Store.Hash);

    /// <summary>Everything that is the same on replicas with equal vectors, as text. Without <paramref name="dead"/> only what is visible.</summary>
    public string Describe(bool dead = true)
    {
        var text = new StringBuilder();
        for (var origin = 0; origin < Store.Vector.Length; origin++)
        {
            if (Store.Vector[origin] != 0) text.Append(CultureInfo.InvariantCulture, $"{Store.Origins[origin]}={Store.Vector[origin]}\n");
        }

        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(Records().Where(r => dead || r.IsLive).Select(r => Line(r, dead)));
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    public IEnumerable<Record> Records() => StoreAudit.Records(Store);

    public void CheckInvariants() => StoreAudit.Check(Store);

    private string Line(Record record, bool causality)
    {
        var key = ((OpaqueEntry)record.Parent).Key;
        var line = $"{record.Parent.Object.Name} {Convert.ToHexString(key)} {Store.Origins[record.Origin]}:{record.Sequence} {record.Stamp.Bits:x}"
            + $" {(record.IsRemoval ? "removal" : Convert.ToHexString(record.Payload!))} {record.ExpiresAt.Ticks}";
        if (!causality) return line;
        var observed = (record.Observed ?? []).Select(d => $"{Store.Origins[d.Origin]}:{d.Sequence}").Order(StringComparer.Ordinal);
        return $"{line} {(record.IsDead ? "dead" : "alive")} saw [{string.Join(' ', observed)}]";
    }
}
