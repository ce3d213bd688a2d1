using MessagePack;
using PeerReplica.Escrow;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.Simulation;
using PeerReplica.SlowTests.Security;
using PeerReplica.Wire;

namespace PeerReplica.SlowTests.Attacks;

/// <summary>Peers with valid certificates that lie, beside three processes that go on replicating and selling.</summary>
[Collection(AttackedCollection.Name)]
public sealed class PeerAttackTests(CertificateCluster cluster)
{
    private const ulong Beyond = 10_000_000;
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_forged_floor_is_taken_by_nobody()
    {
        var attack = await cluster.BeginAsync();
        var b = await IdOfAsync(1);
        await using var status = await cluster.IntrudeAsync(0, "floor-1", new ReplicaId(0xA1));
        await status.SendAsync(Intruder.Status([(b, 1)], (b, Beyond)));
        Assert.Equal(LinkVerdict.Malformed, await status.Closed.WaitAsync(s_soon));
        await using var unasked = await cluster.IntrudeAsync(0, "floor-2", new ReplicaId(0xA2));
        await unasked.TellAsync(new ForgedTransfer((b, Beyond)).Add(b, 0, Beyond), DataFlags.FullState);
        await Task.Delay(500);
        Assert.False(unasked.Closed.IsCompleted);
        await cluster.EndAsync(attack);
    }

    [Fact]
    public async Task Forged_ends_and_accounts_of_linked_replicas_change_no_sale()
    {
        var attack = await cluster.BeginAsync();
        foreach (var peer in cluster.Peers) Assert.Equal("taken", await peer.AskAsync("take"));
        var issued = (await cluster.Peers[0].AskAsync("audit")).Split(' ')[0];
        var b = await IdOfAsync(1);
        await using var liar = await cluster.IntrudeAsync(0, "ends", new ReplicaId(0xA3));
        var shown = liar.ContainedOf(b);
        Assert.True(shown > 0);
        await liar.TellAsync(new ForgedTransfer().Add(
            liar.Id, 0, 1, ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(new ConsensusRecord { NodeName = "ends", Address = "127.0.0.1:1", Ended = [b] })));
        await liar.TellAsync(new ForgedTransfer().Add(b, shown, shown + Beyond, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(1_000_000)));
        await Task.Delay(TimeSpan.FromSeconds(3));
        foreach (var peer in cluster.Peers)
        {
            var audit = (await peer.AskAsync("audit")).Split(' ');
            Assert.Equal((issued, "0", "True"), (audit[0], audit[4], audit[5]));
            Assert.Equal("taken", await peer.AskAsync("take"));
        }

        Assert.False(liar.Closed.IsCompleted);
        await cluster.EndAsync(attack);
    }

    [Fact]
    public async Task Who_sends_full_states_that_nobody_asked_for_is_kept_out()
    {
        var attack = await cluster.BeginAsync();
        await using (var sender = await cluster.IntrudeAsync(0, "unasked", new ReplicaId(0xA4)))
        {
            for (var i = 0; i <= ExpectedFullStates.MaxUnasked; i++)
                await sender.TellAsync(new ForgedTransfer().Add(new ReplicaId(0xF00D), 0, 1, ForgedTransfer.Map, [1], [7]), DataFlags.FullState);
            Assert.Equal(LinkVerdict.Unsolicited, await sender.Closed.WaitAsync(s_soon));
        }

        await using var again = await Intruder.ConnectAsync(
            cluster.SecurityOf("unasked"), cluster.Peers[0].Port, AttackedCluster.ClusterName, new ReplicaId(0xA4), "unasked");
        Assert.Equal(LinkVerdict.Quarantined, await again.Closed.WaitAsync(s_soon));
        Assert.Contains(cluster.Peers[0].Logged, l => l.Contains("spiffe://attacked/peerreplica/unasked", StringComparison.Ordinal) && l.Contains("is kept out", StringComparison.Ordinal));
        await cluster.EndAsync(attack);
    }

