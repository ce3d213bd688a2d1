using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>What a replica wrote itself since the last time, as the body of one transfer, and what a receiver does with it.</summary>
internal sealed class TransferBody(BareReplica sender)
{
    private const DataFlags Whole = DataFlags.First | DataFlags.Last;
    private static readonly TransferLimits s_limits = new(1_024, 16 << 20, new HybridTimestamp(ulong.MaxValue));

    private readonly DeltaWriter _writer = new();
    private readonly VersionVector _noFloor = new();
    private readonly DeltaReaderState _reader = new();
    private readonly VersionVector _senderFloor = new();
    private readonly List<int> _advanced = [];
    private readonly FrameBuffer _body = new();
    private ulong _sent;

    public ReadOnlySpan<byte> Written => _body.Written;

    /// <summary>Writes in parts of a frame each. Returns how many bytes.</summary>
    /// <param name="keep">Whether to write what is new since the last time, and to keep the bytes; else everything.</param>
    public int Write(bool keep)
    {
        _writer.StartFresh();
        _writer.BeginTransfer(_noFloor, sender.Store.Origins);
        var to = sender.Store.Vector[OriginTable.Self];
        var transfer = new OutgoingTransfer();
        transfer.Begin(sender.Store, [new(OriginTable.Self, keep ? _sent : 0, to)], isFullState: false);
        if (keep)
        {
            _sent = to;
            _body.Reset();
        }

        const int Limit = 256 << 10;
        var length = 0;
        bool isLast;
        do
        {
            isLast = _writer.Fill(sender.Store, transfer, Limit, sender.Now);
            var part = isLast ? _writer.Waiting : _writer.Waiting[..Limit];
            length += part.Length;
            if (keep) _body.Write(part);
            _writer.Cut(part.Length);
        }
        while (!isLast);
        return length;
    }

    /// <summary>Reads all records, and does nothing with them.</summary>
    public int Read()
    {
        _reader.StartFresh();
        var reader = new DeltaReader(_body.Written, _reader);
        var record = default(RawRecord);
        var count = 0;
        reader.ReadFloor();
        while (!reader.End && reader.TryReadSection(out _, out _, out _))
        {
            while (!reader.TryEndSection())
            {
                if (!reader.TryReadRecord(ref record)) throw new InvalidOperationException("A body that was just written cannot be read.");
                count++;
            }
        }

        return count;
    }

    public DeltaVerdict Judge(Store receiver)
    {
        _reader.StartFresh();
        return receiver.Judge(_body.Written, Whole, _reader, _senderFloor, s_limits);
    }

    public int Apply(Store receiver)
    {
        _reader.StartFresh();
        _advanced.Clear();
        return receiver.ApplyTransfer(_body.Written, Whole, _reader, sender.Now, _advanced);
    }
}
