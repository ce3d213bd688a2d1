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
        Watchers = new WatcherSet<UnitKey>(plane);
    }

    public WatcherSet<UnitKey> Watchers { get; }

    public long Value => _entry.Value;

    public void Add(long amount)
    {
        _entry.Add(amount);
        if (!Watchers.IsEmpty) Watchers.Notify(default);
    }

    /// <summary>Before the last broadcast, which then takes the entry along. Loop only.</summary>
    public Entry Freeze()
    {
        _entry.Freeze();
        return _entry;
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
        private StripedSum _own = new();
        private long? _final;
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
            var own = _own;
            var cell = own.Add(amount);
            if (!DirtyMark.IsQueued(ref Dirty)) Note(own, cell, amount);
        }

        /// <summary>Before the last broadcast: from now on each addition is in it, or knows that it is not. Loop only.</summary>
        public void Freeze()
        {
            // The mark first: whoever finds it still there has added before.
            DirtyMark.Clear(ref Dirty);
            var (own, shown) = (_own, new StripedSum());
            var sum = own.Sum();
            shown.Add(sum);
            Volatile.Write(ref _own, shown);
            _final = own.Freeze();
            shown.Add(_final.Value - sum);
        }

        /// <summary>The first addition since a broadcast. Here, and not where every addition pays for it, the write is undone when it came too late for the last one.</summary>
        private void Note(StripedSum own, long cell, long amount)
        {
            try
            {
                DirtyMark.TrySet(ref Dirty, this, plane);
            }
            catch (ReplicaNotRunningException)
            {
                if (!own.HasMissed(cell, amount)) return;
                own.Add(-amount);
                throw;
            }
        }

        public override void EncodeKey(IBufferWriter<byte> output) => output.WriteNil();

        public override Record? Pending(ulong sequence)
        {
            DirtyMark.Clear(ref Dirty);
            var sum = _final ?? _own.Sum();
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
