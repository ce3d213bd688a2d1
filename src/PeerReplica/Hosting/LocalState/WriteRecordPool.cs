using System.Diagnostics.CodeAnalysis;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// Records of local writes that were published, for the next ones: so that a write allocates nothing while as many are published as are made. A ring that any thread takes from, and the
/// loop alone gives to.
/// </summary>
internal sealed class WriteRecordPool<TValue>
{
    /// <summary>More are not kept: 100 bytes each.</summary>
    private const int MaxKept = 8_192;

    private volatile Ring _ring = new(8);

    /// <summary>A record that says nothing, for a write. Any thread.</summary>
    public ValueRecord<TValue> Take() => _ring.TryTake(out var record) ? record : new ValueRecord<TValue>();

    /// <summary>Takes back a record that nobody can come across any more. Loop only.</summary>
    public void Give(ValueRecord<TValue> record)
    {
        record.Reset();
        record.Value = default;
        record.BelongTo(null);
        if (_ring.TryGive(record)) return;

        // What is in the old ring is left to whoever is just taking from it.
        if (_ring.Capacity < MaxKept) _ring = new Ring(_ring.Capacity * 2);
    }

    private sealed class Ring(int capacity)
    {
        private readonly ValueRecord<TValue>[] _records = new ValueRecord<TValue>[capacity];
        private long _given;
        private long _taken;

        public int Capacity => capacity;

        public bool TryTake([MaybeNullWhen(false)] out ValueRecord<TValue> record)
        {
            while (true)
            {
                var taken = Volatile.Read(ref _taken);
                if (taken == Volatile.Read(ref _given))
                {
                    record = null;
                    return false;
                }

                // Its place is given anew only once it was taken: whoever finds the number unchanged has read the right one.
                record = _records[taken & (capacity - 1)];
                if (Interlocked.CompareExchange(ref _taken, taken + 1, taken) == taken) return true;
            }
        }

        public bool TryGive(ValueRecord<TValue> record)
        {
            if (_given - Volatile.Read(ref _taken) == capacity) return false;
            _records[_given & (capacity - 1)] = record;
            Volatile.Write(ref _given, _given + 1);
            return true;
        }
    }
}
