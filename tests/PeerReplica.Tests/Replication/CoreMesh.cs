using System.Globalization;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Testing;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>
/// Several cores that dial each other in virtual time, over a network that tells their identities apart, and a test
/// that sends frames in their name. Core i is at <c>10.0.0.i:1</c>.
/// </summary>
internal sealed class CoreMesh
{
    private static readonly ObjectIdentity s_map = new("m", ObjectKind.Map, "int");
    private static readonly ObjectIdentity s_expulsions = new("$expulsions", ObjectKind.Expulsions, "identity");
    private readonly ReplicaCore[] _cores;
    private readonly bool _hasIdentities;
    private readonly HashSet<string> _operators;
    private readonly Dictionary<long, (int Dialer, int Listener)> _connections = [];
    private readonly Queue<(int To, long Link, byte[]? Frame)> _network = new();
    private readonly HashSet<(int, int)> _cut = [];
    private long _lastLink;
    private readonly UInt128[] _runs;

    /// <param name="count">How many cores.</param>
    /// <param name="hasIdentities">Whether the network tells them apart.</param>
    /// <param name="signs">Which of them sign and verify; the others are as if of an earlier version. Null: none.</param>
    /// <param name="operators">The cores whose decisions count; null: everybody's.</param>
    public CoreMesh(int count, bool hasIdentities = true, Func<int, bool>? signs = null, int[]? operators = null)
    {
        _hasIdentities = hasIdentities;
        Signs = signs ?? (static _ => false);
        _operators = [.. (operators ?? []).Select(IdentityOf)];
        _cores = new ReplicaCore[count];
        _runs = new UInt128[count];
        for (var i = 0; i < count; i++) _cores[i] = NewCore(i, (UInt128)i + 1);
        Run(TimeSpan.FromSeconds(2));
        Closed.Clear();
        Dials.Clear();
    }

    public Instant Now { get; private set; } = new(TimeSpan.TicksPerDay);

    /// <summary>Each link that a core closed by itself.</summary>
    public List<(int By, int Peer, LinkVerdict Verdict, string? Detail)> Closed { get; } = [];

    /// <summary>Each attempt to connect.</summary>
    public List<(int From, int To, Instant At)> Dials { get; } = [];

    /// <summary>What the cores reported besides frames, links and dials.</summary>
    public List<(int By, CoreOutputKind Kind, string? Detail)> Reports { get; } = [];

    /// <summary>Whether a core signs and verifies from its next start on.</summary>
    public Func<int, bool> Signs { get; set; }

    /// <summary>What each core signs with.</summary>
    public SimulatedSigner?[] Signers { get; } = new SimulatedSigner?[16];

    /// <summary>Cores that hear only heartbeats: a test lies in their names, and they do not deny it.</summary>
    public HashSet<int> Deaf { get; } = [];

    public ReplicaCore this[int index] => _cores[index];

    public static string IdentityOf(int index) => $"key:{index}";

    public bool IsLinked(int a, int b) => LinkOf(a, b) is not null && LinkOf(b, a) is not null;

    /// <summary>The open link that one core has with another; null if there is none.</summary>
    public Link? LinkOf(int of, int with) => _cores[of].Links.FirstOrDefault(l => l.IsOpen && l.Peer!.Id == _cores[with].Self);

    public void Cut(int a, int b)
    {
        _cut.Add((Math.Min(a, b), Math.Max(a, b)));
        foreach (var (link, ends) in _connections.ToArray())
        {
            if (ends != (a, b) && ends != (b, a)) continue;
            _connections.Remove(link);
            _cores[a].LinkClosed(link, Now);
            _cores[b].LinkClosed(link, Now);
        }
    }

    public void Restore(int a, int b) => _cut.Remove((Math.Min(a, b), Math.Max(a, b)));

    /// <summary>Ends a core's process and starts it anew, with nothing in it and another id.</summary>
    public void Restart(int index)
    {
        for (var other = 0; other < _cores.Length; other++)
        {
            if (other == index) continue;
            Cut(index, other);
            Restore(index, other);
        }

        _cores[index] = NewCore(index, _runs[index] + 100);
    }

    /// <summary>A frame in a core's name, on its open link with another one.</summary>
    public void Send(int from, int to, byte[] frame)
    {
        var link = LinkOf(to, from)!.Id;
        _cores[to].FrameReceived(link, frame, Now);
        Pump(to);
        Deliver();
    }

    /// <summary>A frame in a core's name, on a new connection with another one.</summary>
    public void SendFirst(int from, int to, byte[] frame, string? address = null)
    {
        _cores[to].LinkOpened(++_lastLink, null, address ?? Address(from), new byte[16], Now, Identity(from));
        _connections.Add(_lastLink, (from, to));
        _cores[to].FrameReceived(_lastLink, frame, Now);
        Pump(to);
    }

    public byte[] Hello(int of)
    {
        var frame = new FrameBuffer();
        MessageWriter.Write(frame, new Hello(1, 2, "c", _cores[of].Self, $"n{of}", Address(of), new byte[16], false));
        return frame.Written.ToArray();
    }

    public void Write(int index, byte key, byte value)
    {
        var entry = (OpaqueEntry)_cores[index].Store.ObjectOf(s_map).EntryOf([key]);
        entry.PendingWrite = new DetachedRecord { Payload = [value], Stamp = _cores[index].Store.MaxStamp.Next };
        _cores[index].Publish(entry);
        Pump(index);
        Deliver();
    }