    /// <summary>
    /// One minute: two identities claim one replica id, another one claims an honest replica's, and transfers stay unfinished
    /// until their deadline, a minute and four times PeerTimeout.
    /// </summary>
    [Fact]
    public async Task Two_identities_with_one_replica_id_and_unfinished_transfers_disturb_nobody_for_a_minute()
    {
        var attack = await cluster.BeginAsync();
        var (shared, b) = (new ReplicaId(0xA5), await IdOfAsync(1));
        await using var holder = await cluster.IntrudeAsync(0, "holder", shared);
        await using var unfinished = await cluster.IntrudeAsync(0, "unfinished", new ReplicaId(0xA6));
        await unfinished.SendPartAsync(isFirst: true, new byte[1000]);
        await using var endless = await cluster.IntrudeAsync(0, "endless", new ReplicaId(0xA7));
        for (var i = 0; i < 100 && !endless.Closed.IsCompleted; i++) await endless.SendPartAsync(isFirst: i == 0, new byte[200_000]);
        Assert.Equal(LinkVerdict.OverQuota, await endless.Closed.WaitAsync(s_soon));

        var (rival, thief) = (cluster.SecurityOf("rival"), cluster.SecurityOf("thief"));
        var refused = 0;
        while (attack.Elapsed < TimeSpan.FromSeconds(60))
        {
            foreach (var (security, id, node) in new[] { (rival, shared, "rival"), (thief, b, "thief") })
            {
                await using var claiming = await Intruder.ConnectAsync(security, cluster.Peers[0].Port, AttackedCluster.ClusterName, id, node);
                Assert.Equal(LinkVerdict.OtherIdentity, await claiming.Closed.WaitAsync(s_soon));
                refused++;
            }

            await Task.Delay(200);
        }

        Assert.True(refused > 100);
        Assert.False(holder.Closed.IsCompleted);
        Assert.Equal(LinkVerdict.Unfinished, await unfinished.Closed.WaitAsync(TimeSpan.FromSeconds(20)));

        // That was no offence: it may begin anew at once.
        await using var again = await cluster.IntrudeAsync(0, "unfinished", new ReplicaId(0xA6));
        await cluster.EndAsync(attack);
    }

    [Fact]
    public async Task A_live_link_of_a_node_ends_when_it_comes_to_be_denied()
    {
        var attack = await cluster.BeginAsync();
        await using var linked = await cluster.IntrudeAsync(0, "to-be-denied", new ReplicaId(0xA8));
        var before = cluster.Peers.Select(Reloads).ToArray();
        await File.WriteAllTextAsync(cluster.Denied, "to-be-*\n");
        await linked.Closed.WaitAsync(s_soon);
        await SecureHosts.UntilAsync(() => cluster.Peers.Zip(before).All(p => Reloads(p.First) > p.Second), "the list was not read");
        foreach (var peer in cluster.Peers) Assert.False(await IsLetInAsync(peer.Port));

        await File.WriteAllTextAsync(cluster.Denied, "# nobody\n");
        await SecureHosts.UntilAsync(() => cluster.Peers.Zip(before).All(p => Reloads(p.First) > p.Second + 1), "the list was not read");
        Assert.True(await IsLetInAsync(cluster.Peers[1].Port));
        await cluster.EndAsync(attack);

        static int Reloads(Processes.PeerProcess peer) => peer.Logged.Count(l => l.Contains("certificates are in use", StringComparison.Ordinal));

        async Task<bool> IsLetInAsync(int port)
        {
            try
            {
                await using var again = await Intruder.ConnectAsync(cluster.SecurityOf("to-be-denied"), port, AttackedCluster.ClusterName, new ReplicaId(0xA8), "to-be-denied");
                return await again.IsOpenedAsync();
            }
            catch (HandshakeException)
            {
                return false;
            }
        }
    }

    private async Task<ReplicaId> IdOfAsync(int peer)
    {
        Assert.True(ReplicaId.TryParse(await cluster.Peers[peer].AskAsync("id"), out var id));
        return id;
    }

    private static byte[] Account(long limit) => ForgedTransfer.Written(f =>
    {
        var output = new MessagePackWriter(f);
        (AccountRecord.Empty with { Down = AccountSide.Empty with { Limit = limit, LimitSince = 1 } }).Encode(ref output);
        output.Flush();
    });

    private static byte[] Encode(ConsensusRecord record) => ForgedTransfer.Written(f =>
    {
        var output = new MessagePackWriter(f);
        record.Encode(ref output);
        output.Flush();
    });
}
