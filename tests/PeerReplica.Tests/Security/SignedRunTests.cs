using PeerReplica.Crdts;
using PeerReplica.Hosting;
using PeerReplica.Replication;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Security;

/// <summary>Replicas over real sockets: where peers are authenticated they sign, and keep what others signed.</summary>
public sealed class SignedRunTests
{
    [Fact]
    public async Task Replicas_that_share_a_secret_sign_what_only_they_may_write()
    {
        await using var first = await Hosts.StartAsync(r => r.AddBoundedCounter("tickets", 10), o => o.SharedSecret = Secrets.First);
        await using var second = await Hosts.StartAsync(r => r.AddBoundedCounter("tickets", 10), o =>
        {
            o.SharedSecret = Secrets.First;
            o.Seeds.Add(first.Address);
        });
        await second.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        Assert.True(await second.Replica.GetBoundedCounter("tickets").TakeAsync(1, Hosts.Patience));
        await second.Replica.FlushAsync(WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        var (author, run) = (first.Replica.Self.Id, second.Replica.Self.Id);
        Assert.True(SigningId.Signs(author) && SigningId.Signs(run) && author != run);

        // Nothing moves any more.
        await second.StopAsync();
        var store = ((PeerReplicaNode)second.Replica).Host.Core.Store;
        foreach (var identity in (ObjectIdentity[])[new("$members", ObjectKind.Members, "replica"), new("tickets", ObjectKind.BoundedCounter, "")])
        {
            var records = RecordsOf(store, author).Where(r => r.Parent.Object == identity).ToArray();
            Assert.NotEmpty(records);
            Assert.All(records, r => Assert.NotNull(r.Proof));
        }

        Assert.InRange(store.Proofs!.Verified, 1, 1_000);
        Assert.InRange(store.Proofs!.Signed, 1, 1_000);
    }

    [Fact]
    public async Task Without_authentication_nobody_signs()
    {
        await using var first = await Hosts.StartAsync();
        Assert.False(SigningId.Signs(first.Replica.Self.Id));
        await first.StopAsync();
        Assert.Null(((PeerReplicaNode)first.Replica).Host.Core.Store.Proofs);
    }

    private static IEnumerable<PeerReplica.Crdts.Record> RecordsOf(Store store, ReplicaId author)
    {
        for (var record = store.Log(store.Origins.IndexOf(author)).Head; record is not null; record = record.LogNext) yield return record;
    }
}
