using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Simulation;
using PeerReplica.Wire;

namespace PeerReplica.SlowTests.Attacks;

/// <summary>Peers with valid certificates that send more than there can be, against three processes that go on replicating.</summary>
public sealed class FloodTests(FloodedCluster cluster) : IClassFixture<FloodedCluster>
{
    private const int MaxDials = 16;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly ObjectIdentity s_map = new("map", ObjectKind.Map, "string");
    private static readonly ObjectIdentity s_numbers = new("numbers", ObjectKind.Map, "int");
    private static readonly byte[] s_value = [7];

    [Fact]
    public Task Of_3000_invented_members_at_most_16_are_dialed_at_a_time() => InventMembersAsync(3_000);

    [Fact]
    public Task Chosen_numeric_keys_cost_bounded_time() => ChooseNumericKeysAsync(20_000);

    [Fact]
    public Task A_hundred_thousand_invented_origins_cost_bounded_memory_and_one_log_line() => InventOriginsAsync(100_000);

    [Fact]
    public Task Forty_thousand_records_of_one_key_can_be_replaced_by_one_write() => WriteOneKeyAsync(identities: 10, recordsOfEach: 4_000);

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

    /// <summary>Keys that all have one hash where the hash of a number is made of its two halves.</summary>
    private async Task ChooseNumericKeysAsync(int count)
    {
        var attack = await cluster.BeginAsync();
        await using var chooser = await cluster.IntrudeAsync(0, "chooser", new ReplicaId(0xD2));
        for (var i = 0; i < count; i++)
        {
            var key = ((long)i << 32) | (uint)i;
            await chooser.TellAsync(new ForgedTransfer().Add(chooser.Id, (ulong)i, (ulong)i + 1, s_numbers, Key(f => f.WriteInt(key)), s_value));
        }

        foreach (var peer in cluster.Peers) await peer.UntilAsync("numbers", n => n == count.ToString(CultureInfo.InvariantCulture), s_patience);
        MustBeOpen(chooser);
        await EndAsync(attack, bytes: 96 << 20);
    }

    private async Task InventOriginsAsync(int count)
    {
        var attack = await cluster.BeginAsync();
        await using var claimer = await cluster.IntrudeAsync(1, "claimer", new ReplicaId(0xD3));
        for (var first = 0; first < count; first += 1_000)
            await claimer.SendAsync(Intruder.Status(Enumerable.Range(first, 1_000).Select(i => (new ReplicaId((UInt128)(2_000_000 + i)), 1UL))));
        await Task.Delay(TimeSpan.FromSeconds(2));
        MustBeOpen(claimer);
        Assert.Single(cluster.Peers[1].Logged, l => l.Contains("'claimer'", StringComparison.Ordinal) || l.Contains("peerreplica/claimer", StringComparison.Ordinal));
        await EndAsync(attack);
    }

    /// <summary>Each of many invented replicas has written a key that the honest ones write as well.</summary>
    private async Task WriteOneKeyAsync(int identities, int recordsOfEach)
    {
        var attack = await cluster.BeginAsync();
        var key = Key(f => f.WriteText("attacked-key"));
        for (var identity = 0; identity < identities; identity++)
        {
            // To each of the three, so that it is this identity's quota of new replicas that counts there, and not a relay's.
            var (node, id) = ($"writer-{identity}", new ReplicaId((UInt128)(0xE00 + identity)));
            await using var first = await cluster.IntrudeAsync(0, node, id);
            await using var second = await cluster.IntrudeAsync(1, node, id);
            await using var third = await cluster.IntrudeAsync(2, node, id);
            for (var from = 0; from < recordsOfEach; from += 1_000)
            {
                var transfer = new ForgedTransfer();
                for (var i = from; i < from + 1_000; i++)
                    transfer.Add(new ReplicaId((UInt128)(3_000_000 + (identity * 100_000) + i)), 0, 1, s_map, key, s_value);
                await Task.WhenAll(first.TellAsync(transfer), second.TellAsync(transfer), third.TellAsync(transfer));
            }

            await Task.Delay(200);
            foreach (var writer in (Intruder[])[first, second, third]) MustBeOpen(writer);
        }

        // What an honest one writes there replaces them all, everywhere.
        var clock = Stopwatch.StartNew();
        await cluster.Peers[0].AskAsync("set attacked-key 42");
        foreach (var peer in cluster.Peers) await peer.UntilAsync("get attacked-key", v => v == "42", s_patience);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        await EndAsync(attack, bytes: 128 << 20);
    }

    private Task EndAsync(AttackedCluster.Attack attack, long bytes = 64 << 20) => cluster.EndAsync(attack, alarms: 16, bytes, cores: 1.2);

    private static void MustBeOpen(Intruder intruder) =>
        Assert.True(!intruder.Closed.IsCompleted, $"closed: {(intruder.Closed.IsCompleted ? intruder.Closed.Result : default)}");

    private static byte[] Key(Action<FrameBuffer> write) => ForgedTransfer.Written(write);

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
