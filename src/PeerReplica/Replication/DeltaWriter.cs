using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Writes the body of one link's transfers: a stream of MessagePack values, cut into frames anywhere.
/// <code>
/// body    = floor section*               floor: a vector, of what rose since the last transfer on this link
/// section = origin from length record* nil   brings a receiver at or past from to from + length; length 0: records kept from before a change
/// origin  = uint | bin16                 an id the first time on a link, which numbers it; the number from then on
/// record  = flags [object] [sequence step] stamp [counter] key [payload] [observed] [time to live] [sliding] [killer] [proof]
/// object  = uint | [name, kind, key encoding]   numbered likewise
/// stamp   = int                          milliseconds since the record before (since 1970 for a section's first)
/// sliding = window (uint | nil)          milliseconds; the remaining time that the expiration may not outlive, nil without such a limit
/// </code>
/// </summary>
internal sealed class DeltaWriter
{
    private readonly Dictionary<int, int> _origins = [];
    private readonly Dictionary<ReplicatedObject, int> _objects = [];
    private ReplicatedObject? _lastObject;
    private ulong _lastSequence;
    private long _lastWall;
    private readonly FrameBuffer _body = new();
    private bool _inSection;
    private int _cut;

    /// <summary>Whether the peer reads the proofs of protected records.</summary>
    public bool WritesProofs { get; set; }

    /// <summary>What is written and not yet cut into frames.</summary>
    public ReadOnlySpan<byte> Waiting => _body.Written[_cut..];

    /// <summary>Takes the first bytes of what waits away.</summary>
    public void Cut(int count)
    {
        _cut += count;

        // Moved to the front only when more was cut than is left: so each byte is moved once or less, and what was cut takes no more memory than what waits.
        if (_cut < Waiting.Length) return;
        _body.RemoveFirst(_cut);
        _cut = 0;
    }

    /// <summary>Forgets the numbering; the next part must be flagged fresh.</summary>
    public void StartFresh()
    {
        _origins.Clear();
        _objects.Clear();
    }

    public void BeginTransfer(VersionVector floorChange, OriginTable origins)
    {
        _body.Reset(keepBytes: 1 << 20);
        _cut = 0;
        _inSection = false;
        var output = new MessagePackWriter(_body);
        output.WriteVector(floorChange, origins);
        output.Flush();
    }

    /// <summary>Writes until at least <paramref name="limit"/> bytes wait to be cut, or the transfer is complete; returns whether it is.</summary>
    public bool Fill(Store store, OutgoingTransfer transfer, int limit, Instant now)
    {
        var output = new MessagePackWriter(_body);
        while (Waiting.Length < limit)
        {
            if (!_inSection)
            {
                if (!transfer.TryOpenSection()) return FillKept(ref output, store, transfer, limit, now);
                BeginSection(ref output, store, transfer.Section);
            }

            if (transfer.Next() is { } record) WriteRecord(ref output, store, record, transfer.SendsDead(record), now);
            else EndSection(ref output);
            output.Flush();
        }

        return false;
    }

    private bool FillKept(ref MessagePackWriter output, Store store, OutgoingTransfer transfer, int limit, Instant now)
    {
        while (Waiting.Length < limit)
        {
            if (transfer.NextKept() is not { } record) return true;
            BeginSection(ref output, store, new TransferSection(record.Origin, record.Sequence - 1, record.Sequence - 1));
            WriteRecord(ref output, store, record, transfer.SendsDead(record), now);
            EndSection(ref output);
            output.Flush();
        }

        return false;
    }

    private void BeginSection(ref MessagePackWriter output, Store store, TransferSection section)
    {
        _inSection = true;
        _lastObject = null;
        _lastSequence = section.From;
        _lastWall = 0;
        WriteOrigin(ref output, store, section.Origin);
        output.WriteUInt(section.From);
        output.WriteUInt(section.To - section.From);
    }

    private void EndSection(ref MessagePackWriter output)
    {
        output.WriteNil();
        _inSection = false;
    }

