using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Looking a whole transfer through before anything of it is applied.</summary>
internal sealed partial class Store
{
    private readonly Dictionary<ReplicaId, ulong> _claimed = [];

    /// <summary>
    /// Judges a complete transfer. Changes nothing but <paramref name="senderFloor"/>; the reader's state is as before, whatever the verdict.
    /// </summary>
    public DeltaVerdict Judge(
        ReadOnlySpan<byte> body, DataFlags flags, DeltaReaderState state, VersionVector senderFloor, in TransferLimits limits)
    {
        var mark = state.Mark;
        var verdict = Look(new DeltaReader(body, state), flags, state, senderFloor, limits);
        state.Return(mark);
        return verdict;
    }

    private DeltaVerdict Look(
        DeltaReader reader, DataFlags flags, DeltaReaderState state, VersionVector senderFloor, in TransferLimits limits)
    {
        var isPass = (flags & DataFlags.Pass) != 0;
        if (reader.ReadFloor() is not { } floor) return DeltaVerdict.Malformed;
        foreach (var (origin, sequence) in floor) senderFloor.Raise(Origins.IndexOf(origin), sequence);
        var verdict = !isPass && !Vector.Dominates(senderFloor) ? DeltaVerdict.NeedsPass : DeltaVerdict.Known;

        _claimed.Clear();
        while (!reader.End)
        {
            if (!reader.TryReadSection(out var number, out var from, out var to)) return DeltaVerdict.Malformed;
            var origin = state.Origins[number];
            var isKept = from == to;
            if (!isKept && !_claimed.TryAdd(origin, to)) return DeltaVerdict.Malformed;
            var last = isKept ? _claimed.GetValueOrDefault(origin) : to;
            if (!isKept) verdict = Worse(verdict, JudgeInterval(origin, from, to, isPass));
            var records = LookAtRecords(ref reader, state, origin, last, isPass, limits);
            if (records != DeltaVerdict.Known) return records;
        }

        return verdict;
    }

    private DeltaVerdict JudgeInterval(ReplicaId id, ulong from, ulong to, bool isPass)
    {
        var contained = Origins.TryGetIndex(id, out var origin) ? Vector[origin] : 0;
        if (id == Origins[OriginTable.Self] && to > contained && (Planted & PlantedBug.ReuseDotsAfterRestart) == 0)
            return DeltaVerdict.ForgedOrigin;
        if (from > contained && !isPass && (Planted & PlantedBug.ApplyOverGap) == 0) return DeltaVerdict.Gap;
        return to > contained || isPass ? DeltaVerdict.Applied : DeltaVerdict.Known;
    }

    private DeltaVerdict LookAtRecords(
        ref DeltaReader reader, DeltaReaderState state, ReplicaId origin, ulong last, bool isPass, in TransferLimits limits)
    {
        var record = default(RawRecord);
        while (!reader.TryEndSection())
        {
            if (!reader.TryReadRecord(ref record)) return DeltaVerdict.Malformed;
            if (record.Sequence > last) return DeltaVerdict.Malformed;
            if (record.Has(RecordFlags.Dead) && !isPass) return DeltaVerdict.Malformed;
            if (record.Key.Length > limits.MaxKeyBytes || record.Payload.Length > limits.MaxValueBytes) return DeltaVerdict.TooLarge;
            if (record.Stamp > limits.LatestStamp) return DeltaVerdict.ClockSkew;
            if (record.RemainingMilliseconds > TransferLimits.MaxRemainingMilliseconds) return DeltaVerdict.Malformed;
            if (!IsSound(state.Objects[record.Object], record)) return DeltaVerdict.Malformed;
            foreach (var (number, _) in record.Observed)
            {
                if (state.Origins[number] == origin) return DeltaVerdict.Malformed;
            }
        }

        return DeltaVerdict.Known;
    }

    /// <summary>Whether key and payload are of the form that the object's view relies on.</summary>
    private bool IsSound(ObjectIdentity identity, in RawRecord record)
    {
        if (identity.Kind == ObjectKind.Counter)
        {
            if (record.Has(RecordFlags.Removal) || record.Has(RecordFlags.Observed)) return false;
            var payload = new MessagePackReader(record.Payload);
            return payload.TryReadInt(out _) && record.Key is [MessagePackCode.Nil];
        }

        return !_objects.TryGetValue(identity, out var known) || known.IsKey(record.Key);
    }

    /// <summary>Of two verdicts on parts of one transfer the one that decides: a reason to refuse before a reason to apply.</summary>
    private static DeltaVerdict Worse(DeltaVerdict a, DeltaVerdict b)
    {
        static int Rank(DeltaVerdict verdict) => verdict switch
        {
            DeltaVerdict.Known => 0,
            DeltaVerdict.Applied => 1,
            DeltaVerdict.Gap => 2,
            DeltaVerdict.NeedsPass => 3,
            _ => 4,
        };

        return Rank(a) >= Rank(b) ? a : b;
    }
}
