using System.Buffers.Binary;
using System.Net.Sockets;
using PeerReplica.Tests.Api;
using PeerReplica.Tests.Repository;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>A rolling upgrade: a replica of protocol version 1, played from what one sent, links with this version and is understood.</summary>
public sealed class VersionOneTests
{
    [Fact]
    public async Task A_replica_of_the_version_before_links_and_its_changes_arrive()
    {
        await using var host = await Hosts.StartAsync(b => b.AddCounter("sold").AddMap<string, long>("map"), o => o.HeartbeatInterval = TimeSpan.FromMilliseconds(100));
        host.Replica.GetCounter("sold").Add(1);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", host.Port).WaitAsync(Hosts.Patience);
        using var stream = new NetworkStream(socket);
        foreach (var frame in Transcript())
        {
            var bytes = new byte[sizeof(int) + frame.Length];
            BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Length);
            frame.CopyTo(bytes, sizeof(int));
            await stream.WriteAsync(bytes);
        }

        // The older one reads the hello: its range holds version 1, and no field that it knows has changed its form.
        var hello = ControlReader.ReadHello(await ReadAsync(stream));
        Assert.NotNull(hello);
        Assert.True(hello.MinVersion <= 1 && hello.MaxVersion >= 1, $"{hello.MinVersion} to {hello.MaxVersion}");
        Assert.False(hello.HasSecret);
        for (var waited = 0; waited < 1000 && !HasArrived(); waited++) await Task.Delay(10);
        Assert.Equal(8, host.Replica.GetCounter("sold").Value);
        Assert.Equal(5, host.Replica.GetMap<string, long>("map").TryGetValue("k", out var value) ? value : 0);
        Assert.Equal(("older", PeerState.Up), Assert.Single(host.Replica.Peers.Select(p => (p.NodeName, p.State))));
        Assert.Empty(host.Logs.Refusals);

        // Each in a frame of its own.
        bool HasArrived() => host.Replica.GetCounter("sold").Value == 8 && host.Replica.GetMap<string, long>("map").Count == 1;
    }

    private static IEnumerable<byte[]> Transcript() =>
        File.ReadLines(SourceTree.PathOf("tests", "PeerReplica.Tests", "Wire", "Goldens", "transcript-version-1.txt"))
            .Where(l => l[0] != '#').Select(l => Convert.FromHexString(l.Split(' ')[1]));

    private static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        var prefix = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(prefix).AsTask().WaitAsync(Hosts.Patience);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await stream.ReadExactlyAsync(frame).AsTask().WaitAsync(Hosts.Patience);
        return frame;
    }
}
