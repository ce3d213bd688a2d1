using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Reads a transfer's body, whose format stands at <see cref="DeltaWriter"/>, from hostile bytes: false for whatever is not exactly that.
/// What it numbers goes to the state; the caller returns to its mark when the transfer is not taken.
/// </summary>
internal ref struct DeltaReader(ReadOnlySpan<byte> body, DeltaReaderState state)
{
    private const int MaxNameBytes = 1024;
    private const long MaxWallMilliseconds = (1L << 48) - 1;
    private readonly DeltaReaderState _state = state;
    private SpanReader _reader = new(body);
    private (int Origin, ulong Sequence)[] _observed = [];
    private int _lastObject = -1;
    private ulong _lastSequence;
    private long _lastWall;

    public readonly bool End => _reader.End;

    /// <summary>The sequence of the record read last in the section; where it has none, the section's start.</summary>
    public readonly ulong LastSequence => _lastSequence;

    public (ReplicaId Origin, ulong Sequence)[]? ReadFloor() => _reader.ReadVector();

    /// <summary>Reads a section's head: the link's number of its origin, and its interval.</summary>
    public bool TryReadSection(out int origin, out ulong from, out ulong to)
    {
        to = 0;
        from = 0;
        if (!TryReadOrigin(out origin) || !_reader.TryReadUInt(out from) || !_reader.TryReadUInt(out var length)) return false;
        if (length > ulong.MaxValue - from) return false;
        to = from + length;
        _lastObject = -1;
        _lastSequence = from;
        _lastWall = 0;
        return true;
    }

    /// <summary>Passes the end of a section, if it is here.</summary>
    public bool TryEndSection() => _reader.PeekCode == MessagePackCode.Nil && _reader.TryReadNil();

    public bool TryReadRecord(scoped ref RawRecord record)
    {
        if (!_reader.TryReadUInt(out var flags) || flags > (ulong)RecordFlags.All) return false;
        record.Flags = (RecordFlags)flags;
        if (!record.Has(RecordFlags.SameObject) && !TryReadObject(out _lastObject)) return false;
        if (_lastObject < 0) return false;
        record.Object = _lastObject;
        var step = 1UL;
        if (!record.Has(RecordFlags.NextSequence) && !_reader.TryReadUInt(out step)) return false;
        if (step == 0 || step > ulong.MaxValue - _lastSequence) return false;
        _lastSequence += step;
        record.Sequence = _lastSequence;
        return TryReadStamp(ref record) && TryReadContent(ref record) && TryReadCausality(ref record);
    }

    private bool TryReadStamp(scoped ref RawRecord record)
    {
        if (!_reader.TryReadInt(out var step)) return false;
        var wall = unchecked(_lastWall + step);
        if (wall is < 0 or > MaxWallMilliseconds) return false;
        var counter = 0UL;
        if (record.Has(RecordFlags.Counter) && (!_reader.TryReadUInt(out counter) || counter > ushort.MaxValue)) return false;
        _lastWall = wall;
        record.Stamp = new HybridTimestamp(wall, (ushort)counter);
        return true;
    }

    private bool TryReadContent(scoped ref RawRecord record)
    {
        if (!_reader.TryReadRaw(out var key)) return false;
        record.Key = key;
        record.Payload = default;
        if (record.Has(RecordFlags.Removal)) return true;
        if (!_reader.TryReadRaw(out var payload)) return false;
        record.Payload = payload;
        return true;
    }

    private bool TryReadCausality(scoped ref RawRecord record)
    {
        record.Observed = default;
        record.RemainingMilliseconds = 0;
        record.WindowMilliseconds = 0;
        record.LastMilliseconds = null;
        record.Killer = default;
        record.Proof = default;
        if (record.Has(RecordFlags.Observed) && !TryReadObserved(ref record)) return false;
        if (record.Has(RecordFlags.Expiry) && !_reader.TryReadUInt(out record.RemainingMilliseconds)) return false;
        if (record.Has(RecordFlags.Sliding) && !TryReadSliding(ref record)) return false;
        if (record.Has(RecordFlags.Dead))
        {
            if (!TryReadOrigin(out var origin) || !_reader.TryReadUInt(out var sequence)) return false;
            record.Killer = (origin, sequence);
        }

        if (!record.Has(RecordFlags.Proof)) return true;
        if (!_reader.TryReadBinary(out var proof) || !RecordProof.TryRead(proof, out _)) return false;
        record.Proof = proof;
        return true;
    }

    private bool TryReadSliding(scoped ref RawRecord record)
    {
        if (!_reader.TryReadUInt(out record.WindowMilliseconds)) return false;
        if (_reader.PeekCode == MessagePackCode.Nil) return _reader.TryReadNil();
        if (!_reader.TryReadUInt(out var last)) return false;
        record.LastMilliseconds = last;
        return true;
    }

    private bool TryReadObserved(scoped ref RawRecord record)
    {
        if (!_reader.TryReadArrayHeader(out var count) || count % 2 != 0 || count > _reader.Remaining) return false;
        count /= 2;
        if (_observed.Length < count) _observed = new (int, ulong)[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadOrigin(out var origin) || !_reader.TryReadUInt(out var sequence)) return false;
            _observed[i] = (origin, sequence);
        }

        record.Observed = _observed.AsSpan(0, count);
        return true;
    }

    private bool TryReadOrigin(out int number)
    {
        if (_reader.PeekCode == MessagePackCode.Bin8)
        {
            number = _state.Origins.Count;
            if (number >= OriginTable.MaxCount || !_reader.TryReadReplicaId(out var id)) return false;
            _state.Origins.Add(id);
            return true;
        }

        return _reader.TryReadUInt32(out number) && number < _state.Origins.Count;
    }

    private bool TryReadObject(out int number)
    {
        if ((_reader.PeekCode & 0xF0) != MessagePackCode.MinFixArray)
            return _reader.TryReadUInt32(out number) && number < _state.Objects.Count;

        number = _state.Objects.Count;
        if (number >= DeltaReaderState.MaxObjects) return false;
        if (!_reader.TryReadArrayHeader(out var fields) || fields != 3) return false;
        if (!_reader.TryReadUtf8(out var name) || name.Length > MaxNameBytes) return false;
        if (!_reader.TryReadUInt(out var kind) || kind is 0 or > byte.MaxValue) return false;
        if (!_reader.TryReadUtf8(out var encoding) || encoding.Length > MaxNameBytes) return false;
        _state.Objects.Add(new ObjectIdentity(
            StrictUtf8.Encoding.GetString(name), (ObjectKind)kind, StrictUtf8.Encoding.GetString(encoding)));
        return true;
    }
}
