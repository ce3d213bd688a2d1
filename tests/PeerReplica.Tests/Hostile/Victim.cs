using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>
/// A core with one honest link and one hostile one. The hostile link is opened anew whenever the core closes it, as a listener would let it be.
/// </summary>
internal sealed class Victim
{
    private const long HonestLink = 1;
    private static readonly ReplicaId s_attacker = new(0xBAD);
    private static readonly byte[] s_nonce = new byte[16];
    private readonly bool _opens;
    private readonly FrameBuffer _frame = new();
    private Instant _now = new(TimeSpan.TicksPerDay);
    private long _linkId = HonestLink;
    private bool _isClosed = true;

    /// <param name="opens">Whether the hostile side's hello opens the link; otherwise the transport has authenticated it under another name than it claims.</param>
    /// <param name="configure">Changes the options of the victim and of its honest peer.</param>
    public Victim(bool opens, Func<CoreOptions, CoreOptions>? configure = null)
    {
        _opens = opens;
        var options = new CoreOptions
        {
            ClusterName = "c",
            NodeName = "victim",
            Address = "10.0.0.1:1",
            PeerTimeout = TimeSpan.FromDays(1),
            ForgetAfter = TimeSpan.FromDays(2),

            // Else the hostile side could send one bad frame in a while: QuarantineTests.
            FirstQuarantine = TimeSpan.Zero,
        };
        options = configure?.Invoke(options) ?? options;
        Core = new ReplicaCore(options, new ReplicaId(0x600D), seed: 1);
        Honest = new ReplicaCore(options with { NodeName = "honest", Address = "10.0.0.2:1" }, new ReplicaId(0x7E57), seed: 2);
        Core.Start(_now);
        Honest.Start(_now);
        Core.LinkOpened(HonestLink, null, "honest", new byte[16], _now);
        Honest.LinkOpened(HonestLink, null, "victim", new byte[16], _now);
        Settle();
        Assert.True(HonestLinkIsOpen);
        Assert.True(Core.Store.Vector.SameAs(Translate(Honest.Store)), "the honest peer has not synchronized");
    }

    public ReplicaCore Core { get; }

    public ReplicaCore Honest { get; }

    public bool HonestLinkIsOpen => Core.Links.Single(l => l.Id == HonestLink).IsOpen;

    /// <summary>How often the core has closed the hostile link.</summary>
    public int Closed { get; private set; }

    /// <summary>Why the core closed the hostile link last.</summary>
    public LinkVerdict Verdict { get; private set; }

    /// <summary>What was said of it.</summary>
    public string? Detail { get; private set; }

    /// <summary>The attempts to connect that are under way, and how often each address was dialed.</summary>
    public Dictionary<long, string> Dials { get; } = [];

    public Dictionary<string, int> Dialed { get; } = [];

    /// <summary>What was said of addresses that are not dialed.</summary>
    public List<string> NotDialed { get; } = [];

    /// <summary>What was said of limits that were reached.</summary>
    public List<string> Limits { get; } = [];

    /// <summary>The pulls that the hostile side was asked for.</summary>
    public List<PullKind> Pulls { get; } = [];

    /// <summary>How often the hostile side was told to begin anew.</summary>
    public int Restarts { get; private set; }

    /// <summary>Whether the core contains what the honest peer does.</summary>
    public bool HasAllOfHonest => Core.Store.Vector.Dominates(Translate(Honest.Store));

    /// <summary>The number that the hostile link's next data frame must have to be looked at.</summary>
    public ulong NextDataNumber => Link.LastDataNumber + 1;

    /// <summary>The hostile link.</summary>
    public Link Link => Core.Links.Single(l => l.Id == _linkId);

    /// <summary>Up to where the core contains an origin's changes.</summary>
    public ulong Contained(ReplicaId id) => Core.Store.Origins.TryGetIndex(id, out var origin) ? Core.Store.Vector[origin] : 0;

    /// <summary>A hello that the victim agrees with.</summary>
    public static byte[] Hello(ReplicaId id, bool hasSecret)
    {
        var frame = new FrameBuffer();
        MessageWriter.Write(frame, new Hello(1, 1, "c", id, "bad", "10.6.6.6:6", s_nonce, hasSecret));
        return frame.Written.ToArray();
    }

    /// <summary>Opens the hostile link if it is closed: as far as it can be.</summary>
    public void EnsureLink()
    {
        if (!_isClosed) return;
        _isClosed = false;
        Core.LinkOpened(++_linkId, null, "hostile", s_nonce, _now, _opens ? null : new LinkIdentity("key:hostile", "nobody", false));
        if (!_opens) return;
        Receive(Hello(s_attacker, false));
        _frame.Reset();
        MessageWriter.WriteStatus(_frame, new VersionVector(), new VersionVector(), Core.Store.Origins, OriginRange.All, StatusFlags.None);
        Receive(_frame.Written);
        Assert.False(_isClosed, "a sound hello did not open the link");
    }

