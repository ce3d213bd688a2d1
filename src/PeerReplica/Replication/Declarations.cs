using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// What this replica registered, and what peers registered differently under the same names. What a peer says of names that are not registered here is not kept, so its size is bounded by
/// the names here and the members.
/// </summary>
internal sealed class Declarations
{
    /// <summary>For the array around the objects.</summary>
    private const int FrameOverhead = 16;

    private readonly Dictionary<string, DeclaredObject> _own = new(StringComparer.Ordinal);
    private readonly SortedList<string, SortedList<ReplicaId, (string NodeName, DeclaredObject Theirs)>> _differing = new(StringComparer.Ordinal);
    private List<byte[]>? _frames;

    /// <summary>The names that a peer registered differently, each with what it is at which peer.</summary>
    public SortedList<string, SortedList<ReplicaId, (string NodeName, DeclaredObject Theirs)>> Differing => _differing;

    /// <summary>Changes with <see cref="Differing"/>.</summary>
    public long Version { get; private set; }

    public DeclaredObject Own(string name) => _own[name];

    public void Add(DeclaredObject declared) => _own.Add(declared.Identity.Name, declared);

    /// <summary>The messages that declare everything here, each within the limit of a frame.</summary>
    public IReadOnlyList<byte[]> Frames(int maxFrameBytes)
    {
        if (_frames is not null) return _frames;
        _frames = [];
        var part = new List<DeclaredObject>();
        var (one, length) = (new FrameBuffer(), 0);
        foreach (var declared in _own.Values.OrderBy(d => d.Identity.Name, StringComparer.Ordinal))
        {
            one.Reset();
            var output = new MessagePackWriter(one);
            declared.Encode(ref output);
            output.Flush();
            if (length + one.Length > maxFrameBytes - FrameOverhead)
            {
                AddFrame(part);
                (part, length) = ([], 0);
            }

            part.Add(declared);
            length += one.Length;
        }

        if (part.Count > 0) AddFrame(part);
        return _frames;
    }

    /// <summary>Takes one part of what a peer declares. Returns how many of its objects are news that differ from those here.</summary>
    public int Learn(ReplicaId peer, string nodeName, bool isContinued, DeclaredObject[] declared)
    {
        if (!isContinued) Forget(peer);
        var differing = 0;
        foreach (var theirs in declared)
        {
            if (!_own.TryGetValue(theirs.Identity.Name, out var own) || own.Agrees(theirs)) continue;
            if (!_differing.TryGetValue(theirs.Identity.Name, out var peers)) _differing.Add(theirs.Identity.Name, peers = []);
            peers[peer] = (nodeName, theirs);
            Version++;
            differing++;
        }

        return differing;
    }

    /// <summary>A peer is no longer there, or declares everything anew.</summary>
    public void Forget(ReplicaId peer)
    {
        for (var i = _differing.Count - 1; i >= 0; i--)
        {
            var peers = _differing.GetValueAtIndex(i);
            if (!peers.Remove(peer)) continue;
            Version++;
            if (peers.Count == 0) _differing.RemoveAt(i);
        }
    }

    private void AddFrame(List<DeclaredObject> part)
    {
        var frame = new FrameBuffer();
        MessageWriter.WriteObjects(frame, _frames!.Count > 0, part);
        _frames.Add(frame.Written.ToArray());
    }
}