    private void WriteRecord(ref MessagePackWriter output, Store store, Record record, bool isDead, Instant now)
    {
        var replicated = Store.ObjectOf(record.Parent);
        var flags = RecordFlags.None;
        if (replicated == _lastObject) flags |= RecordFlags.SameObject;
        if (record.Sequence == _lastSequence + 1) flags |= RecordFlags.NextSequence;
        if (record.IsRemoval) flags |= RecordFlags.Removal;
        if (record.Observed is not null) flags |= RecordFlags.Observed;
        if (record.ExpiresAt.Ticks != 0) flags |= RecordFlags.Expiry;
        if (record.Sliding is not null) flags |= RecordFlags.Sliding;
        if (isDead) flags |= RecordFlags.Dead;
        if (record.Stamp.Counter != 0) flags |= RecordFlags.Counter;
        var proof = WritesProofs ? record.Proof : null;
        if (proof is not null) flags |= RecordFlags.Proof;

        output.WriteUInt((ulong)flags);
        if (replicated != _lastObject) WriteObject(ref output, replicated);
        if (record.Sequence != _lastSequence + 1) output.WriteUInt(record.Sequence - _lastSequence);
        output.WriteInt(record.Stamp.WallMilliseconds - _lastWall);
        if ((flags & RecordFlags.Counter) != 0) output.WriteUInt(record.Stamp.Counter);
        record.Parent.EncodeKey(ref output);
        if (!record.IsRemoval) record.Parent.EncodePayload(record, ref output);
        if (record.Observed is not null) WriteObserved(ref output, store, record.Observed);
        if ((flags & RecordFlags.Expiry) != 0) output.WriteUInt(RemainingMilliseconds(record.ExpiresAt, now));
        if (record.Sliding is { } sliding) WriteSliding(ref output, sliding, now);
        if ((flags & RecordFlags.Dead) != 0)
        {
            WriteOrigin(ref output, store, record.Killer.Origin);
            output.WriteUInt(record.Killer.Sequence);
        }

        if (proof is not null) WriteProof(ref output, proof, withObserved: record.Observed is null);
        _lastObject = replicated;
        _lastSequence = record.Sequence;
        _lastWall = record.Stamp.WallMilliseconds;
    }

    private static void WriteProof(ref MessagePackWriter output, RecordProof proof, bool withObserved)
    {
        var length = proof.EncodedBytes(withObserved);
        output.WriteBinHeader(length);
        proof.Encode(output.GetSpan(length), withObserved);
        output.Advance(length);
    }

    private static void WriteSliding(ref MessagePackWriter output, SlidingExpiration sliding, Instant now)
    {
        output.WriteUInt((ulong)sliding.Window.TotalMilliseconds);
        if (sliding.NotAfter == Instant.Never) output.WriteNil();
        else output.WriteUInt(RemainingMilliseconds(sliding.NotAfter, now));
    }

    private void WriteObserved(ref MessagePackWriter output, Store store, Dot[] observed)
    {
        output.WriteArrayHeader(observed.Length * 2);
        foreach (var dot in observed)
        {
            WriteOrigin(ref output, store, dot.Origin);
            output.WriteUInt(dot.Sequence);
        }
    }

    private void WriteOrigin(ref MessagePackWriter output, Store store, int origin)
    {
        if (_origins.TryGetValue(origin, out var number))
        {
            output.WriteUInt((ulong)number);
            return;
        }

        _origins.Add(origin, _origins.Count);
        output.WriteReplicaId(store.Origins[origin]);
    }

    private void WriteObject(ref MessagePackWriter output, ReplicatedObject replicated)
    {
        if (_objects.TryGetValue(replicated, out var number))
        {
            output.WriteUInt((ulong)number);
            return;
        }

        _objects.Add(replicated, _objects.Count);
        output.WriteArrayHeader(3);
        output.WriteText(replicated.Identity.Name);
        output.WriteUInt((ulong)replicated.Identity.Kind);
        output.WriteText(replicated.Identity.KeyEncoding);
    }

    private static ulong RemainingMilliseconds(Instant expiresAt, Instant now) =>
        expiresAt <= now ? 0 : Math.Min((ulong)(expiresAt - now).TotalMilliseconds, TransferLimits.MaxRemainingMilliseconds);
}
