using System.Buffers.Binary;
using System.Net.Sockets;
using PeerReplica.Replication;
using PeerReplica.Testing;
using PeerReplica.Tests.Api;
using PeerReplica.Wire;

namespace PeerReplica.Tests.BadInput;

/// <summary>Peers that must not be let in, over real sockets. Each is refused with its own verdict, and what the replica holds is untouched.</summary>
public sealed class StrangerTests
{
    private const int Version = ReplicaCore.ProtocolVersion;
    private const long Sold = 3;

    [Fact]
    public async Task A_replica_of_another_cluster_is_refused_by_both()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync(o =>
        {
            o.ClusterName = "other";
            o.Seeds.Add(first.Address);
            o.SeedTimeout = TimeSpan.FromMilliseconds(500);
        });
        await RefusedAsync(first, nameof(LinkVerdict.OtherCluster));
        await RefusedAsync(second, nameof(LinkVerdict.OtherCluster));
        await WorksWithoutBeingSyncedAsync(second);
        Assert.Contains("'other'", first.Logs.Refusals.First(), StringComparison.Ordinal);
        Assert.Contains("'default'", first.Logs.Refusals.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_with_another_secret_is_refused_by_both()
    {
        await using var first = await StartAsync(o => o.SharedSecret = Secrets.First);
        await using var second = await StartAsync(o =>
        {
            o.SharedSecret = Secrets.Second;
            o.Seeds.Add(first.Address);
            o.SeedTimeout = TimeSpan.FromMilliseconds(500);
        });
        await RefusedAsync(first, nameof(LinkVerdict.NotAuthenticated));
        await RefusedAsync(second, nameof(LinkVerdict.NotAuthenticated));
        await WorksWithoutBeingSyncedAsync(second);
        Assert.DoesNotContain(first.Logs.All.Concat(second.Logs.All), e => e.Message.Contains(Secrets.First, StringComparison.Ordinal) || e.Message.Contains(Secrets.Second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replica_without_the_secret_is_refused_with_what_to_do()
    {
        await using var first = await StartAsync(o => o.SharedSecret = Secrets.First);
        await using var second = await StartAsync(o => o.Seeds.Add(first.Address));
        await RefusedAsync(first, nameof(LinkVerdict.NotEncrypted));
        Assert.Contains("SharedSecret", first.Logs.Refusals.First(), StringComparison.Ordinal);
        Assert.Contains("there", first.Logs.Refusals.First(), StringComparison.Ordinal);
        Assert.Equal(Sold, second.Replica.GetCounter("sold").Value);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(Version + 1, Version + 5)]
    public async Task A_protocol_version_that_is_not_spoken_is_refused(int min, int max)
    {
        await using var host = await StartAsync();
        using var stranger = await DialAsync(host);
        await SendAsync(stranger, Hello() with { MinVersion = min, MaxVersion = max });
        await RefusedAsync(host, nameof(LinkVerdict.VersionMismatch));
        Assert.Contains($"versions {min} to {max}", host.Logs.Refusals.Single(), StringComparison.Ordinal);
        Assert.Contains("upgrade the older one", host.Logs.Refusals.Single(), StringComparison.Ordinal);
        Assert.Equal([MessageType.Hello, MessageType.Bye], await TypesUntilClosedAsync(stranger));
    }

    [Fact]
    public async Task A_newer_version_that_still_speaks_ours_is_let_in()
    {
        await using var host = await StartAsync();
        using var peer = await DialAsync(host);
        await SendAsync(peer, Hello() with { MinVersion = Version, MaxVersion = Version + 5 });
        await ReceiveAsync(peer, MessageType.Status);
        Assert.Empty(host.Logs.Refusals);
    }

    [Fact]
    public async Task A_hello_of_another_cluster_is_refused_and_told_so()
    {
        await using var host = await StartAsync();
        using var stranger = await DialAsync(host);
        await SendAsync(stranger, Hello() with { Cluster = "other" });
        await RefusedAsync(host, nameof(LinkVerdict.OtherCluster));
        Assert.Equal([MessageType.Hello, MessageType.Bye], await TypesUntilClosedAsync(stranger));
    }

    [Fact]
    public async Task A_hello_that_announces_an_unencrypted_proof_is_refused()
    {
        await using var host = await StartAsync();
        using var stranger = await DialAsync(host);
        await SendAsync(stranger, Hello() with { MinVersion = 1, MaxVersion = 1, HasSecret = true });
        await RefusedAsync(host, nameof(LinkVerdict.NotAuthenticated));
        Assert.Equal([MessageType.Hello, MessageType.Bye], await TypesUntilClosedAsync(stranger));
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_refused()
    {
        await using var host = await StartAsync();
        using var stranger = await DialAsync(host);
        await SendFrameAsync(stranger, [0xC1, 0xC1, 0xC1]);
        await RefusedAsync(host, nameof(LinkVerdict.Malformed));
        Assert.Equal([MessageType.Hello, MessageType.Bye], await TypesUntilClosedAsync(stranger));
    }

    [Fact]
    public async Task A_hello_with_a_short_nonce_is_refused()
    {
        await using var host = await StartAsync();
        using var stranger = await DialAsync(host);
        await SendAsync(stranger, Hello() with { Nonce = new byte[8] });
        await RefusedAsync(host, nameof(LinkVerdict.Malformed));
    }

    [Fact]
    public async Task Another_link_is_not_disturbed()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync(o => o.Seeds.Add(first.Address));
        await second.Replica.GetCounter("sold").AddAsync(1, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        using var stranger = await DialAsync(first);
        await SendFrameAsync(stranger, [0xC1]);
        await first.Logs.FirstRefusal.WaitAsync(Hosts.Patience);
        await second.Replica.GetCounter("sold").AddAsync(1, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        Assert.Equal(PeerState.Up, Assert.Single(first.Replica.Peers).State);
        Assert.Single(first.Logs.AboveInformation);
    }

    [Fact]
    public void A_refusal_that_repeats_does_not_fill_the_log()
    {
        using var logs = new CapturedLogs();
        var number = 0;
        var options = new SimulationOptions { Replicas = 2, Logging = logs, Configure = o => o.ClusterName = $"cluster {number++}" };
        using var cluster = new SimulatedCluster(options, b => b.AddCounter("sold"));
        cluster.RunFor(TimeSpan.FromMinutes(50));
        Assert.InRange(logs.AboveInformation.Count(e => e.EventId == 3), 2, 4);
        var said = logs.AboveInformation.Count(e => e.EventId == 3);
        cluster.RunFor(TimeSpan.FromMinutes(15));
        Assert.Equal(said * 2, logs.AboveInformation.Count(e => e.EventId == 3));
    }

    [Fact]
    public async Task A_seed_that_never_answers_leaves_a_replica_that_works_alone()
    {
        // It listens and accepts, and says nothing.
        using var silent = new TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        await using var host = await StartAsync(o =>
        {
            o.Seeds.Add(silent.LocalEndpoint.ToString()!);
            o.SeedTimeout = TimeSpan.FromMilliseconds(300);
            o.MayBeFirst = true;
        });
        await WorksAloneAsync(host);
    }

    /// <summary>A running host that holds something to lose.</summary>
    private static async Task<Hosts> StartAsync(Action<PeerReplicaOptions>? configure = null)
    {
        var host = Hosts.Create(b => b.AddCounter("sold"), configure);
        host.Replica.GetCounter("sold").Add(Sold);
        await host.StartAsync();
        return host;
    }

    private static Hello Hello() => new(Version, Version, "default", new ReplicaId(42), "stranger", "127.0.0.1:1", new byte[16], false);

    private static async Task RefusedAsync(Hosts host, string verdict)
    {
        await host.Logs.FirstRefusal.WaitAsync(Hosts.Patience);
        Assert.Contains($"({verdict})", host.Logs.Refusals.First(), StringComparison.Ordinal);
        Assert.Equal(ReplicaState.Running, host.Replica.State);
        Assert.Empty(host.Replica.Peers);
        Assert.Equal(Sold, host.Replica.GetCounter("sold").Value);
    }

    /// <summary>Nobody let it in, and it is not the first of a cluster: it says so.</summary>
    private static async Task WorksWithoutBeingSyncedAsync(Hosts host)
    {
        var synced = host.Replica.WaitUntilSyncedAsync();
        host.Replica.GetCounter("sold").Add(5);
        Assert.Equal(Sold + 5, host.Replica.GetCounter("sold").Value);
        for (var waited = 0; waited < 500 && !host.Logs.All.Any(e => e.EventId == 22); waited++) await Task.Delay(20);
        Assert.Contains("MayBeFirst", host.Logs.All.First(e => e.EventId == 22).Message, StringComparison.Ordinal);
        Assert.False(synced.IsCompleted);
        Assert.Empty(host.Replica.Peers);
    }

    private static async Task WorksAloneAsync(Hosts host)
    {
        await host.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        await host.Replica.GetCounter("sold").AddAsync(5, WriteConcern.All);
        Assert.Equal(Sold + 5, host.Replica.GetCounter("sold").Value);
        Assert.Empty(host.Replica.Peers);
    }

    private static async Task<NetworkStream> DialAsync(Hosts host)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", host.Port).WaitAsync(Hosts.Patience);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static Task SendAsync(NetworkStream stream, Hello hello) => SendAsync(stream, b => MessageWriter.Write(b, hello));

    private static Task SendAsync(NetworkStream stream, Action<FrameBuffer> write)
    {
        var buffer = new FrameBuffer();
        write(buffer);
        return SendFrameAsync(stream, buffer.Written.ToArray());
    }

    private static async Task SendFrameAsync(NetworkStream stream, byte[] frame)
    {
        var bytes = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Length);
        frame.CopyTo(bytes, 4);
        await stream.WriteAsync(bytes);
    }

    /// <summary>The type of the next frame; none when the other side has closed.</summary>
    private static async Task<MessageType> NextAsync(NetworkStream stream)
    {
        var prefix = new byte[4];
        if (await stream.ReadAtLeastAsync(prefix, 4, throwOnEndOfStream: false).AsTask().WaitAsync(Hosts.Patience) < 4) return MessageType.None;
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await stream.ReadExactlyAsync(frame).AsTask().WaitAsync(Hosts.Patience);
        return TypeOf(frame);
    }

    private static MessageType TypeOf(byte[] frame)
    {
        var reader = new SpanReader(frame);
        Assert.True(MessageReader.TryReadType(ref reader, out var type));
        return type;
    }

    private static async Task ReceiveAsync(NetworkStream stream, MessageType awaited)
    {
        while (await NextAsync(stream) is var type && type != awaited) Assert.NotEqual(MessageType.None, type);
    }

    private static async Task<List<MessageType>> TypesUntilClosedAsync(NetworkStream stream)
    {
        var types = new List<MessageType>();
        while (await NextAsync(stream) is var type && type != MessageType.None) types.Add(type);
        return types;
    }
}
