using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// What the core wants done, in order, filled by one step and drained by its owner before the next. Frames lie in one reused buffer.
/// </summary>
internal sealed class CoreOutputs
{
    public FrameBuffer Frames { get; } = new();

    public List<CoreOutput> Items { get; } = [];

    public ReadOnlySpan<byte> FrameOf(in CoreOutput output) => Frames.Written.Slice(output.Offset, output.Length);

    public void Send(Link link, int offset, MessageType type) =>
        Items.Add(new(CoreOutputKind.Send, link.Id, offset, Frames.Length - offset, type, null, LinkVerdict.None));

    public void Close(Link link, LinkVerdict verdict, string? detail) =>
        Items.Add(new(CoreOutputKind.Close, link.Id, 0, 0, default, detail, verdict));

    /// <summary>Changes that arrived on a link are refused; the link stays open.</summary>
    public void HeldBack(Link link, LinkVerdict verdict, string detail) =>
        Items.Add(new(CoreOutputKind.HeldBack, link.Id, 0, 0, default, detail, verdict));

    /// <summary>The identity at the other end of a link, which is about to be closed, is kept out for a while.</summary>
    public void Quarantined(Link link, LinkVerdict verdict, string key) =>
        Items.Add(new(CoreOutputKind.Quarantined, link.Id, 0, 0, default, key, verdict));

    public void Dial(long dialId, string address) => Items.Add(new(CoreOutputKind.Dial, dialId, 0, 0, default, address, LinkVerdict.None));

    public void Resolve(long queryId, string address) => Items.Add(new(CoreOutputKind.Resolve, queryId, 0, 0, default, address, LinkVerdict.None));

    public void PeerChanged(ReplicaId peer) => Add(CoreOutputKind.PeerChanged, peer.ToString());

    public void Add(CoreOutputKind kind, string? detail = null, long link = 0) =>
        Items.Add(new(kind, link, 0, 0, default, detail, LinkVerdict.None));

    public void Clear()
    {
        Items.Clear();
        Frames.Reset();
    }
}
