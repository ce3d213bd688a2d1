using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.Tests.Wire;
using PeerReplica.Transport;

namespace PeerReplica.SlowTests.Hostile;

/// <summary>Hostile bytes against a replica that listens, beside a peer that is not disturbed by them.</summary>
[Collection(MemoryCollection.Name)]
public sealed class LiveListenerTests
{
    private const int Seed = 20_240_121;
    private const int Frames = 10_000;
    private const long MemoryBound = 64L << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Secrets.First)]
    [InlineData(null)]
    public async Task Ten_thousand_hostile_frames_change_nothing_and_disturb_nobody(string? secret)
    {
        using var victim = await AttackedHosts.StartAsync("victim", secret, null);
        var replica = victim.Services.GetRequiredService<IPeerReplica>();
        using var honest = await AttackedHosts.StartAsync("honest", secret, replica.Self.Address);
        replica.GetCounter("c").Add(41);
        await honest.Services.GetRequiredService<IPeerReplica>().WaitUntilSyncedAsync().WaitAsync(s_patience);
        var hash = await replica.GetContentHashAsync();
        var memory = GC.GetTotalMemory(forceFullCollection: true);

        // Nothing of what is sent opens a link: where there is no secret, the good hellos are left out.
        byte[][] good = [.. GoldenFrames.All.Select(f => f.Encode())];
        if (secret is not null) good = [.. good, Victim.Hello(new(5), true)];
        await AttackAsync(replica.Self.Address, new FrameMutator(new Random(Seed), good));

        Assert.Equal(ReplicaState.Running, replica.State);
        Assert.Equal(hash, await replica.GetContentHashAsync());
        Assert.Equal(PeerState.Up, Assert.Single(replica.Peers).State);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, MemoryBound);
        replica.GetCounter("c").Add(1);
        await replica.FlushAsync(WriteConcern.All.WithTimeout(s_patience));
        Assert.Equal(42, honest.Services.GetRequiredService<IPeerReplica>().GetCounter("c").Value);
    }

    private static async Task AttackAsync(string address, FrameMutator mutator)
    {
        Assert.True(Addresses.TryParse(address, out var host, out var port));
        var target = new IPEndPoint(IPAddress.Parse(host), port);
        Socket? socket = null;
        for (var sent = 0; sent < Frames; sent++)
        {
            socket ??= await ConnectAsync(target);
            var frame = mutator.Next().ToArray();
            var bytes = new byte[sizeof(int) + frame.Length];

            // Now and then the length lies as well.
            BinaryPrimitives.WriteInt32BigEndian(bytes, sent % 50 == 0 ? int.MaxValue - sent : frame.Length);
            frame.CopyTo(bytes, sizeof(int));
            try
            {
                await socket.SendAsync(bytes);
                if (sent % 20 != 19 && socket.Connected) continue;
            }
            catch (SocketException)
            {
                // The victim has closed the connection, as it should; a new one follows.
            }

            socket.Dispose();
            socket = null;
        }

        socket?.Dispose();
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint target)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(target);
        return socket;
    }
}
