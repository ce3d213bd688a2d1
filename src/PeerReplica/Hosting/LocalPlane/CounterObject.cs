using System.Buffers;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>A counter: one entry, whose records are the origins' contributions.</summary>
internal sealed class CounterObject : ReplicatedObject
{
    private readonly CounterEntry _entry;

    public CounterObject(string name, ILocalPlane plane)
        : base(new ObjectIdentity(name, ObjectKind.Counter, ""))
    {
        _entry = new CounterEntry(this, plane);
        Watchers = new WatcherSet<UnitKey>(plane.Schedule);
    }

    public WatcherSet<UnitKey> Watchers { get; }

    public long Value => _entry.Value;

    public void Add(long amount)
    {
        _entry.Add(amount);
        if (!Watchers.IsEmpty) Watchers.Notify(default);
    }

    public override bool IsKey(ReadOnlySpan<byte> key) => key is [MessagePackCode.Nil];

    public override Entry? Find(ReadOnlySpan<byte> key) => _entry;

    public override Entry EntryOf(ReadOnlySpan<byte> key) => _entry;

    public override void Remove(Entry entry)
    {
    }

    /// <summary>
    /// This replica's own contribution is in the cells from the moment of adding; the others' sum is brought in by the loop. Reading is a sum of a few cells.
    /// </summary>
    private sealed class CounterEntry(CounterObject owner, ILocalPlane plane) : Entry, ICounterView
    {
        private readonly StripedSum _own = new();
        private readonly FrameBuffer _payload = new();
        private long _others;
        private long _published;

        public override CounterObject Owner => owner;

        public long Others => Volatile.Read(ref _others);

        public long Value => _own.Sum() + Volatile.Read(ref _others);

        public void Add(long amount)
        {
            _own.Add(amount);
            if (DirtyMark.TrySet(ref Dirty)) plane.MarkDirty(this);
        }

        public override void EncodeKey(IBufferWriter<byte> output) => output.WriteNil();

        public override Record? Pending()
        {
            DirtyMark.Clear(ref Dirty);
            var sum = _own.Sum();
            if (sum == _published) return null;
            _published = sum;
            _payload.Reset();
            _payload.WriteInt(sum);
            return new Record { Payload = _payload.Written.ToArray(), Stamp = plane.Stamp() };
        }

        public override void ComponentsChanged()
        {
            var others = (owner.Store.Planted & PlantedBug.AddContribution) != 0 ? _others : 0L;
            for (var record = Components; record is not null; record = record.NextComponent)
            {
                if (record.Origin != OriginTable.Self && record.IsLive) others += Contribution(record);
            }

            if (others == _others) return;
            Volatile.Write(ref _others, others);
            owner.Watchers.Notify(default);
        }

        public override bool TryRetire() => false;

        private static long Contribution(Record record)
        {
            var reader = new MessagePackReader(record.Payload);
            return reader.TryReadInt(out var amount) ? amount : 0;
        }
    }
}
