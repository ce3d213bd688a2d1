using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// What the core wants done, in order, filled by one step and drained by its owner before the next. Frames lie in one reused buffer.
/// </summary>
internal sealed class CoreOutputs
{
    private readonly List<CoreOutput> _items = [];

    public FrameBuffer Frames { get; } = new();

    public IReadOnlyList<CoreOutput> Items => _items;

    public ReadOnlySpan<byte> FrameOf(in CoreOutput output) => Frames.Written.Slice(output.Offset, output.Length);

    public void Send(Link link, int offset, MessageType type) =>
        _items.Add(new(CoreOutputKind.Send, link.Id, offset, Frames.Length - offset, type, null, LinkVerdict.None));

    public void Close(Link link, LinkVerdict verdict, string? detail) =>
        _items.Add(new(CoreOutputKind.Close, link.Id, 0, 0, default, detail, verdict));

    public void Dial(long dialId, string address) => _items.Add(new(CoreOutputKind.Dial, dialId, 0, 0, default, address, LinkVerdict.None));

    public void PeerChanged(ReplicaId peer) => Add(CoreOutputKind.PeerChanged, peer.ToString());

    public void Add(CoreOutputKind kind, string? detail = null, long link = 0) =>
        _items.Add(new(kind, link, 0, 0, default, detail, LinkVerdict.None));

    public void Clear()
    {
        _items.Clear();
        Frames.Reset();
    }
}