    public bool Holds(int index, byte key) => _cores[index].Store.ObjectOf(s_map).Find([key]) is { Components: not null };

    /// <summary>An operator at one core decides on another one's identity.</summary>
    public void Decide(int at, int about, bool isExpelled, ulong stamp = 0)
    {
        _cores[at].Decide(IdentityOf(about), isExpelled, new HybridTimestamp(stamp), Now);
        Pump(at);
        Deliver();
    }

    /// <summary>Writes a record of the expulsions as no operator can; without a payload a removal.</summary>
    public void WriteDecision(int at, string identity, byte[]? payload, ulong stamp = 0)
    {
        var core = _cores[at];
        var latest = HybridTimestamp.Max(new HybridTimestamp(stamp), core.Store.MaxStamp.Next);
        var entry = (OpaqueEntry)core.Store.ObjectOf(s_expulsions).EntryOf(ExpulsionsObject.KeyOf(identity));
        entry.PendingWrite = new DetachedRecord { Payload = payload, Stamp = latest };
        core.Publish(entry);
        Pump(at);
        Deliver();
    }

    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (true)
        {
            for (var i = 0; i < _cores.Length; i++) Pump(i);
            Deliver();
            var next = _cores.Select(static c => c.Deadline).Min();
            if (next > end) break;
            Now = Instant.Max(new Instant(Now.Ticks + TimeSpan.TicksPerMillisecond), next);
        }

        Now = end;
    }

    private static bool IsHeartbeat(byte[] frame)
    {
        var reader = new SpanReader(frame);
        return MessageReader.TryReadType(ref reader, out var type) && type == MessageType.Heartbeat;
    }

    private static string Address(int index) => $"10.0.0.{index}:1";

    private LinkIdentity? Identity(int index) => _hasIdentities ? new LinkIdentity(IdentityOf(index), null, false) : null;

    private ReplicaCore NewCore(int index, UInt128 id)
    {
        var signer = Signs(index) ? new SimulatedSigner(id) : null;
        Signers[index] = signer;
        _runs[index] = id;
        var core = new ReplicaCore(
            new CoreOptions
            {
                ClusterName = "c",
                NodeName = $"n{index}",
                Address = Address(index),
                Seeds = [.. Enumerable.Range(0, _cores.Length).Where(i => i != index).Select(Address)],
                SeedTimeout = TimeSpan.FromMilliseconds(1),
                IsOperator = _operators.Count == 0 ? null : identity => _operators.Contains(identity.Name),
                Signer = signer,
                Verifier = signer is null ? null : new SimulatedVerifier(),
            },
            signer?.Id ?? new ReplicaId(id),
            seed: (ulong)index + 1);
        core.Start(Now);
        return core;
    }

    private void Deliver()
    {
        while (_network.TryDequeue(out var arrival))
        {
            if (arrival.Frame is { } heard && Deaf.Contains(arrival.To) && !IsHeartbeat(heard)) continue;
            if (arrival.Frame is { } frame) _cores[arrival.To].FrameReceived(arrival.Link, frame, Now);
            else _cores[arrival.To].LinkClosed(arrival.Link, Now);
            Pump(arrival.To);
        }
    }

    private void Pump(int index)
    {
        var core = _cores[index];
        core.Pump(Now);
        var outputs = core.Outputs.Items.ConvertAll(o =>
            (o, o.Kind == CoreOutputKind.Send ? core.Outputs.FrameOf(o).ToArray() : []));
        core.Outputs.Clear();
        foreach (var (output, frame) in outputs) CarryOut(index, output, frame);
    }

    private void CarryOut(int index, CoreOutput output, byte[] frame)
    {
        switch (output.Kind)
        {
            case CoreOutputKind.Send when _connections.TryGetValue(output.Id, out var ends):
                _network.Enqueue((ends.Dialer == index ? ends.Listener : ends.Dialer, output.Id, frame));
                break;
            case CoreOutputKind.Close when _connections.Remove(output.Id, out var ends):
                var other = ends.Dialer == index ? ends.Listener : ends.Dialer;
                _network.Enqueue((other, output.Id, null));
                Closed.Add((index, other, output.Verdict, output.Detail));
                break;
            case CoreOutputKind.Dial:
                Dial(index, output.Id, int.Parse(output.Detail!.Split('.', ':')[3], CultureInfo.InvariantCulture));
                break;
            case CoreOutputKind.Send or CoreOutputKind.Close:
                break;
            default:
                Reports.Add((index, output.Kind, output.Detail));
                break;
        }
    }

    private void Dial(int from, long dialId, int to)
    {
        Dials.Add((from, to, Now));
        if (_cut.Contains((Math.Min(from, to), Math.Max(from, to))))
        {
            _cores[from].DialFailed(dialId, Now);
            return;
        }

        var link = ++_lastLink;
        _connections.Add(link, (from, to));
        _cores[from].LinkOpened(link, dialId, Address(to), new byte[16], Now, Identity(to));
        _cores[to].LinkOpened(link, null, Address(from), new byte[16], Now, Identity(from));
        Pump(to);
        Pump(from);
    }
}
