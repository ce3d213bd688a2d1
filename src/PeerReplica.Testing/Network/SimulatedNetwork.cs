using PeerReplica.Testing.Checking;
using PeerReplica.Testing.Clock;
using PeerReplica.Testing.Network;
using PeerReplica.Transport;

namespace PeerReplica.Testing;

/// <summary>The network of a simulated cluster: which replicas reach which, and what becomes of frames. Not thread-safe.</summary>
public sealed class SimulatedNetwork
{
    private readonly EventQueue _events;
    private readonly Random _random;
    private readonly Transcript _transcript;
    private readonly FaultCounts _counts;
    private readonly SortedDictionary<string, SimulatedRun> _listening = new(StringComparer.Ordinal);
    private readonly List<SimulatedConnection> _connections = [];
    private readonly HashSet<(int From, int To)> _cut = [];
    private readonly SortedDictionary<string, string[]> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(int Asker, string Name), string[]> _answers = [];

    internal SimulatedNetwork(EventQueue events, Random random, Transcript transcript, SimulationOptions options, FaultCounts counts)
    {
        _counts = counts;
        RoomBytes = options.RoomBytes;
        _events = events;
        _random = random;
        _transcript = transcript;
        Faults = options.Faults;
    }

    internal FaultOptions Faults { get; set; }

    /// <summary>Whom a replica at an address proves to be; null: the network tells no replicas apart.</summary>
    internal Func<string, PeerReplica.Security.PeerIdentity>? IdentityOf { get; set; }

    /// <summary>The most bytes on their way in one direction of a connection.</summary>
    internal int RoomBytes { get; }

    internal IReadOnlyList<SimulatedConnection> Connections => _connections;

    /// <summary>How many frames were delivered.</summary>
    public long FramesDelivered { get; private set; }

    /// <summary>How often replicas tried to connect.</summary>
    internal long Dials { get; private set; }

    /// <summary>How many bytes were delivered.</summary>
    public long BytesDelivered { get; private set; }

