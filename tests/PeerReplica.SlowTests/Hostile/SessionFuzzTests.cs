using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PeerReplica.Security;
using PeerReplica.SlowTests.Attacks;
using PeerReplica.Tests.Wire;
using PeerReplica.Wire;
using Xunit.Abstractions;

namespace PeerReplica.SlowTests.Hostile;

/// <summary>
/// Structurally mutated frames of sessions that authenticated and said a good hello, over real sockets, at a replica that goes on
/// replicating with an honest one. For 12 s each, or for as many frames as <c>PEERREPLICA_FUZZ_FRAMES</c> says.
/// </summary>
[Collection(MemoryCollection.Name)]
public sealed class SessionFuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20_240_123;
    private const int Batch = 16;

    /// <summary>What forged state and buffers may take; a leak of every frame, or of every connection, would be many times that.</summary>
    private const long MemoryBound = 96L << 20;
    private const int Unreachable = 2;
    private const int Quarantined = 29;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(12);
    private static readonly ReplicaId s_hostile = new(0xBAD);

    [Theory]
    [InlineData(Secrets.First)]
    [InlineData(null)]
    public async Task Mutated_frames_of_valid_sessions_neither_fault_nor_hang_a_replica_nor_disturb_an_honest_peer(string? secret)
    {
        var frames = long.Parse(Environment.GetEnvironmentVariable("PEERREPLICA_FUZZ_FRAMES") ?? "0", CultureInfo.InvariantCulture);
        using var alarms = new AlarmsOfHonest();
        using var victim = await AttackedHosts.StartAsync("victim", secret, null, alarms);
        var replica = victim.Services.GetRequiredService<IPeerReplica>();
        using var honest = await AttackedHosts.StartAsync("honest", secret, replica.Self.Address, alarms);
        var other = honest.Services.GetRequiredService<IPeerReplica>();
        await other.WaitUntilSyncedAsync().WaitAsync(s_patience);
        var port = int.Parse(replica.Self.Address.AsSpan(replica.Self.Address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);

        var random = new Random(Seed);
        var session = new Session(random, replica.Self.Id);
        var (clock, sent, links, refused) = (Stopwatch.StartNew(), 0L, 0L, 0L);
        var (memory, written) = (0L, 0L);
        while (frames > 0 ? sent < frames : clock.Elapsed < s_usual)
        {
            // Once what is kept between connections is there.
            if (memory == 0 && (frames > 0 ? sent > frames / 10 : clock.Elapsed > s_usual / 4)) memory = GC.GetTotalMemory(forceFullCollection: true);
            await using var intruder = await ConnectAsync(secret, port, links);
            links++;
            while (!intruder.Closed.IsCompleted && (frames > 0 ? sent < frames : clock.Elapsed < s_usual))
            {
                session.Choose();
                for (var i = 0; i < Batch; i++) await intruder.SendAsync(session.Next());
                var isOpen = await intruder.IsAnsweredAsync().WaitAsync(s_patience);
                session.Judged(isOpen);
                if (isOpen) sent += Batch;
            }

            // At least the one that it was closed for was looked at.
            if (!intruder.Closed.IsCompleted) continue;
            sent++;
            refused++;
            replica.GetCounter("c").Add(1);
            written++;
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        output.WriteLine(FormattableString.Invariant(
            $"{(secret is null ? "TCP" : "TLS")}: {sent:N0} frames on {links:N0} links, {refused:N0} of which were closed, in {clock.Elapsed.TotalSeconds:0} s; memory grew by {grown:N0} bytes"));
        Assert.InRange(grown, long.MinValue, MemoryBound);
        Assert.Equal((ReplicaState.Running, ReplicaState.Running), (replica.State, other.State));
        await replica.FlushAsync(WriteConcern.All.WithTimeout(s_patience));
        Assert.Equal(written, other.GetCounter("c").Value);
        Assert.Equal(await replica.GetContentHashAsync(), await other.GetContentHashAsync());

        // No false alarm: the honest peers were never without each other, and neither was kept out.
        Assert.Empty(alarms.Seen);
        Assert.True(refused > 0 && sent > refused, "what is sent gets no further than the first check");
    }

    /// <summary>Each connection is another identity's: a key of its own, or an address of its own.</summary>
    private static async Task<Intruder> ConnectAsync(string? secret, int port, long number)
    {
        using var security = secret is null ? null : ChannelSecurity.Create(new PeerReplicaOptions { SharedSecret = secret });
        var from = secret is null ? new IPAddress([127, (byte)(1 + (number >> 16)), (byte)(number >> 8), (byte)number]) : null;
        var intruder = await Intruder.ConnectAsync(security, port, "default", s_hostile, "hostile", from);
        return await intruder.OpenAsync(beats: false);
    }

    /// <summary>
    /// The frames of a session, mutated: of one kind of frame and of mutation at a time. Kinds that end the link are chosen less often, since
    /// what follows on a link that is closed is not looked at.
    /// </summary>
    private sealed class Session
    {
        private static readonly byte[][] s_good =
        [
            .. GoldenFrames.All.Where(f => f.Type is not (MessageType.Hello or MessageType.Bye)).Select(f => f.Encode()),
            Intruder.Status(),
            Intruder.Status([(s_hostile, 1), (new ReplicaId(5), 3)]),
        ];

        private readonly Random _random;
        private readonly StructureMutator[] _mutators;
        private readonly TransferForger _forger;
        private readonly (int Closed, int Batches)[] _judged;
        private ulong _number;
        private int _kind;

        public Session(Random random, ReplicaId victim)
        {
            (_random, _forger) = (random, new(random, victim));
            _mutators = [.. s_good.Select(f => new StructureMutator(random, [f]))];

            // Each frame with its values replaced, and with its structure changed; transfers as they are, and mutated.
            _judged = new (int, int)[(2 * s_good.Length) + 2];
        }

        public void Choose()
        {
            do _kind = _random.Next(_judged.Length);
            while (_random.NextDouble() > Math.Max(0.002, Math.Pow(1 - ((_judged[_kind].Closed + 0.5) / (_judged[_kind].Batches + 1.0)), 6)));
        }

        public void Judged(bool isOpen)
        {
            ref var judged = ref _judged[_kind];
            judged = (judged.Closed + (isOpen ? 0 : 1), judged.Batches + 1);
        }

        public byte[] Next()
        {
            if (_kind < s_good.Length) return _mutators[_kind].Mutate(s_good[_kind], keepsStructure: true);
            if (_kind < 2 * s_good.Length) return _mutators[_kind - s_good.Length].Mutate(s_good[_kind - s_good.Length], keepsStructure: false);
            var transfer = _forger.Next(++_number).ToArray();
            return _kind == 2 * s_good.Length ? transfer : _mutators[0].Mutate(transfer, keepsStructure: true);
        }
    }

    /// <summary>What is logged of the honest replicas that would be a false alarm.</summary>
    private sealed class AlarmsOfHonest : ILoggerProvider, ILogger
    {
        private readonly List<string> _seen = [];

        public string[] Seen
        {
            get
            {
                lock (_seen) return [.. _seen];
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var isOfPeer = eventId.Id is Unreachable or Quarantined;
            if (!isOfPeer && logLevel < LogLevel.Error) return;
            var text = formatter(state, exception);
            var isOfHonest = text.Contains("'victim'", StringComparison.Ordinal) || text.Contains("'honest'", StringComparison.Ordinal);
            if (isOfPeer && (!isOfHonest || text.Contains("is Up", StringComparison.Ordinal))) return;
            lock (_seen) _seen.Add($"{eventId.Id}: {text}");
        }

        public void Dispose()
        {
        }
    }
}
