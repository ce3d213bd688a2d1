using System.Net;
using System.Net.Sockets;
using PeerReplica.Replication;
using PeerReplica.Simulation;

namespace PeerReplica.SlowTests.Attacks;

/// <summary>Peers with valid certificates that send more than there can be, against three processes that go on replicating.</summary>
public sealed class FloodTests(FloodedCluster cluster) : IClassFixture<FloodedCluster>
{
    private const int MaxDials = 16;

    [Fact]
    public Task Of_3000_invented_members_at_most_16_are_dialed_at_a_time() => InventMembersAsync(3_000);

    /// <summary>All of them advertise addresses of one listener, which answers nobody and counts the connections.</summary>
    private async Task InventMembersAsync(int count)
    {
        var attack = await cluster.BeginAsync();
        using var over = new CancellationTokenSource();
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start(512);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var counting = CountAsync(listener, over.Token);
        await using (var inventor = await cluster.IntrudeAsync(0, "inventor", new ReplicaId(0xD1)))
        {
            for (var first = 0; first < count; first += 500)
            {
                var transfer = new ForgedTransfer();
                for (var i = first; i < first + 500; i++)
                {
                    var id = new ReplicaId((UInt128)(1_000_000 + i));
                    transfer.Add(id, 0, 1, ForgedTransfer.Members, ForgedTransfer.KeyOf(id), MembersObject.Encode($"n{i}", $"127.{1 + (i / 60_000)}.{i / 250 % 250}.{1 + (i % 250)}:{port}", []));
                }

                await inventor.TellAsync(transfer);
            }

            await Task.Delay(TimeSpan.FromSeconds(8));
            MustBeOpen(inventor);
        }

        await over.CancelAsync();
        listener.Stop();
        Assert.InRange(await counting, 1, AttackedCluster.Nodes.Length * MaxDials);

        // A finding for some of them, and one refusal an hour for each host that was dialed.
        await cluster.EndAsync(attack, alarms: 384, bytes: 64 << 20, cores: 1.2, lines: 4_000);
    }

    private static void MustBeOpen(Intruder intruder) =>
        Assert.True(!intruder.Closed.IsCompleted, $"closed: {(intruder.Closed.IsCompleted ? intruder.Closed.Result : default)}");

    /// <summary>The most connections that were open at a time.</summary>
    private static async Task<int> CountAsync(TcpListener listener, CancellationToken over)
    {
        var (open, most) = (0, 0);
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(over);
                most = Math.Max(most, Interlocked.Increment(ref open));
                _ = HoldAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return most;
        }

        async Task HoldAsync(Socket socket)
        {
            using (socket)
            {
                try
                {
                    var buffer = new byte[4096];
                    while (await socket.ReceiveAsync(buffer, SocketFlags.None, over) > 0)
                    {
                    }
                }
                catch (Exception e) when (e is OperationCanceledException or SocketException)
                {
                    // Closed.
                }
            }

            Interlocked.Decrement(ref open);
        }
    }
}