    /// <summary>One step, as the host makes it: a frame, the pump, the outputs.</summary>
    public void Receive(ReadOnlySpan<byte> frame)
    {
        _now = new Instant(_now.Ticks + 100);
        Core.FrameReceived(_linkId, frame, _now);
        Step();
    }

    /// <summary>The honest peer writes a value of an object that the victim has not registered.</summary>
    public void WriteOnHonest(string value)
    {
        _frame.Reset();
        _frame.WriteText(value);
        var entry = (OpaqueEntry)Honest.Store.ObjectOf(new ObjectIdentity("honest", ObjectKind.Map, "int")).EntryOf([1]);
        entry.PendingWrite = new DetachedRecord { Payload = _frame.Written.ToArray(), Stamp = Honest.Store.MaxStamp.Next };
        Honest.Publish(entry);
    }

    /// <summary>Lets time pass. The honest peer goes on, and the hostile one sends nothing but heartbeats.</summary>
    public void Advance(TimeSpan time)
    {
        var end = _now + time;
        while (_now < end)
        {
            _now = Instant.Min(end, _now + TimeSpan.FromSeconds(1));
            if (!_isClosed)
            {
                _frame.Reset();
                MessageWriter.Write(_frame, new Heartbeat(0, 0, 0, 0, default));
                Core.FrameReceived(_linkId, _frame.Written, _now);
            }

            Carry(Honest, Core);
            Step(Honest);
        }
    }

    /// <summary>Lets all attempts to connect fail.</summary>
    public void FailDials()
    {
        var failed = Dials.Keys.ToArray();
        Dials.Clear();
        foreach (var id in failed) Core.DialFailed(id, _now);
        Step();
    }

    private void Step(ReplicaCore? honest = null)
    {
        Core.Pump(_now);
        foreach (var output in Core.Outputs.Items)
        {
            if (output.Kind == CoreOutputKind.Send && output.Id == HonestLink)
                honest?.FrameReceived(HonestLink, Core.Outputs.FrameOf(output), _now);
            if (output is { Kind: CoreOutputKind.Send, Type: MessageType.Pull } && output.Id == _linkId)
            {
                Assert.True(ControlReader.TryReadNumber(Core.Outputs.FrameOf(output).ToArray(), out var pull));
                Pulls.Add((PullKind)pull);
            }

            if (output is { Kind: CoreOutputKind.Send, Type: MessageType.Status } && output.Id == _linkId
                && ControlReader.ReadStatus(Core.Outputs.FrameOf(output).ToArray()) is { } status && (status.Flags & StatusFlags.Restart) != 0)
                Restarts++;
            if (output.Kind == CoreOutputKind.NotDialed) NotDialed.Add(output.Detail!);
            if (output.Kind == CoreOutputKind.LimitReached) Limits.Add(output.Detail!);
            if (output.Kind == CoreOutputKind.Dial)
            {
                Dials.Add(output.Id, output.Detail!);
                Dialed[output.Detail!] = Dialed.GetValueOrDefault(output.Detail!) + 1;
            }

            if (output.Kind != CoreOutputKind.Close) continue;
            Assert.NotEqual(HonestLink, output.Id);
            _isClosed = true;
            Closed++;
            (Verdict, Detail) = (output.Verdict, output.Detail);
        }

        Core.Outputs.Clear();
        if (_isClosed) Core.LinkClosed(_linkId, _now);
    }

    /// <summary>Asks every peer, the hostile one among them, to answer a probe.</summary>
    public void Probe(ulong id) => Assert.Equal(2, Core.Probe(id, _now));

    /// <summary>Exchanges frames with the honest peer until neither has more to say.</summary>
    private void Settle()
    {
        for (var round = 0; round < 40; round++)
        {
            _now += TimeSpan.FromMilliseconds(10);
            Carry(Core, Honest);
            Carry(Honest, Core);
        }

        Core.Outputs.Clear();
    }

    private void Carry(ReplicaCore from, ReplicaCore to)
    {
        from.Pump(_now);
        foreach (var output in from.Outputs.Items)
        {
            if (output.Kind == CoreOutputKind.Send && output.Id == HonestLink) to.FrameReceived(HonestLink, from.Outputs.FrameOf(output), _now);
        }

        from.Outputs.Clear();
    }

    private VersionVector Translate(Store other)
    {
        var vector = new VersionVector();
        for (var origin = 0; origin < other.Origins.Count; origin++) vector[Core.Store.Origins.IndexOf(other.Origins[origin])] = other.Vector[origin];
        return vector;
    }
}