    /// <summary>From now on a name stands for these addresses, of replicas or of nobody; with none it does not resolve.</summary>
    /// <param name="name">The name, as <c>host:port</c>, as it stands in seeds.</param>
    /// <param name="addresses">The addresses, as <c>host:port</c>.</param>
    public void SetName(string name, params string[] addresses)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(addresses);
        _names[name] = addresses;
    }

    /// <summary>From now on one replica is given other addresses for a name than the rest, always in this order, as by a name server of its own; with none the name does not resolve for it.</summary>
    internal void SetNameFor(SimulatedReplica asker, string name, params string[] addresses) => _answers[(asker.Index, name)] = addresses;

    /// <summary>From now on nothing passes from one replica to another; the way back stays open.</summary>
    public void CutOneWay(SimulatedReplica from, SimulatedReplica to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (!_cut.Add((from.Index, to.Index))) return;
        _counts.Add(FaultKind.Cut, from.Run);
        _counts.Add(FaultKind.Cut, to.Run);
    }

    /// <summary>From now on nothing passes between two replicas.</summary>
    public void Cut(SimulatedReplica a, SimulatedReplica b)
    {
        CutOneWay(a, b);
        CutOneWay(b, a);
    }

    /// <summary>Frames pass between two replicas again.</summary>
    public void Restore(SimulatedReplica a, SimulatedReplica b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        _cut.Remove((a.Index, b.Index));
        _cut.Remove((b.Index, a.Index));
    }

    /// <summary>Frames pass between all replicas again.</summary>
    public void RestoreAll() => _cut.Clear();

    internal void Later(SimulatedRun? owner, long delay, Action action) => _events.Add(owner, delay, action);

    internal void Listen(SimulatedRun run) => _listening[run.Machine.Address] = run;

    internal void Dial(SimulatedRun run, string address, long dialId)
    {
        Dials++;
        var delay = Delay();
        Later(run, delay, () =>
        {
            if (!_listening.TryGetValue(address, out var peer) || IsCut(run, peer) || IsCut(peer, run))
            {
                Later(run, Delay(), () => run.Handler.OnDialFailed(dialId, $"{address} did not answer"));
                return;
            }

            Connect(run, peer, dialId);
        });
    }

    internal void Answer(SimulatedRun run, string name, TaskCompletionSource<IReadOnlyList<string>> answer)
    {
        var isLost = _random.NextDouble() < Faults.Loss;
        Later(run, Delay() * (isLost ? 4 : 1), () =>
        {
            if (isLost)
            {
                answer.SetException(new TransportException($"The name server did not answer for {name}."));
                return;
            }

            if (_answers.TryGetValue((run.Machine.Index, name), out var own))
            {
                answer.SetResult(own);
                return;
            }

            string[] addresses = _names.TryGetValue(name, out var set) ? [.. set] : [name];
            _random.Shuffle(addresses);
            answer.SetResult(addresses);
        });
    }

    internal void Send(SimulatedConnection from, byte[] frame)
    {
        var copies = _random.NextDouble() < Faults.Duplication ? 2 : 1;
        if (copies > 1) _counts.Add(FaultKind.DoubledFrame, from.Owner);
        for (var copy = 1; copy <= copies; copy++)
        {
            var isLost = IsCut(from.Owner, from.Peer) || _random.NextDouble() < Faults.Loss;
            if (isLost) _counts.Add(FaultKind.LostFrame, from.Owner);
            var at = _events.Now + Delay();
            if (!Faults.Reordering) from.LastArrival = at = Math.Max(at, from.LastArrival);
            var isLast = copy == copies;
            Later(null, Math.Max(at, from.Other.OpenedAt) - _events.Now, () => Deliver(from, frame, isLost, isLast));
        }
    }

    /// <summary>Tells the other end that this one was closed; a cut network does not.</summary>
    internal void TellClosed(SimulatedConnection end)
    {
        var other = end.Other;
        _connections.Remove(end);
        _connections.Remove(other);
        var after = Math.Max(Math.Max(end.LastArrival, other.OpenedAt) - _events.Now, Delay());
        if (!IsCut(end.Owner, end.Peer)) Later(other.Owner, after, () => other.Break("closed by the peer"));
    }

    /// <summary>A run ends. After a crash its peers are sometimes told by their systems, and sometimes left to find out.</summary>
    internal void Leave(SimulatedRun run, bool isCrash)
    {
        if (_listening.TryGetValue(run.Machine.Address, out var current) && current == run) _listening.Remove(run.Machine.Address);
        foreach (var connection in _connections.Where(c => c.Owner == run).ToArray())
        {
            if (!isCrash)
            {
                connection.Close();
                continue;
            }

            _connections.Remove(connection);
            _connections.Remove(connection.Other);
            var other = connection.Other;
            if (!IsCut(run, connection.Peer) && _random.Next(2) == 0) Later(other.Owner, Delay(), () => other.Break("reset by the peer"));
        }
    }

    private void Connect(SimulatedRun dialler, SimulatedRun acceptor, long dialId)
    {
        var a = new SimulatedConnection(this, dialler, acceptor);
        var b = new SimulatedConnection(this, acceptor, dialler) { Other = a };
        a.Other = b;
        _connections.Add(a);
        _connections.Add(b);
        var delay = Delay();
        a.OpenedAt = _events.Now + delay;
        b.OpenedAt = _events.Now;
        Later(dialler, delay, () => dialler.Handler.OnOpened(a, dialId));
        Later(acceptor, 0, () => acceptor.Handler.OnOpened(b, null));
    }

    private void Deliver(SimulatedConnection from, byte[] frame, bool isLost, bool isLast)
    {
        if (isLast) from.Landed(frame.Length);
        var to = from.Other;
        if (isLost || IsCut(from.Owner, from.Peer) || !to.Owner.IsAlive) return;
        Later(to.Owner, 0, () =>
        {
            if (to.IsClosed) return;
            FramesDelivered++;
            BytesDelivered += frame.Length;
            _transcript.Add(_events.Now, from.Owner.Machine.Index, to.Owner.Machine.Index, frame);
            to.Owner.Handler.OnFrame(to, frame);
        });
    }

    private bool IsCut(SimulatedRun from, SimulatedRun to) => _cut.Contains((from.Machine.Index, to.Machine.Index));

    private long Delay() => _random.NextInt64(Faults.MinDelay.Ticks, Faults.MaxDelay.Ticks + 1);
}
