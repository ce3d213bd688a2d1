using System.Diagnostics.CodeAnalysis;
using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.LocalState;

/// <summary>A counter: one entry, whose records are the origins' contributions.</summary>
internal sealed class CounterObject : ReplicatedObject
{
    private readonly CounterEntry _entry;

    public CounterObject(string name, ILocalState localState)
        : base(new ObjectIdentity(name, ObjectKind.Counter, ""))
    {
        _entry = new CounterEntry(this, localState);
        Watchers = new WatcherSet<UnitKey>(localState);
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
    /// Beyond the range of a 64-bit integer the nearest value in it is read.
    /// </summary>
    private sealed class CounterEntry(CounterObject owner, ILocalState localState) : ValueEntry<long>, ICounterView
    {
        private readonly StripedSum _sum = new();
        private readonly FrameBuffer _encoded = new();
        private readonly ValueRecord<long> _pending = new();
        private readonly ValueRecord<long> _arrived = new();
        private Int128 _others;
        private Int128 _recordsOfOthers;
        private Int128 _change;
        private bool _isChangeKnown;
        private long _published;

        public override CounterObject Owner => owner;

        public long FullCounts { get; private set; }

        protected override ValueCodec<long> ValueCodec => NativeCodecs.Int64;

        public Int128 Others => _sum.Others;

        public long Value => _sum.Total;

        public void Add(long amount)
        {
            if (!_sum.TryAdd(amount)) Refuse(amount);
            if (!DirtyFlag.IsQueued(ref Dirty)) Note(amount);
        }

        /// <summary>Before the last broadcast: from now on each addition is in it, or is refused. Loop only.</summary>
        public void Freeze()
        {
            DirtyFlag.Clear(ref Dirty);
            _sum.Freeze();
        }

        /// <summary>The first addition since a broadcast. Here, and not where every addition pays for it, an addition that will never be sent is taken back.</summary>
        private void Note(long amount)
        {
            try
            {
                DirtyFlag.TrySet(ref Dirty, this, localState);
            }
            catch (ReplicaNotRunningException)
            {
                if (_sum.TryTakeBack(amount)) throw;
            }
        }

        public override bool IsAdditive => true;

        public override void ComponentRemoved(Record record) => _isChangeKnown = false;

        public override void BeginChange() => (_change, _isChangeKnown) = (0, true);

        public override void EncodeKey(ref MessagePackWriter output) => output.WriteNil();

        public override Record? Pending(ulong sequence)
        {
            DirtyFlag.Clear(ref Dirty);
            var sum = _sum.Own;
            if (sum == _published) return null;
            _published = sum;
            Fill(_pending, sum, Record.InView);
            _pending.Stamp = localState.Stamp();
            _pending.Sequence = sequence;
            _pending.BelongTo(this);
            return _pending;
        }

        /// <summary>Bytes that the contribution would not be encoded to again are kept: the content hash covers them.</summary>
        public override DetachedRecord Arrived(ReadOnlySpan<byte> payload)
        {
            var reader = new SpanReader(payload);
            if (!reader.TryReadInt(out var amount)) amount = 0;
            _encoded.Reset();
            var output = new MessagePackWriter(_encoded);
            output.WriteInt(amount);
            output.Flush();
            Fill(_arrived, amount, payload.SequenceEqual(_encoded.Written) ? Record.InView : payload.ToArray());
            return _arrived;
        }

        public override void EndChange()
        {
            var others = SumOfOthers();
            if (others == _others) return;
            _sum.Others = _others = others;
            owner.Watchers.Notify(default);
        }

        public override void Put(Record target, Record source)
        {
            var before = target.IsComponent ? OthersPart(target) : 0;
            base.Put(target, source);
            if (target.IsComponent) _change += OthersPart(target) - before;
        }

        public override bool TryRetire() => false;

        /// <summary>The sum over the others' records, kept by its changes; counted anew only when a record was removed.</summary>
        private Int128 SumOfOthers()
        {
            if (_isChangeKnown) return _recordsOfOthers += _change;
            _recordsOfOthers = 0;
            FullCounts++;
            for (var record = Components; record is not null; record = record.NextComponent) _recordsOfOthers += OthersPart(record);
            return _recordsOfOthers;
        }

        private Int128 OthersPart(Record record) => record.Origin != OriginTable.Self && record.IsLive ? ValueOf(record) : 0;

        [DoesNotReturn]
        private void Refuse(long amount)
        {
            localState.ThrowIfClosed();
            throw new OverflowException(
                $"Adding {amount:N0} to the counter '{owner.Identity.Name}' would take what this replica has added in all, {_sum.Own:N0}, out of " +
                "the range of a 64-bit integer. Nothing was added. Count in a larger unit, or in several counters.");
        }

        private static void Fill(ValueRecord<long> write, long amount, byte[] payload)
        {
            write.Reset();
            write.Value = amount;
            write.HasValue = true;
            write.Payload = payload;
        }
    }
}
