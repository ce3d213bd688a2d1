using System.Buffers;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;
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
    private sealed class CounterEntry(CounterObject owner, ILocalPlane plane) : ValueEntry<long>, ICounterView
    {
        private readonly StripedSum _own = new();
        private readonly FrameBuffer _encoded = new();
        private readonly ValueRecord<long> _pending = new();
        private readonly ValueRecord<long> _arrived = new();
        private long _others;
        private long _published;

        public override CounterObject Owner => owner;

        protected override ValueCodec<long> ValueCodec => NativeCodecs.Int64;

        public long Others => Volatile.Read(ref _others);

        public long Value => _own.Sum() + Volatile.Read(ref _others);

        public void Add(long amount)
        {
            _own.Add(amount);
            DirtyMark.TrySet(ref Dirty, this, plane);
        }

        public override void EncodeKey(IBufferWriter<byte> output) => output.WriteNil();

        public override Record? Pending(ulong sequence)
        {
            DirtyMark.Clear(ref Dirty);
            var sum = _own.Sum();
            if (sum == _published) return null;
            _published = sum;
            Fill(_pending, sum, Record.InView);
            _pending.Stamp = plane.Stamp();
            _pending.Sequence = sequence;
            _pending.BelongTo(this);
            return _pending;
        }

        /// <summary>Bytes that the contribution would not be encoded to again are kept: the content hash covers them.</summary>
        public override SideRecord Arrived(ReadOnlySpan<byte> payload)
        {
            var reader = new MessagePackReader(payload);
            if (!reader.TryReadInt(out var amount)) amount = 0;
            _encoded.Reset();
            _encoded.WriteInt(amount);
            Fill(_arrived, amount, payload.SequenceEqual(_encoded.Written) ? Record.InView : payload.ToArray());
            return _arrived;
        }

        public override void EndChange()
        {
            var others = (owner.Store.Planted & PlantedBug.AddContribution) != 0 ? _others : 0L;
            for (var record = Components; record is not null; record = record.NextComponent)
            {
                if (record.Origin != OriginTable.Self && record.IsLive) others += ValueOf(record);
            }

            if (others == _others) return;
            Volatile.Write(ref _others, others);
            owner.Watchers.Notify(default);
        }

        public override bool TryRetire() => false;

        private static void Fill(ValueRecord<long> write, long amount, byte[] payload)
        {
            write.Reset();
            write.Value = amount;
            write.HasValue = true;
            write.Payload = payload;
        }
    }
}
